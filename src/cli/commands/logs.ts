import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { TriggerLog, TriggerLogQuery } from "../../index.js";
import type { Context } from "../context.js";
import type { Io } from "../terminal/io.js";
import { plain } from "../terminal/sanitize.js";
import { shorten, table } from "../terminal/table.js";
import { openToolset, type PlatformOptions, platformOption } from "../config/toolset.js";
import { list, moment, whole } from "../options/values.js";

interface Options extends PlatformOptions {
  readonly trigger?: readonly string[];
  readonly since?: Date;
  readonly until?: Date;
  readonly failed?: true;
  readonly search?: string;
  readonly limit?: number;
  readonly follow?: true;
  readonly json?: true;
}

/** Between two looks at the log, milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** A line may appear in the log later than its own time says, milliseconds. */
const LATE_MS = 60_000;
/** What `--follow` begins with, unless it is told. */
const TAIL = 10;

export function addLogs(program: Command, context: Context): void {
  const command = program
    .command("logs")
    .description("list what the platform's event log has, newest first")
    .option("--follow", "oldest first, and go on with what comes, until Ctrl-C")
    .option("--failed", "only those whose delivery failed")
    .option("--trigger <name>", "only these triggers; repeat it or use commas for several", list)
    .option("--since <time>", "at or after: a date, or an age such as 15m, 2h, 3d", moment)
    .option("--until <time>", "before: a date, or an age", moment)
    .option("--search <text>", "only lines with this text in them")
    .option("--limit <n>", "at most so many; default 100, with --since no limit", whole(1))
    .option("--json", "one line of the log a line, as JSON, payloads included")
    .addHelpText(
      "after",
      `
With --follow, --limit says with how many of the latest it begins; default ${TAIL}, with --since no limit.

Examples:
  $ earshot logs --limit 20
  $ earshot logs --since 2h --failed
  $ earshot logs --follow --trigger GITHUB_STAR_ADDED_EVENT
  $ earshot logs --trigger GITHUB_STAR_ADDED_EVENT --json | jq .payload`,
    );
  platformOption(command).action(async (options: Options) => {
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
    io.note("The log has no such event.");
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

/** Prints each line once, as it comes; what went by between two looks is found by the overlap of their times. */
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
    for (const [id, atMs] of shown) if (atMs < latestMs - 2 * LATE_MS) shown.delete(id);
  };
  const limit = options.limit ?? (options.since === undefined ? TAIL : undefined);
  await show(await read(limit === undefined ? {} : { limit }));
  // What is older than the first look and was cut off by its limit is not wanted later either.
  const fromMs = Math.max(0, options.since?.getTime() ?? 0, ...shown.values());
  while (!ending.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: ending });
    const since = new Date(Math.max(fromMs, latestMs - LATE_MS));
    await show(await read({ since, limit: Number.POSITIVE_INFINITY }));
  }
}

function lineOf(log: TriggerLog, io: Io): string {
  const time = log.createdAt.toISOString().slice(11, 19);
  const status = statusOf(log);
  const head = `${time}  ${plain(log.id)}  ${plain(log.triggerName)}  ${plain(status)}  `;
  const content = shorten(plain(contentOf(log)), Math.max(10, io.width - head.length));
  const { bold, dim } = io.out;
  return `${dim(time)}  ${plain(log.id)}  ${bold(plain(log.triggerName))}  ${statusColor(io, plain(status))}  ${content}`;
}

function recordOf({ raw: _, ...log }: TriggerLog): object {
  return log;
}

const statusOf = (log: TriggerLog): string => (log.error === undefined ? (log.status ?? "") : "error");
const contentOf = (log: TriggerLog): string => log.error ?? JSON.stringify(log.payload ?? {});

function statusColor({ out }: Io, text: string): string {
  return text.startsWith("error") ? out.red(text) : out.green(text);
}
