import type { Command } from "commander";
import type { Inbox, InboxQuery, InboxRecord, RecordState } from "../../../index.js";
import type { Context } from "../../context.js";
import { UsageError } from "../../errors.js";
import { exitCodes, type SetOutcome } from "../../exit-codes.js";
import { plain } from "../../terminal/sanitize.js";
import { type ChoiceOptions, choiceOptions, choosesAny, chosen } from "./select.js";
import { recordsOf } from "./find-ids.js";
import { Progress } from "../../terminal/progress.js";
import { printRecords } from "./record-format.js";
import { type StoreOptions, storeOptions, withInbox } from "./store.js";

type Options = StoreOptions &
  ChoiceOptions & { readonly all?: true; readonly dryRun?: true; readonly json?: true };

/** What a command does to the records that it was told to choose. */
interface Act {
  readonly name: "retry" | "drop";
  readonly description: string;
  readonly title: string;
  /** `Retried`, and the member of the JSON line. */
  readonly past: "retried" | "dropped";
  /** States in which the act does something. */
  readonly possible: readonly RecordState[];
  /** The same for records that were named by their ids. */
  readonly possibleByName: readonly RecordState[];
  /** What is said of a record that was named by its id and is in another state. */
  readonly leftAlone: (record: InboxRecord) => string;
  readonly run: (inbox: Inbox, query: InboxQuery) => Promise<number>;
  readonly notes: string;
}

/** Records changed in one step: few enough to be interrupted soon, enough to share a flush of the disk. */
const AT_ONCE = 250;
/** What is meant where no state is said. */
const DEAD_ALONE: readonly RecordState[] = ["dead"];
/** Stored, and asked for by no callback so far; only durable inboxes have such records. */
const UNMATCHED = "unmatched" as string as RecordState;

export function addRetry(parent: Command, context: Context, end: SetOutcome): void {
  add(parent, context, end, {
    name: "retry",
    description: "have dead or done records run once more, by whoever listens on this inbox",
    title: "Retrying",
    past: "retried",
    possible: ["dead", "done", UNMATCHED],
    possibleByName: ["dead", "done", UNMATCHED],
    leftAlone: ({ state }) => `it is ${state}, and runs without a retry`,
    run: (inbox, query) => inbox.replay(query),
    notes: `All their callbacks run, those that had succeeded too. What is retried counts as unfinished: a listener with
more of it than its \`maxPending\` answers 503 until it has worked it off. --limit retries a part.`,
  });
}

export function addDrop(parent: Command, context: Context, end: SetOutcome): void {
  add(parent, context, end, {
    name: "drop",
    description: "remove records that are not running; copies of them are still known as seen",
    title: "Dropping",
    past: "dropped",
    possible: ["dead", "done", "waiting", UNMATCHED],
    // One whose process has died goes, too, once its lease has run out. Only the inbox can tell.
    possibleByName: ["dead", "done", "waiting", "running", UNMATCHED],
    leftAlone: () => "it is running",
    run: (inbox, query) => inbox.drop(query),
    notes: "What is dropped is gone for good; `inbox show --json` prints a record whole before.",
  });
}

function add(parent: Command, context: Context, end: SetOutcome, act: Act): void {
  const command = parent
    .command(act.name)
    .argument("[id...]", "ids, as `inbox ls` prints them")
    .description(act.description);
  choiceOptions(storeOptions(command), "records in these states, default dead", "default no limit")
    .option("--all", "every dead record, or with --state every record in that state")
    .option("--dry-run", "only list the records")
    .option("--json", `one line of JSON with the counts; with --dry-run one line for each record`)
    .addHelpText(
      "after",
      `
Give ids, or say which records by options; without --state, dead ones alone are meant. ${act.notes}

Examples:
  $ earshot inbox ${act.name} log_7f3a --db events.db
  $ earshot inbox ${act.name} --all --db events.db --dry-run
  $ earshot inbox ${act.name} --trigger GITHUB_STAR_ADDED_EVENT --since 1d --db events.db
  $ earshot inbox ${act.name} --state done --until 2026-01-31 --redis redis://127.0.0.1:6379`,
    )
    .action((ids: readonly string[], options: Options) => {
      checkChoice(ids, options, act);
      return withInbox(options, context, (inbox) => change(inbox, ids, options, act, context, end));
    });
}

