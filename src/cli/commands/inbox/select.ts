import { type Command, InvalidArgumentError, Option } from "commander";
import type { Inbox, InboxQuery, InboxRecord, RecordState } from "../../../index.js";
import { list, moment, whole } from "../../options/values.js";

/** Which records a command is about. */
export interface ChoiceOptions {
  readonly state?: readonly RecordState[];
  readonly trigger?: readonly string[];
  readonly since?: Date;
  readonly until?: Date;
  readonly limit?: number;
}

/** The states of the inbox contract. */
const states = [
  "waiting",
  "running",
  "done",
  "dead",
  "unmatched",
] as readonly string[] as readonly RecordState[];

/** Adds the options that choose records. @param ofState what `--state` says, and means by default */
export function choiceOptions(command: Command, ofState: string, limit: string): Command {
  return command
    .addOption(
      new Option(
        "--state <state>",
        `${ofState}; ${states.join(", ")}; repeat it or use commas for several`,
      ).argParser((text: string, before: readonly RecordState[] | undefined) => stateList(text, before)),
    )
    .option("--trigger <name>", "only these triggers, in any case; repeat it or use commas", list)
    .option("--since <time>", "received at or after: a date, or an age such as 15m, 2h, 3d", moment)
    .option("--until <time>", "received before: a date, or an age", moment)
    .option("--limit <n>", `at most so many, the newest first; ${limit}`, whole(1));
}

function stateList(text: string, before: readonly RecordState[] | undefined): readonly RecordState[] {
  const chosen = list(text, before).map((word) => {
    const state = states.find((one) => one === word.toLowerCase());
    if (state === undefined) throw new InvalidArgumentError(`A state is one of ${states.join(", ")}.`);
    return state;
  });
  return chosen;
}

/** Whether anything was said about which records. */
export function choosesAny({ state, trigger, since, until, limit }: ChoiceOptions): boolean {
  return [state, trigger, since, until, limit].some((said) => said !== undefined);
}

/** The records that the options choose, newest first. Ends early once the signal is aborted. */
export async function* chosen(
  inbox: Inbox,
  { state, trigger, since, until, limit = Number.POSITIVE_INFINITY }: ChoiceOptions,
  ending: AbortSignal,
): AsyncGenerator<InboxRecord> {
  const only = trigger?.length === 1 ? trigger[0] : undefined;
  const names = new Set(trigger?.map((name) => name.toUpperCase()));
  const query: InboxQuery = {
    ...(state !== undefined && { state }),
    ...(only !== undefined && { triggerName: only }),
    ...(since !== undefined && { since: since.getTime() }),
    ...(until !== undefined && { until: until.getTime() }),
  };
  let left = limit;
  for await (const record of inbox.find(query)) {
    if (ending.aborted) return;
    // The inbox's query has room for one name.
    if (names.size > 1 && !names.has(record.triggerName.toUpperCase())) continue;
    yield record;
    left -= 1;
    if (left <= 0) return;
  }
}
