import type { Command } from "commander";
import { explainPayload, type PayloadFilter, type TriggerLog, type UnmetClause } from "../../index.js";
import { openToolset, type ProfileOptions, profileOption } from "../config/connection.js";
import type { Context } from "../context.js";
import { integer, payloadFilter, stringList, time } from "../options/values.js";
import type { Io } from "../terminal/io.js";
import { sanitize } from "../terminal/sanitize.js";
import { table } from "../terminal/table.js";

interface Options extends ProfileOptions {
  readonly last: number;
  readonly trigger?: readonly string[];
  readonly since?: Date;
  readonly json?: true;
}

/** An entry of the log, and why the expression does not select it. */
interface Tried {
  readonly log: TriggerLog;
  readonly unmet: readonly UnmetClause[];
}

export function addFilter(program: Command, context: Context): void {
  const filter = program.command("filter").description("expressions that select events by their payload");
  const test = filter
    .command("test")
    .description("try an expression on the events in the platform's log")
    .argument("<expr>", "the expression, as `listen --where` takes it", payloadFilter)
    .option("--last <n>", "number of events", integer(1), 100)
    .option("--trigger <name>", "only these triggers; repeatable, or separated by commas", stringList)
    .option("--since <time>", "at or after this time: a date, or an age such as 15m, 2h, 3d", time)
    .option("--json", "print one line of JSON per event")
    .addHelpText("after", help);
  profileOption(test).action(async (expression: PayloadFilter, options: Options) => {
    const toolset = await openToolset(context, options);
    const { trigger, since, last } = options;
    const logs = await toolset.triggerLogs({
      limit: last,
      ...(trigger !== undefined && { triggerNames: trigger }),
      ...(since !== undefined && { since }),
      signal: context.ending,
    });
    const tried = logs.map((log) => ({ log, unmet: explainPayload(expression, log.payload ?? {}) }));
    await print(tried, options, context.io);
  });
  filter.addHelpText("after", help);
}

const help = `
An expression compares properties of the payload:
  stars >= 100                        =  !=  >  >=  <  <=
  action in ["opened", "reopened"]    in, not in: one of a list
  issue.labels[].name = "bug"         [] is one element of a list, [0] the first
  issue.title contains "crash"        contains, startsWith: of a string; contains: of a list too
  issue.title matches "(?i)^fix"      a pattern, searched in linear time
  issue.assignee not exists           exists, not exists
  issue has (state = "open" and comments > 3)
  not (…)   … and …   … or …

Examples:
  $ earshot filter test 'stars >= 100 and not (sender.type = "Bot")' --last 200
  $ earshot filter test 'action in ["opened", "reopened"]' --trigger GITHUB_ISSUE_ADDED_EVENT --json`;

async function print(tried: readonly Tried[], { json }: Options, io: Io): Promise<void> {
  if (json) {
    for (const { log, unmet } of tried) {
      const { id, triggerName, createdAt } = log;
      await io.record({ id, triggerName, createdAt, matches: unmet.length === 0, unmet });
    }
    return;
  }
  if (tried.length === 0) {
    io.note("No events in the log.");
    return;
  }
  const columns = [
    { heading: "TIME", paint: io.out.dim },
    { heading: "LOG ID" },
    { heading: "TRIGGER", paint: io.out.bold },
    { heading: "MATCH", paint: (text: string) => (text.startsWith("yes") ? io.out.green(text) : text) },
    { heading: "NOT MET" },
  ];
  const rows = tried.map(({ log, unmet }) => [
    log.createdAt.toISOString(),
    log.id,
    log.triggerName,
    unmet.length === 0 ? "yes" : "no",
    unmet.map(({ clause, found }) => `${clause} (${found ?? "absent"})`).join("; "),
  ]);
  for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
  const matching = tried.filter(({ unmet }) => unmet.length === 0).length;
  io.note(`${matching} of ${tried.length} events match.`);
  for (const [clause, count] of counted(tried)) io.note(`  ${count} not met: ${sanitize(clause)}`);
}

/** Each clause that was not met, and how often; the most frequent first. */
function counted(tried: readonly Tried[]): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { clause } of tried.flatMap(({ unmet }) => unmet)) {
    counts.set(clause, (counts.get(clause) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}
