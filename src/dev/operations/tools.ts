import { createHash } from "node:crypto";
import { once } from "node:events";
import { sleep } from "../../base/clock.js";
import { messageOf } from "../../base/message-of.js";
import type { CatalogTool } from "../../catalog/types.js";
import { isJsonObject, type JsonObject } from "../../model/json.js";
import { checkValue, problemText } from "../check-value.js";
import { nowIso, type PlatformContext } from "../context.js";
import { HttpProblem } from "../http/http-problem.js";
import { readArguments } from "../model/make-arguments.js";
import type { Account } from "../state/accounts.js";
import { LOCAL_APP } from "../tools/local-tools.js";
import type { ToolFault } from "../tools/tool-faults.js";
import type { ToolOutcome } from "../tools/tool-outcome.js";
import { Args, ToolFailure } from "../world/effect.js";
import { findAccount, findAccountOf, requireOwner } from "./accounts.js";

/** A call that runs a tool, whatever its generation names the parts. */
export interface ToolRequest {
  /** Came in a body. */
  readonly input: unknown;
  /** What is to be done in words, instead of `input`. */
  readonly text: string | undefined;
  readonly version: string | undefined;
  readonly accountId: string | undefined;
  readonly userId: string | undefined;
  readonly idempotencyKey: string | undefined;
  /** How the generation names `input`, for messages. */
  readonly inputName: string;
  /** The same for `userId`. */
  readonly userIdName: string;
  /** Aborted when the caller has gone. */
  readonly gone: AbortSignal;
}

/** A result, and whether it is an earlier run's. */
export interface ToolResponse {
  readonly result: ToolOutcome;
  readonly isReplayed: boolean;
}

/** Thrown where a fault says that the connection is to be closed. */
export class ConnectionDropped extends Error {}

/** @throws HttpProblem 404 with the nearest name in it */
export function findTool(context: PlatformContext, name: string, word: "tool" | "action"): CatalogTool {
  const tool = context.tools.get(name);
  if (tool !== undefined) return tool;
  const near = context.tools.nearest(name);
  const suggestion = near === undefined ? `List the ${word}s` : `Did you mean ${near}?`;
  throw new HttpProblem(404, `There is no ${word} ${name}. ${suggestion}`, {
    suggestion,
    ...(word === "action" && { name: "ActionNotFoundError" }),
  });
}

/** Whether a tool needs no account. */
export const isWithoutAccount = ({ appName }: CatalogTool): boolean => appName === LOCAL_APP.name;

/**
 * Runs a tool in the world. A tool that fails, and arguments that do not fit, are a result without success.
 *
 * @throws HttpProblem 400 for a call that makes no sense; 404 without an account; 422 for an account that is not
 *   active, and for an idempotency key that came with another call; what a fault says
 */
export async function runTool(
  context: PlatformContext,
  tool: CatalogTool,
  request: ToolRequest,
): Promise<ToolResponse> {
  checkVersion(tool, request.version);
  const account = accountOf(context, tool, request);
  const input = inputOf(tool, request);
  const startMs = context.clock.monotonic();
  const at = nowIso(context);
  const fault = context.toolRuns.faults.take(tool.name, tool.appName);
  const finish = (result: ToolOutcome, isReplayed: boolean): ToolResponse => {
    const run = {
      ...result,
      tool: tool.name,
      appName: tool.appName,
      userId: account?.userId ?? null,
      connectedAccountId: account?.nanoId ?? null,
      arguments: input,
      idempotencyKey: request.idempotencyKey ?? null,
      ...{ isReplayed, at, durationMs: context.clock.monotonic() - startMs },
    };
    context.toolRuns.add(run);
    context.bus.emit({ type: "tool", run });
    return { result: largerBy(result, fault?.resultBytes), isReplayed };
  };
  const failed = (error: string): ToolOutcome => ({
    data: {},
    error,
    successful: false,
    logId: context.ids.nano("log"),
  });
  const goWrong = (now: boolean) =>
    now && fault !== undefined ? wrongAnswer(context, fault, request.gone) : undefined;
  if (fault?.delayMs !== undefined) await pause(context, fault.delayMs, request.gone);
  const before = await goWrong(fault?.afterEffect !== true);
  if (before !== undefined) return finish(failed(before), false);
  const act = async (): Promise<ToolOutcome> => {
    const problems = await checkValue(input, tool.input);
    if (problems.length > 0) return failed(problems.map(problemText).join("; "));
    return { ...takeEffect(context, tool, input, account), logId: context.ids.nano("log") };
  };
  const key = request.idempotencyKey;
  const response =
    key === undefined
      ? { result: await act(), isReplayed: false }
      : await context.toolRuns.idempotent.run(key, fingerprintOf(tool, input, account), act);
  const after = await goWrong(fault?.afterEffect === true);
  return finish(after === undefined ? response.result : failed(after), response.isReplayed);
}

