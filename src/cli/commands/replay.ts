import type { Command } from "commander";
import type { Toolset, TriggerLog } from "../../index.js";
import { localUrlOf, openToolset, type ProfileOptions, profileOption } from "../config/connection.js";
import type { Context } from "../context.js";
import { callControlApi } from "../control-api.js";
import { errorText } from "../errors.js";
import { exitCodes, type SetExitCode } from "../exit-codes.js";
import { openTarget, type Target, type TargetOptions, targetOptions } from "../forward/target.js";
import { postWebhook } from "../forward/webhook.js";
import { httpUrl } from "../options/values.js";
import { sanitize } from "../terminal/sanitize.js";

interface Options extends ProfileOptions, TargetOptions {
  readonly to?: string;
  readonly json?: true;
}

/** The result for one event; `--json` prints it. */
interface ReplayResult {
  readonly id: string;
  /** The new event's id, if it was fired again. */
  readonly logId?: string;
  readonly status?: number;
  readonly durationMs?: number;
  readonly error?: string;
}

/** Most log entries that are searched. */
const MAX_SEARCHED = 10_000;

export function addReplay(program: Command, context: Context, setExitCode: SetExitCode): void {
  const command = program
    .command("replay")
    .argument("<id...>", "log ids, as printed by `logs`, `fire` and `listen`")
    .description("replay events from the platform's log")
    .option("--to <url>", "post them to this URL, signed like webhooks of the platform", httpUrl);
  targetOptions(command, "--to")
    .option("--json", "print one line of JSON per event, with its result")
    .addHelpText(
      "after",
      `
With --to, an event keeps its id and is signed as by \`listen --forward\`. Without --to, the local platform fires it
again as a new event, because a listener does not run an event again that it has recorded as done.

Examples:
  $ earshot replay log_7f3a --to http://localhost:3000/webhook
  $ earshot replay log_7f3a log_81c2
  $ earshot replay $(earshot logs --failed --since 1h --json | jq -r .id) --to http://localhost:3000/webhook`,
    );
  profileOption(command).action((ids: readonly string[], options: Options) =>
    replay(ids, options, context, setExitCode),
  );
}

async function replay(
  ids: readonly string[],
  options: Options,
  context: Context,
  setExitCode: SetExitCode,
): Promise<void> {
  const { io, ending } = context;
  const replayOne = await replayFunction(options, context);
  const toolset = await openToolset(context, options);
  const logs = await findLogs(toolset, ids, ending);
  let failed = 0;
  for (const id of ids) {
    ending.throwIfAborted();
    const log = logs.get(id);
    const result: ReplayResult =
      log === undefined ? { id, error: "not found in the platform's log" } : await replayOne(log);
    if (result.error !== undefined) failed += 1;
    if (options.json) await io.record(result);
    else if (result.error === undefined) await io.line(lineOf(result, context));
    if (result.error !== undefined) io.note(`${io.err.red("error:")} ${sanitize(`${id}: ${result.error}`)}`);
  }
  if (failed > 0) setExitCode(exitCodes.failure);
}

/** @throws UsageError before any event is replayed */
async function replayFunction(
  options: Options,
  { io, env, ending }: Context,
): Promise<(log: TriggerLog) => Promise<ReplayResult>> {
  const target = await openTarget("--to", options.to, options, env);
  if (target !== undefined) {
    if (target.isGenerated) io.note(`Signed with:\n\n  export COMPOSIO_WEBHOOK_SECRET=${target.secret}\n`);
    return (log) => post(target, log, ending);
  }
  const url = await localUrlOf(env, options.profile);
  return async ({ id, triggerName, triggerId, payload, originalPayload }) => {
    const { logIds } = await callControlApi(url, "fire", {
      name: triggerName,
      ...(triggerId !== undefined && { triggerId }),
      ...(payload !== undefined && { data: payload }),
      ...(originalPayload !== undefined && { originalData: originalPayload }),
    });
    return { id, logId: Array.isArray(logIds) ? String(logIds[0]) : "" };
  };
}

async function post(target: Target, log: TriggerLog, signal: AbortSignal): Promise<ReplayResult> {
  const { id, triggerName, triggerId, connectionId, integrationId, entityId, payload, createdAt } = log;
  if (payload === undefined) return { id, error: "the log has no payload for it" };
  try {
    const event = { id, triggerName, triggerId, connectionId, integrationId, entityId, payload };
    const options = { signal, attempt: 1 };
    const { status, durationMs } = await postWebhook(target, { ...event, timestamp: createdAt }, options);
    return { id, status, durationMs };
  } catch (thrown) {
    signal.throwIfAborted();
    return { id, error: errorText(thrown) };
  }
}

/** Finds entries of the platform's log by id. @returns id → entry, without the ids that were not found */
async function findLogs(
  toolset: Toolset,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, TriggerLog>> {
  const missing = new Set(ids);
  const found = new Map<string, TriggerLog>();
  for await (const log of toolset.triggerLogs({ limit: MAX_SEARCHED, signal })) {
    if (!missing.delete(log.id)) continue;
    found.set(log.id, log);
    if (missing.size === 0) break;
  }
  return found;
}

function lineOf({ id, logId, status, durationMs }: ReplayResult, { io }: Context): string {
  if (logId !== undefined) return sanitize(logId);
  return `${sanitize(id)}  ${io.out.green(`→ ${status}`)} ${io.out.dim(`${Math.round(durationMs ?? 0)} ms`)}`;
}
