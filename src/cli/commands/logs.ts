import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { TriggerLog, TriggerLogQuery } from "../../index.js";
import { openToolset, type ProfileOptions, profileOption } from "../config/connection.js";
import type { Context } from "../context.js";
import { integer, stringList, time } from "../options/values.js";
import type { Io } from "../terminal/io.js";
import { sanitize } from "../terminal/sanitize.js";
import { shorten, table } from "../terminal/table.js";

interface Options extends ProfileOptions {
  readonly trigger?: readonly string[];
  readonly since?: Date;
  readonly until?: Date;
  readonly failed?: true;
  readonly search?: string;
  readonly limit?: number;
  readonly follow?: true;
  readonly json?: true;
}

/** Interval of requests to the log, milliseconds. */
const POLL_MS = 1_000;
/** How long after its own time an entry may appear in the log, milliseconds. */
const MAX_DELAY_MS = 60_000;
/** Default number of entries that `--follow` starts with. */
const TAIL = 10;

export function addLogs(program: Command, context: Context): void {
  const command = program
    .command("logs")
    .description("list the platform's event log, newest first")
    .option("--follow", "oldest first, then print new entries until Ctrl-C")
    .option("--failed", "only events whose delivery failed")
    .option("--trigger <name>", "only these triggers; repeatable, or separated by commas", stringList)
    .option("--since <time>", "at or after this time: a date, or an age such as 15m, 2h, 3d", time)
    .option("--until <time>", "before this time: a date, or an age", time)
    .option("--search <text>", "only entries that contain this text")
    .option("--limit <n>", "maximum number of entries; default 100, with --since no limit", integer(1))
    .option("--json", "print one line of JSON per entry, with its payload")
    .addHelpText(
      "after",
      `
With --follow, --limit is the number of entries to start with; default ${TAIL}, with --since no limit.

Examples:
  $ earshot logs --limit 20
  $ earshot logs --since 2h --failed
  $ earshot logs --follow --trigger GITHUB_STAR_ADDED_EVENT
  $ earshot logs --trigger GITHUB_STAR_ADDED_EVENT --json | jq .payload`,
    );
  profileOption(command).action(async (options: Options) => {
    const toolset = await openToolset(context, options);
    const read = (query: TriggerLogQuery) =>
      toolset.triggerLogs({ ...queryOf(options), ...query, signal: context.ending });
    if (options.follow) await follow(read, options, context);
    else await print(await read({}), options, context.io);
  });
}

function queryOf({ trigger, since, until, failed, search, limit }: Options): TriggerLogQuery {
  return {
    ...(trigger !== undefined && { triggerNames: trigger }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(failed && { status: "error" as const }),
    ...(search !== undefined && { search }),
    ...(limit !== undefined && { limit }),
  };
}

async function print(logs: readonly TriggerLog[], { json }: Options, io: Io): Promise<void> {
  if (json) {
    for (const log of logs) await io.record(recordOf(log));
    return;
  }
  if (logs.length === 0) {
    io.note("No matching events.");
    return;
  }
  const columns = [
    { heading: "TIME", paint: io.out.dim },
    { heading: "LOG ID" },
    { heading: "TRIGGER", paint: io.out.bold },
    { heading: "STATUS", paint: (text: string) => statusColor(io, text) },
    { heading: "PAYLOAD OR ERROR" },
  ];
  const rows = logs.map((log) => [
    log.createdAt.toISOString(),
    log.id,
    log.triggerName,
    statusOf(log),
    contentOf(log),
  ]);
  for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
}

type Read = (query: TriggerLogQuery) => PromiseLike<readonly TriggerLog[]>;

/** Prints each entry once. Requests overlap in time, so that an entry that appears late is found. */
async function follow(read: Read, options: Options, { io, ending }: Context): Promise<void> {
  const shown = new Map<string, number>();
  let latestMs = 0;
  const show = async (logs: readonly TriggerLog[]) => {
    for (const log of [...logs].reverse()) {
      if (shown.has(log.id)) continue;
      shown.set(log.id, log.createdAt.getTime());
      latestMs = Math.max(latestMs, log.createdAt.getTime());
      if (options.json) await io.record(recordOf(log));
      else await io.line(lineOf(log, io));
    }
    for (const [id, atMs] of shown) if (atMs < latestMs - 2 * MAX_DELAY_MS) shown.delete(id);
  };
  const limit = options.limit ?? (options.since === undefined ? TAIL : undefined);
  await show(await read(limit === undefined ? {} : { limit }));
  // Entries that the limit of the first request excluded are excluded later too.
  const fromMs = Math.max(0, options.since?.getTime() ?? 0, ...shown.values());
  while (!ending.aborted) {
    await sleep(POLL_MS, undefined, { signal: ending });
    const since = new Date(Math.max(fromMs, latestMs - MAX_DELAY_MS));
    await show(await read({ since, limit: Number.POSITIVE_INFINITY }));
  }
}

function lineOf(log: TriggerLog, io: Io): string {
  const time = log.createdAt.toISOString().slice(11, 19);
  const status = statusOf(log);
  const head = `${time}  ${sanitize(log.id)}  ${sanitize(log.triggerName)}  ${sanitize(status)}  `;
  const content = shorten(sanitize(contentOf(log)), Math.max(10, io.width - head.length));
  const { bold, dim } = io.out;
  return `${dim(time)}  ${sanitize(log.id)}  ${bold(sanitize(log.triggerName))}  ${statusColor(io, sanitize(status))}  ${content}`;
}

function recordOf({ raw: _, ...log }: TriggerLog): object {
  return log;
}

const statusOf = (log: TriggerLog): string => (log.error === undefined ? (log.status ?? "") : "error");
const contentOf = (log: TriggerLog): string => log.error ?? JSON.stringify(log.payload ?? {});

function statusColor({ out }: Io, text: string): string {
  return text.startsWith("error") ? out.red(text) : out.green(text);
}
