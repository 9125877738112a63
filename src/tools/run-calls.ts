import type { Clock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { messageOf } from "../base/message-of.js";
import { Deadline } from "../client/deadline.js";
import type { JsonObject } from "../model/json.js";
import { type Answer, answerTo, errorAnswer } from "./answer.js";
import { isKeyRejected } from "./bind.js";
import type { ClientTool } from "./client-forms.js";

/** A call of a tool, in no client's form. */
export interface ModelCall {
  readonly id: string | undefined;
  /** As the model sent it. */
  readonly name: string;
  /** An object, or JSON text. */
  readonly args: unknown;
}

/** How the calls of a response run. */
export interface RunSettings {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly parallel: number;
  readonly maxResultLength: number;
  readonly signal: AbortSignal | undefined;
}

/** Finds the tool of a call. @returns the reason, for the model, where there is none */
export type FindTool = (name: string) => ClientTool | string | Promise<ClientTool | string>;

/**
 * Runs calls, several at the same time, and answers each of them.
 *
 * @returns answers in the order of the calls
 * @throws ApiError ERR_UNAUTHORIZED, and EarshotError ERR_KEY_MISSING: the key is rejected
 */
export async function runCalls(
  calls: readonly ModelCall[],
  find: FindTool,
  settings: RunSettings,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const waiting = [...calls.entries()];
  let isOver = false;
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined && !isOver; next = waiting.shift()) {
      const [at, call] = next;
      answers[at] = await runCall(call, find, settings);
    }
  };
  const workers = Array.from({ length: Math.min(settings.parallel, calls.length) }, worker);
  try {
    await Promise.all(workers);
  } finally {
    isOver = true;
  }
  return answers;
}

/** Runs one call. Everything but a rejected key is an answer. */
async function runCall({ name, args }: ModelCall, find: FindTool, settings: RunSettings): Promise<Answer> {
  const { timeoutMs, signal } = settings;
  const expired = () =>
    new EarshotError(
      "ERR_TIMEOUT",
      `${name} did not end within ${timeoutMs} ms. It may still take effect: do not repeat it unchecked.`,
    );
  const limit = new Deadline(settings.clock, timeoutMs, expired);
  limit.follow(
    signal,
    ({ reason }) => new EarshotError("ERR_ABORTED", `${name} was aborted.`, { cause: reason }),
  );
  try {
    const work = async () => {
      limit.signal.throwIfAborted();
      const found = await find(name);
      if (typeof found === "string") return errorAnswer(found);
      const parsed = parsedArguments(found.tool.name, args);
      if ("problem" in parsed) return errorAnswer(parsed.problem);
      const restored = found.restore(parsed.value) as JsonObject;
      const result = await found.tool.execute(restored, { signal: limit.signal });
      return answerTo(result, settings.maxResultLength);
    };
    // A tool need not look at its signal.
    return await Promise.race([work(), abortOf(limit.signal)]);
  } catch (thrown) {
    if (isKeyRejected(thrown)) throw thrown;
    return errorAnswer(messageOf(limit.signal.aborted ? limit.signal.reason : thrown));
  } finally {
    limit.clear();
  }
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Clients whose calls carry text have JSON in it, unless the model was cut off or erred. */
function parsedArguments(
  name: string,
  args: unknown,
): { readonly value: unknown } | { readonly problem: string } {
  if (typeof args !== "string") return { value: args ?? {} };
  // Some models send nothing where a tool has no arguments.
  if (args.trim() === "") return { value: {} };
  try {
    return { value: JSON.parse(args) };
  } catch (thrown) {
    return { problem: `The arguments of ${name} are not JSON: ${messageOf(thrown)} Send a JSON object.` };
  }
}
