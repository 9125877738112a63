import type { Command } from "commander";
import type { TriggerLog } from "../../index.js";
import { localUrlOf } from "../config/connection.js";
import type { Context } from "../context.js";
import { control } from "../control-api.js";
import { UsageError } from "../errors.js";
import { exitCodes, type SetOutcome } from "../exit-codes.js";
import { findLogs } from "../find-logs.js";
import { type ForwardOptions, forward } from "../forward/forward.js";
import { checkTarget, forwardSecret } from "../forward/target.js";
import { dispatcherFor } from "../http.js";
import { plain } from "../terminal/sanitize.js";
import { openToolset, type PlatformOptions, platformOption } from "../config/toolset.js";
import { httpUrl } from "../options/values.js";
import { webhookBody } from "../forward/webhook.js";

interface Options extends PlatformOptions {
  readonly to?: string;
  readonly allowRemote?: true;
  readonly insecure?: true;
  readonly ca?: string;
  readonly json?: true;
}

/** What became of one event; printed as it is with `--json`. */
interface Replayed {
  readonly id: string;
  /** The new event's id, where it was fired again. */
  readonly logId?: string;
  readonly status?: number;
  readonly durationMs?: number;
  readonly error?: string;
}

export function addReplay(program: Command, context: Context, end: SetOutcome): void {
  const command = program
    .command("replay")
    .argument("<id...>", "log ids, as `logs`, `fire` and `listen` print them")
    .description("have events from the platform's log happen again")
    .option("--to <url>", "post them there, signed as the platform signs its webhooks", httpUrl)
    .option("--allow-remote", "let --to post to other machines")
    .option(
      "--ca <file>",
      "with --to: trust the certificates in this PEM file, a self-signed one for instance",
    )
    .option("--insecure", "with --to: do not check the server's certificate")
    .option("--json", "what became of each event, as a line of JSON")
    .addHelpText(
      "after",
      `
With --to an event keeps its id, and is signed as \`listen --forward\` signs. Without it, the local platform fires it
again as a new event: a listener does not run again what it has recorded as done.

Examples:
  $ earshot replay log_7f3a --to http://localhost:3000/webhook
  $ earshot replay log_7f3a log_81c2
  $ earshot replay $(earshot logs --failed --since 1h --json | jq -r .id) --to http://localhost:3000/webhook`,
    );
  platformOption(command).action((ids: readonly string[], options: Options) =>
    replay(ids, options, context, end),
  );
}

async function replay(
  ids: readonly string[],
  options: Options,
  context: Context,
  end: SetOutcome,
): Promise<void> {
  const { io, ending } = context;
  const again = await wayOf(options, context);
  const toolset = await openToolset(context, options);
  const logs = await findLogs(toolset, ids, ending);
  let failed = 0;
  for (const id of ids) {
    ending.throwIfAborted();
    const log = logs.get(id);
    const replayed: Replayed =
      log === undefined ? { id, error: "the platform's log does not have it" } : await again(log);
    if (replayed.error !== undefined) failed += 1;
    if (options.json) await io.record(replayed);
    else if (replayed.error === undefined) await io.line(lineOf(replayed, context));
    if (replayed.error !== undefined) io.note(`${io.err.red("error:")} ${plain(`${id}: ${replayed.error}`)}`);
  }
  if (failed > 0) end(exitCodes.failure);
}

type Again = (log: TriggerLog) => Promise<Replayed>;

/** @throws UsageError before anything is done */
async function wayOf(
  { to, allowRemote, profile, ca, insecure }: Options,
  { io, env, ending }: Context,
): Promise<Again> {
  if (to === undefined && (ca !== undefined || insecure !== undefined)) {
    throw new UsageError("--ca and --insecure are for --to URL, which is missing");
  }
  if (to !== undefined) {
    checkTarget("--to", to, allowRemote);
    const { secret, isOurs } = await forwardSecret(env);
    if (isOurs) io.note(`Signed with:\n\n  export COMPOSIO_WEBHOOK_SECRET=${secret}\n`);
    const dispatcher = await dispatcherFor({
      ...(ca !== undefined && { ca }),
      ...(insecure && { insecure }),
    });
    return (log) => post(to, log, secret, { signal: ending, attempt: 1, dispatcher });
  }
  const url = await localUrlOf(env, profile);
  return async ({ id, triggerName, triggerId, payload, originalPayload }) => {
    const { logIds } = await control(url, "fire", {
      name: triggerName,
      ...(triggerId !== undefined && { triggerId }),
      ...(payload !== undefined && { data: payload }),
      ...(originalPayload !== undefined && { originalData: originalPayload }),
    });
    return { id, logId: Array.isArray(logIds) ? String(logIds[0]) : "" };
  };
}

async function post(to: string, log: TriggerLog, secret: string, options: ForwardOptions): Promise<Replayed> {
  const { id, payload } = log;
  if (payload === undefined) return { id, error: "the log has no payload of it" };
  try {
    const webhook = webhookBody({ ...eventFacts(log), payload });
    const { status, durationMs } = await forward(to, webhook, secret, options);
    return { id, status, durationMs };
  } catch (thrown) {
    options.signal.throwIfAborted();
    return { id, error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function eventFacts({
  id,
  triggerName,
  triggerId,
  connectionId,
  integrationId,
  entityId,
  createdAt,
}: TriggerLog) {
  return { id, triggerName, triggerId, connectionId, integrationId, entityId, timestamp: createdAt };
}

function lineOf({ id, logId, status, durationMs }: Replayed, { io }: Context): string {
  if (logId !== undefined) return plain(logId);
  return `${plain(id)}  ${io.out.green(`→ ${status}`)} ${io.out.dim(`${Math.round(durationMs ?? 0)} ms`)}`;
}
