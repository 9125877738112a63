import { type Command, InvalidArgumentError, Option } from "commander";
import type { Inbox, InboxQuery, InboxRecord, RecordState } from "../../../index.js";
import { integer, stringList, time } from "../../options/values.js";
import { type StoreOptions, storeArguments } from "./store.js";

/** Options that select records. */
export interface SelectOptions {
  readonly state?: readonly RecordState[];
  readonly trigger?: readonly string[];
  readonly since?: Date;
  readonly until?: Date;
  readonly limit?: number;
}

const states = [
  "waiting",
  "running",
  "done",
  "dead",
  "unmatched",
] as readonly string[] as readonly RecordState[];

/** @param stateHelp help of --state, with its default @param limitDefault help of the default of --limit */
export function selectOptions(command: Command, stateHelp: string, limitDefault: string): Command {
  return command
    .addOption(
      new Option(
        "--state <state>",
        `${stateHelp}; ${states.join(", ")}; repeatable, or separated by commas`,
      ).argParser((text: string, before: readonly RecordState[] | undefined) => stateList(text, before)),
    )
    .option(
      "--trigger <name>",
      "only these triggers, in any case; repeatable, or separated by commas",
      stringList,
    )
    .option("--since <time>", "received at or after: a date, or an age such as 15m, 2h, 3d", time)
    .option("--until <time>", "received before: a date, or an age", time)
    .option("--limit <n>", `maximum number of records, newest first; ${limitDefault}`, integer(1));
}

function stateList(text: string, before: readonly RecordState[] | undefined): readonly RecordState[] {
  const chosen = stringList(text, before).map((word) => {
    const state = states.find((one) => one === word.toLowerCase());
    if (state === undefined) throw new InvalidArgumentError(`Expected one of ${states.join(", ")}.`);
    return state;
  });
  return chosen;
}

/** Whether any of the options is set. */
export function selectsAny({ state, trigger, since, until, limit }: SelectOptions): boolean {
  return [state, trigger, since, until, limit].some((value) => value !== undefined);
}

/** The selected records, newest first. Ends early once the signal is aborted. */
export async function* selectRecords(
  inbox: Inbox,
  { state, trigger, since, until, limit = Number.POSITIVE_INFINITY }: SelectOptions,
  ending: AbortSignal,
): AsyncGenerator<InboxRecord> {
  const single = trigger?.length === 1 ? trigger[0] : undefined;
  const names = new Set(trigger?.map((name) => name.toUpperCase()));
  const query: InboxQuery = {
    ...(state !== undefined && { state }),
    ...(single !== undefined && { triggerName: single }),
    ...(since !== undefined && { since: since.getTime() }),
    ...(until !== undefined && { until: until.getTime() }),
  };
  let left = limit;
  for await (const record of inbox.find(query)) {
    if (ending.aborted) return;
    // The inbox's query accepts only one name.
    if (names.size > 1 && !names.has(record.triggerName.toUpperCase())) continue;
    yield record;
    left -= 1;
    if (left <= 0) return;
  }
}

/**
 * The records with these ids, in the order of the ids.
 *
 * @throws EarshotError ERR_NOT_FOUND with every id that has no record
 */
export async function recordsByIds(
  inbox: Inbox,
  ids: readonly string[],
  options: StoreOptions,
): Promise<readonly InboxRecord[]> {
  const found = new Map<string, InboxRecord>();
  for await (const record of inbox.find({ ids })) found.set(record.id, record);
  const unknown = ids.filter((id) => !found.has(id));
  if (unknown.length > 0) {
    // Loaded here: it loads the whole library, which would slow down the start of every other command.
    const { EarshotError } = await import("../../../index.js");
    throw new EarshotError(
      "ERR_NOT_FOUND",
      `No record has the id ${unknown.join(", ")}. List the ids: earshot inbox ls ${storeArguments(options)}`,
    );
  }
  return [...new Set(ids)].flatMap((id) => found.get(id) ?? []);
}
