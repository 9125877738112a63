import { CommanderError } from "commander";
import { ApiError, EarshotError } from "../index.js";
import { isLoopbackUrl } from "../loopback.js";
import { type Context, LOCAL_URL } from "./context.js";
import { ControlError, UnreachableError, UsageError } from "./errors.js";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { plain } from "./plain.js";

/** Says on stderr what went wrong, where, and what to do. */
export function explain(thrown: unknown, { io, env }: Pick<Context, "io" | "env">): void {
  // Commander has said it already.
  if (thrown instanceof CommanderError) return;
  const say = (message: string, aside = "") => {
    // Messages that name several problems have a line for each.
    io.note(`${io.err.red("error:")} ${message.split("\n").map(plain).join("\n")}${io.err.dim(aside)}`);
  };
  if (thrown instanceof UsageError) {
    say(thrown.message);
  } else if (thrown instanceof UnreachableError) {
    say(thrown.message);
    io.note(startHint(thrown.url));
  } else if (thrown instanceof ControlError) {
    say(thrown.message);
    if (thrown.suggestion !== undefined) io.note(`  ${plain(thrown.suggestion)}`);
  } else if (thrown instanceof EarshotError) {
    say(thrown.message, ` (${thrown.code})`);
    if (thrown instanceof ApiError) showAdvice(thrown, io);
    io.note(`  ${thrown.solution}`);
    if (thrown.code === "ERR_KEY_MISSING") io.note(keyHint);
    if (exitCodeOf(thrown) === exitCodes.unreachable) hintAtStart(io, env);
  } else {
    // Not on purpose: whoever looks into it needs the stack.
    say(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  }
}

/** What the platform itself has to say. */
function showAdvice({ suggestion, requestId }: ApiError, io: Io): void {
  if (suggestion !== undefined) io.note(`  ${plain(suggestion)}`);
  if (requestId !== undefined) io.note(io.err.dim(`  request ${plain(requestId)}`));
}

/** Says what to run, where the environment names a local platform and it does not answer. */
export function hintAtStart(io: Io, env: Context["env"]): void {
  const url = env.COMPOSIO_BASE_URL;
  if (url !== undefined && isLoopbackUrl(url)) io.note(startHint(url));
}

function startHint(url: string): string {
  const { port } = new URL(url);
  const option = port === "" ? "" : ` --port ${port}`;
  return `
Is the local platform running? Start it in another terminal:

  earshot dev${option}
`;
}

const keyHint = `
With the local platform (\`earshot dev\`), say:

  export COMPOSIO_BASE_URL=${LOCAL_URL}
  export COMPOSIO_API_KEY=local
`;