function checkChoice(ids: readonly string[], options: Options, { name, possible }: Act): void {
  const filtered = choosesAny(options) || options.all === true;
  if (ids.length > 0 && filtered) throw new UsageError("Give ids, or options that choose records, not both");
  if (ids.length === 0 && !filtered) {
    throw new UsageError(
      "Which records? Give ids, options such as --trigger or --since, or --all for every dead one",
    );
  }
  const impossible = options.state?.filter((state) => !possible.includes(state)) ?? [];
  if (impossible.length > 0) {
    throw new UsageError(
      `${name} leaves ${impossible.join(" and ")} records alone: ${possible.join(", ")} can be chosen`,
    );
  }
}

async function change(
  inbox: Inbox,
  ids: readonly string[],
  options: Options,
  act: Act,
  { io, ending }: Context,
  end: SetOutcome,
): Promise<void> {
  const records = ids.length > 0 ? named(inbox, ids, options) : wanted(inbox, options, ending);
  const leave = (record: InboxRecord) =>
    io.note(io.err.yellow(`${plain(record.id)} is left alone: ${act.leftAlone(record)}.`));
  const state = ids.length > 0 ? act.possibleByName : (options.state ?? DEAD_ALONE);
  const able = inStates(records, state, leave);
  const json = options.json === true;
  if (options.dryRun) {
    const count = await printRecords(io, able, json);
    if (!ending.aborted) io.note(`${numberOf(count)} would be ${act.past}. Nothing was changed.`);
    return;
  }
  // Found first, changed then: what dies again meanwhile is not met a second time.
  const found: string[] = [];
  const finding = new Progress(process.stderr, "Records found:");
  for await (const { id } of able) {
    found.push(id);
    if (found.length > AT_ONCE) finding.show(found.length);
  }
  finding.end();
  if (ending.aborted) return;
  // Asked for once more: between the finding and the change, somebody else may have changed it.
  const changed = await inSteps(inbox, { ids: found, state }, act, { io, ending });
  if (json) await io.record({ [act.past]: changed, chosen: found.length });
  else if (found.length === 0 && ids.length === 0) io.note("No record is like that.");
  else await io.line(`${numberOf(changed)} ${act.past}.`);
  if (ending.aborted) io.note(`Broken off: ${found.length - changed} are as they were.`);
  else if (changed < found.length) {
    if (act.name === "retry" || ids.length === 0) {
      io.note(`${found.length - changed} had changed in the meantime.`);
      return;
    }
    for await (const record of inbox.find({ ids: found })) leave(record);
    end(exitCodes.failure);
  }
}

async function inSteps(
  inbox: Inbox,
  { ids, state }: { readonly ids: readonly string[]; readonly state: InboxQuery["state"] },
  act: Act,
  { io, ending }: Pick<Context, "io" | "ending">,
): Promise<number> {
  const progress = new Progress(process.stderr, act.title);
  const onEnding = () => {
    progress.end();
    io.note(io.err.dim("Ending after the step under way; a second Ctrl-C ends at once."));
  };
  ending.addEventListener("abort", onEnding, { once: true });
  let changed = 0;
  try {
    for (let at = 0; at < ids.length && !ending.aborted; at += AT_ONCE) {
      if (ids.length > AT_ONCE) progress.show(at, ids.length);
      changed += await act.run(inbox, { ids: ids.slice(at, at + AT_ONCE), state });
    }
  } finally {
    ending.removeEventListener("abort", onEnding);
    progress.end();
  }
  return changed;
}

async function* named(inbox: Inbox, ids: readonly string[], options: Options): AsyncGenerator<InboxRecord> {
  yield* await recordsOf(inbox, ids, options);
}

function wanted(inbox: Inbox, options: Options, ending: AbortSignal): AsyncGenerator<InboxRecord> {
  return chosen(inbox, { ...options, state: options.state ?? DEAD_ALONE }, ending);
}

async function* inStates(
  records: AsyncIterable<InboxRecord>,
  states: readonly RecordState[],
  leave: (record: InboxRecord) => void,
): AsyncGenerator<InboxRecord> {
  for await (const record of records) {
    if (states.includes(record.state)) yield record;
    else leave(record);
  }
}

function numberOf(count: number): string {
  return count === 1 ? "1 record" : `${count} records`;
}
