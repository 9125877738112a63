import type { Command } from "commander";
import type { Inbox, InboxQuery, InboxRecord, RecordState } from "../../../index.js";
import type { Context } from "../../context.js";
import { UsageError } from "../../errors.js";
import { exitCodes, type SetExitCode } from "../../exit-codes.js";
import { Progress } from "../../terminal/progress.js";
import { sanitize } from "../../terminal/sanitize.js";
import { printRecords } from "./record-format.js";
import { recordsByIds, type SelectOptions, selectOptions, selectRecords, selectsAny } from "./select.js";
import { type StoreOptions, storeOptions, withInbox } from "./store.js";

type Options = StoreOptions &
  SelectOptions & { readonly all?: true; readonly dryRun?: true; readonly json?: true };

/** A change of the selected records. */
interface Operation {
  readonly name: "retry" | "drop";
  readonly description: string;
  readonly title: string;
  /** For messages, and the member of the JSON line. */
  readonly past: "retried" | "dropped";
  /** States that --state accepts. */
  readonly states: readonly RecordState[];
  /** States of records that are selected by id. */
  readonly statesById: readonly RecordState[];
  /** Why a record in another state is not changed. */
  readonly skipReason: (record: InboxRecord) => string;
  readonly run: (inbox: Inbox, query: InboxQuery) => Promise<number>;
  readonly notes: string;
}

/** Records per step: few enough to be interrupted soon, enough to share a flush of the disk. */
const BATCH = 250;
/** Default of --state. */
const ONLY_DEAD: readonly RecordState[] = ["dead"];
/** Stored, but no callback matched so far; only durable inboxes have such records. */
const UNMATCHED = "unmatched" as string as RecordState;

export function addRetry(parent: Command, context: Context, setExitCode: SetExitCode): void {
  add(parent, context, setExitCode, {
    name: "retry",
    description: "run dead-lettered or done records again, in a listener of this inbox",
    title: "Retrying",
    past: "retried",
    states: ["dead", "done", UNMATCHED],
    statesById: ["dead", "done", UNMATCHED],
    skipReason: ({ state }) => `it is ${state} and runs without a retry`,
    run: (inbox, query) => inbox.replay(query),
    notes: `All their callbacks run, also those that succeeded. Retried records count as pending: a listener with more of them
than its \`maxPending\` responds with 503 until it has processed them. --limit retries a part.`,
  });
}

export function addDrop(parent: Command, context: Context, setExitCode: SetExitCode): void {
  add(parent, context, setExitCode, {
    name: "drop",
    description: "delete records that are not running; their duplicates are still recognized",
    title: "Dropping",
    past: "dropped",
    states: ["dead", "done", "waiting", UNMATCHED],
    // A running record whose process died is dropped too, once its lease has expired. Only the inbox knows that.
    statesById: ["dead", "done", "waiting", "running", UNMATCHED],
    skipReason: () => "it is running",
    run: (inbox, query) => inbox.drop(query),
    notes: "Dropped records cannot be restored; save them first with `inbox show --json`.",
  });
}

function add(parent: Command, context: Context, setExitCode: SetExitCode, operation: Operation): void {
  const command = parent
    .command(operation.name)
    .argument("[id...]", "ids, as printed by `inbox ls`")
    .description(operation.description);
  selectOptions(storeOptions(command), "records in these states; default dead", "default no limit")
    .option("--all", "all dead records, or with --state all records in that state")
    .option("--dry-run", "only list the records; change nothing")
    .option("--json", "print one line of JSON with the counts; with --dry-run one line per record")
    .addHelpText(
      "after",
      `
Select records by ids or by options. Without --state, only dead records are selected. ${operation.notes}

Examples:
  $ earshot inbox ${operation.name} log_7f3a --db events.db
  $ earshot inbox ${operation.name} --all --db events.db --dry-run
  $ earshot inbox ${operation.name} --trigger GITHUB_STAR_ADDED_EVENT --since 1d --db events.db
  $ earshot inbox ${operation.name} --state done --until 2026-01-31 --redis redis://127.0.0.1:6379`,
    )
    .action((ids: readonly string[], options: Options) => {
      checkSelection(ids, options, operation);
      return withInbox(options, context, (inbox) =>
        change(inbox, ids, options, operation, context, setExitCode),
      );
    });
}

