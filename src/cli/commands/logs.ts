import type { Command } from "commander";
import type { Context } from "../context.js";
import { table } from "../table.js";
import { openToolset } from "../toolset.js";
import { list, moment, whole } from "../values.js";

interface Options {
  readonly trigger?: readonly string[];
  readonly since?: Date;
  readonly until?: Date;
  readonly errors?: true;
  readonly search?: string;
  readonly limit?: number;
  readonly json?: true;
}

export function addLogs(program: Command, { io, ending }: Context): void {
  program
    .command("logs")
    .description("list what the platform's event log has, newest first")
    .option("--trigger <name>", "only these triggers; repeat it or use commas for several", list)
    .option("--since <time>", "at or after: a date, or an age such as 15m, 2h, 3d", moment)
    .option("--until <time>", "before: a date, or an age", moment)
    .option("--errors", "only those whose delivery failed")
    .option("--search <text>", "only lines with this text in them")
    .option("--limit <n>", "at most so many; default 100, with --since no limit", whole(1))
    .option("--json", "one line of the log a line, as JSON, payloads included")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot logs --limit 20
  $ earshot logs --since 2h --errors
  $ earshot logs --trigger GITHUB_STAR_ADDED_EVENT --json | jq .payload`,
    )
    .action(async (options: Options) => {
      const toolset = await openToolset();
      const logs = await toolset.triggerLogs({
        ...(options.trigger !== undefined && { triggerNames: options.trigger }),
        ...(options.since !== undefined && { since: options.since }),
        ...(options.until !== undefined && { until: options.until }),
        ...(options.errors && { status: "error" as const }),
        ...(options.search !== undefined && { search: options.search }),
        ...(options.limit !== undefined && { limit: options.limit }),
        signal: ending,
      });
      if (options.json) {
        for (const { raw: _, ...log } of logs) await io.record(log);
        return;
      }
      if (logs.length === 0) {
        io.note("The log has no such event.");
        return;
      }
      const rows = logs.map((log) => [
        log.createdAt.toISOString(),
        log.id,
        log.triggerName,
        log.error === undefined ? (log.status ?? "") : "error",
        log.error ?? JSON.stringify(log.payload ?? {}),
      ]);
      const columns = [
        { heading: "TIME", paint: io.out.dim },
        { heading: "LOG ID" },
        { heading: "TRIGGER", paint: io.out.bold },
        {
          heading: "STATUS",
          paint: (text: string) => (text.startsWith("error") ? io.out.red(text) : io.out.green(text)),
        },
        { heading: "PAYLOAD OR ERROR" },
      ];
      for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
    });
}