function takeEffect(
  context: PlatformContext,
  tool: CatalogTool,
  input: JsonObject,
  account: Account | undefined,
): Omit<ToolOutcome, "logId"> {
  const effect = context.world.effectOf(tool.name);
  if (effect === undefined) {
    return { data: {}, error: `The local platform cannot run ${tool.name}`, successful: false };
  }
  try {
    const data = effect(new Args(withDefaults(tool, input)), { userId: account?.userId ?? "default" });
    return { data, error: null, successful: true };
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    return { data: {}, error: messageOf(error), successful: false };
  }
}

function withDefaults({ input: schema }: CatalogTool, input: JsonObject): JsonObject {
  const defaults: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(isJsonObject(schema.properties) ? schema.properties : {})) {
    if (isJsonObject(property) && property.default !== undefined) defaults[name] = property.default;
  }
  return { ...defaults, ...input };
}

/** @throws HttpProblem 400 */
function inputOf(tool: CatalogTool, { input, text, inputName }: ToolRequest): JsonObject {
  const given = input ?? {};
  if (!isJsonObject(given)) throw new HttpProblem(400, `\`${inputName}\` is a JSON object`);
  if (text === undefined) return given;
  if (Object.keys(given).length > 0)
    throw new HttpProblem(400, `Give \`${inputName}\` or \`text\`, not both`);
  return readArguments(text, tool.input).arguments;
}

/** @throws HttpProblem 400 for a version that the tool does not have */
export function checkVersion(tool: CatalogTool, version: string | undefined): void {
  if (version === undefined || ["latest", "00000000_00", tool.version].includes(version)) return;
  throw new HttpProblem(400, `${tool.name} has no version ${version}`, {
    suggestion: `Use \`latest\` or ${tool.version}`,
  });
}

/** @throws HttpProblem 400, 404, 422 */
function accountOf(context: PlatformContext, tool: CatalogTool, request: ToolRequest): Account | undefined {
  const { accountId, userId } = request;
  if (isWithoutAccount(tool)) return undefined;
  if (accountId === undefined) {
    if (userId !== undefined) return findAccountOf(context, userId, tool.appName);
    throw new HttpProblem(400, `Whose account ${tool.name} is to act for is missing in the body`, {
      suggestion: "Name a connected account or a user",
    });
  }
  const account = findAccount(context, accountId);
  if (account.appName !== tool.appName) {
    const message = `${tool.name} is a tool of ${tool.appName}, but the connected account ${accountId} is of ${account.appName}`;
    throw new HttpProblem(400, message);
  }
  requireOwner(context, account, userId, request.userIdName);
  if (account.status !== "ACTIVE") {
    throw new HttpProblem(422, `The connected account ${accountId} is ${account.status}, not ACTIVE`);
  }
  return account;
}

/** @returns the error that the tool is to have, if that is what goes wrong. @throws HttpProblem, ConnectionDropped */
async function wrongAnswer(
  context: PlatformContext,
  { status, retryAfter, drop, hang, error }: ToolFault,
  gone: AbortSignal,
): Promise<string | undefined> {
  if (hang === true) {
    const ended = AbortSignal.any([gone, context.stopping]);
    if (!ended.aborted) await once(ended, "abort");
    throw new ConnectionDropped();
  }
  if (drop === true) throw new ConnectionDropped();
  if (status === undefined) return error;
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  throw new HttpProblem(status, "Failed on purpose, by a fault that was set", { headers });
}

async function pause(context: PlatformContext, delayMs: number, gone: AbortSignal): Promise<void> {
  const ended = AbortSignal.any([gone, context.stopping]);
  await sleep(context.clock, delayMs, ended).catch(() => undefined);
  if (ended.aborted) throw new ConnectionDropped();
}

function largerBy(result: ToolOutcome, bytes: number | undefined): ToolOutcome {
  return bytes === undefined ? result : { ...result, data: { ...result.data, filler: "x".repeat(bytes) } };
}

function fingerprintOf(tool: CatalogTool, input: JsonObject, account: Account | undefined): string {
  return createHash("sha256")
    .update(JSON.stringify([tool.name, input, account?.uuid]))
    .digest("base64");
}