function checkSelection(ids: readonly string[], options: Options, { name, states }: Operation): void {
  const hasFilter = selectsAny(options) || options.all === true;
  if (ids.length > 0 && hasFilter) throw new UsageError("Select records by ids or by options, not both");
  if (ids.length === 0 && !hasFilter) {
    throw new UsageError(
      "No records are selected: add ids, options such as --trigger or --since, or --all for all dead records",
    );
  }
  const impossible = options.state?.filter((state) => !states.includes(state)) ?? [];
  if (impossible.length > 0) {
    throw new UsageError(
      `${name} cannot change ${impossible.join(" and ")} records; states: ${states.join(", ")}`,
    );
  }
}

async function change(
  inbox: Inbox,
  ids: readonly string[],
  options: Options,
  operation: Operation,
  { io, ending }: Context,
  setExitCode: SetExitCode,
): Promise<void> {
  const records = ids.length > 0 ? byIds(inbox, ids, options) : bySelection(inbox, options, ending);
  const skip = (record: InboxRecord) =>
    io.note(io.err.yellow(`${sanitize(record.id)} is unchanged: ${operation.skipReason(record)}.`));
  const state = ids.length > 0 ? operation.statesById : (options.state ?? ONLY_DEAD);
  const changeable = inStates(records, state, skip);
  const json = options.json === true;
  if (options.dryRun) {
    const count = await printRecords(io, changeable, json);
    if (!ending.aborted) io.note(`${numberOf(count)} would be ${operation.past}. Nothing was changed.`);
    return;
  }
  // All are found before the first change: a record that is dead-lettered again meanwhile is not changed twice.
  const found: string[] = [];
  const finding = new Progress(io.stderr, "Records found:");
  for await (const { id } of changeable) {
    found.push(id);
    if (found.length > BATCH) finding.show(found.length);
  }
  finding.end();
  if (ending.aborted) return;
  // The state is in the query again: another process may have changed a record meanwhile.
  const changed = await inSteps(inbox, { ids: found, state }, operation, { io, ending });
  if (json) await io.record({ [operation.past]: changed, chosen: found.length });
  else if (found.length === 0 && ids.length === 0) io.note("No matching records.");
  else await io.line(`${numberOf(changed)} ${operation.past}.`);
  if (ending.aborted) io.note(`Interrupted: ${found.length - changed} are unchanged.`);
  else if (changed < found.length) {
    if (operation.name === "retry" || ids.length === 0) {
      io.note(`${found.length - changed} were changed by another process meanwhile.`);
      return;
    }
    for await (const record of inbox.find({ ids: found })) skip(record);
    setExitCode(exitCodes.failure);
  }
}

async function inSteps(
  inbox: Inbox,
  { ids, state }: { readonly ids: readonly string[]; readonly state: InboxQuery["state"] },
  operation: Operation,
  { io, ending }: Pick<Context, "io" | "ending">,
): Promise<number> {
  const progress = new Progress(io.stderr, operation.title);
  const onEnding = () => {
    progress.end();
    io.note(io.err.dim("Stopping after the current step; a second Ctrl-C exits at once."));
  };
  ending.addEventListener("abort", onEnding, { once: true });
  let changed = 0;
  try {
    for (let at = 0; at < ids.length && !ending.aborted; at += BATCH) {
      if (ids.length > BATCH) progress.show(at, ids.length);
      changed += await operation.run(inbox, { ids: ids.slice(at, at + BATCH), state });
    }
  } finally {
    ending.removeEventListener("abort", onEnding);
    progress.end();
  }
  return changed;
}

async function* byIds(inbox: Inbox, ids: readonly string[], options: Options): AsyncGenerator<InboxRecord> {
  yield* await recordsByIds(inbox, ids, options);
}

function bySelection(inbox: Inbox, options: Options, ending: AbortSignal): AsyncGenerator<InboxRecord> {
  return selectRecords(inbox, { ...options, state: options.state ?? ONLY_DEAD }, ending);
}

async function* inStates(
  records: AsyncIterable<InboxRecord>,
  states: readonly RecordState[],
  skip: (record: InboxRecord) => void,
): AsyncGenerator<InboxRecord> {
  for await (const record of records) {
    if (states.includes(record.state)) yield record;
    else skip(record);
  }
}

function numberOf(count: number): string {
  return count === 1 ? "1 record" : `${count} records`;
}
