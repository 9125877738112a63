import type { Command } from "commander";
import { systemClock } from "../../../base/clock.js";
import { batchMembers, type InboxCounts, type InboxRecord } from "../../../index.js";
import type { Context } from "../../context.js";
import type { Io } from "../../terminal/io.js";
import { sanitize } from "../../terminal/sanitize.js";
import { table } from "../../terminal/table.js";
import { bodyText, bufferOf, fullRecordJson, leaseOf, leaseText, printRecords } from "./record-format.js";
import { recordsByIds, type SelectOptions, selectOptions, selectRecords } from "./select.js";
import { type StoreOptions, storeOptions, withInbox } from "./store.js";

type Options = StoreOptions & SelectOptions & { readonly json?: true };

/** Default of --limit without --json. */
const DEFAULT_LIMIT = 100;

export function addInboxLs(parent: Command, context: Context): void {
  const command = parent
    .command("ls")
    .description("list the records of an inbox, newest first, and count them by state");
  selectOptions(
    storeOptions(command),
    "only records in these states",
    `default ${DEFAULT_LIMIT}, with --json no limit`,
  )
    .option("--json", "print one line of JSON per record, without its body (`inbox show --json` has it)")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot inbox ls --db events.db
  $ earshot inbox ls --db events.db --state dead --since 2h
  $ earshot inbox ls --redis redis://127.0.0.1:6379 --state waiting,running
  $ earshot inbox ls --db events.db --json | jq -r 'select(.attempts > 1) | .id'`,
    )
    .action((options: Options) =>
      withInbox(options, context, async (inbox) => {
        const { io, ending } = context;
        const json = options.json === true;
        const limit = options.limit ?? (json ? Number.POSITIVE_INFINITY : DEFAULT_LIMIT);
        const shown = await printRecords(io, selectRecords(inbox, { ...options, limit }, ending), json);
        if (json || ending.aborted) return;
        const counts = await inbox.counts();
        const isEmpty = Object.values(counts).every((count) => count === 0);
        if (shown === 0) io.note(isEmpty ? "The inbox is empty." : "No matching records.");
        io.note(io.err.dim(totalsOf(counts)));
        if (options.limit === undefined && shown === DEFAULT_LIMIT) {
          io.note(io.err.dim(`Only the newest ${DEFAULT_LIMIT} are listed; --limit lists more.`));
        }
      }),
    );
}

function totalsOf(counts: InboxCounts): string {
  const parts = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  return `Total: ${parts.join(", ")}.`;
}

type ShowOptions = StoreOptions & { readonly json?: true };

export function addInboxShow(parent: Command, context: Context): void {
  const command = parent
    .command("show")
    .argument("<id...>", "ids, as printed by `inbox ls`")
    .description("show records in full: state, attempts, failures, body");
  storeOptions(command)
    .option("--json", "print one line of JSON per record; a binary body is in Base64")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot inbox show log_7f3a --db events.db
  $ earshot inbox show log_7f3a --db events.db --json | jq -r .body
  $ earshot inbox show log_7f3a --redis redis://127.0.0.1:6379`,
    )
    .action((ids: readonly string[], options: ShowOptions) =>
      withInbox(options, context, async (inbox) => {
        const { io, ending } = context;
        for (const [at, record] of (await recordsByIds(inbox, ids, options)).entries()) {
          if (ending.aborted) return;
          if (options.json) await io.record(fullRecordJson(record));
          else await printRecord(io, record, at > 0);
        }
      }),
    );
}

async function printRecord(io: Io, record: InboxRecord, isNext: boolean): Promise<void> {
  const { bold, dim, underline } = io.out;
  const { origin, failures } = record;
  const lease = leaseOf(record);
  const iso = (ms: number) => new Date(ms).toISOString();
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Trigger", record.triggerName],
    ["State", record.state],
    ["Source", `${record.source}, from ${origin.provider}${origin.signed ? "" : ", unsigned"}`],
    ["Received", iso(record.receivedAt)],
    ["Runs at", record.state === "waiting" ? iso(record.dueAt) : undefined],
    ["Lease", lease === undefined ? undefined : leaseText(lease, systemClock.now())],
    ["Settled", record.settledAt === undefined ? undefined : iso(record.settledAt)],
    ["Attempts", String(record.attempts)],
    ["Order key", record.orderKey],
    ["Done", record.done.length === 0 ? undefined : record.done.join(", ")],
  ];
  if (isNext) await io.line("");
  await io.line(bold(sanitize(record.id)));
  for (const [name, value] of rows) {
    if (value !== undefined) await io.line(`${dim(name.padEnd(10))}${sanitize(value)}`);
  }
  if (failures.length > 0) {
    await io.line("");
    await io.line(underline("Failures"));
    const cells = failures.map((failure) => [
      iso(failure.at),
      String(failure.attempt),
      failure.callback ?? "",
      failure.message,
    ]);
    const columns = ["AT", "ATTEMPT", "CALLBACK", "MESSAGE"].map((heading) => ({ heading }));
    for (const line of table(columns, cells, io.width, dim)) await io.line(line);
    // Stack of the last failure.
    for (const line of failures.at(-1)?.stack?.split("\n") ?? []) await io.line(dim(`  ${sanitize(line)}`));
  }
  await printSteps(io, record);
  await printMembers(io, record);
  await io.line("");
  await printBody(io, record);
}

/** Of a step's result, in characters; `--json` has all of it. */
const SHOWN_RESULT = 200;

async function printSteps(io: Io, { steps = [] }: InboxRecord): Promise<void> {
  if (steps.length === 0) return;
  await io.line("");
  await io.line(io.out.underline("Steps"));
  const cells = steps.map(({ at, callback, name, result = "" }) => [
    new Date(at).toISOString(),
    callback,
    name,
    result.length <= SHOWN_RESULT ? result : `${result.slice(0, SHOWN_RESULT - 1)}…`,
  ]);
  const columns = ["AT", "CALLBACK", "STEP", "RESULT"].map((heading) => ({ heading }));
  for (const line of table(columns, cells, io.width, io.out.dim)) await io.line(line);
}

async function printMembers(io: Io, record: InboxRecord): Promise<void> {
  const members = batchMembers(record);
  if (members.length === 0) return;
  await io.line("");
  await io.line(io.out.underline("Events of the batch"));
  const cells = members.map(({ receivedAt, triggerName, id, isSuperseded }) => [
    receivedAt.toISOString(),
    triggerName,
    id,
    isSuperseded ? "superseded" : "",
  ]);
  const columns = ["RECEIVED", "TRIGGER", "ID", ""].map((heading) => ({ heading }));
  for (const line of table(columns, cells, io.width, io.out.dim)) await io.line(line);
}

async function printBody(io: Io, { body }: InboxRecord): Promise<void> {
  const { length } = bufferOf(body);
  await io.line(`${io.out.underline("Body")} ${io.out.dim(`${length} bytes`)}`);
  const text = bodyText(body);
  if (text === undefined) {
    await io.line(io.out.dim("Binary body; --json prints it in Base64."));
    return;
  }
  for (const line of indented(text).split("\n")) await io.line(sanitize(line));
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
