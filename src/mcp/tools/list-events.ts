import type { Clock } from "../../base/clock.js";
import { type InboxQuery, type InboxRecord, type RecordState, recordStates } from "../../inbox/contract.js";
import type { JsonObject } from "../../model/json.js";
import { cursorOf, type Mark, markAfter, markOf } from "./cursor.js";
import { type EventView, isEvent, listItem } from "./event-view.js";
import { fenced } from "./fence.js";
import { MAX_ANSWER_BYTES, type ToolParts } from "./options.js";
import {
  type EventSelection,
  fieldsProperty,
  matcherOf,
  selectionProperties,
  timeOf,
  timeProperty,
} from "./select.js";
import { answer, type InboxTool, type ToolAnswer } from "./tool.js";

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
/** Longest search, milliseconds; the next call goes on from there. */
const SEARCH_MS = 2000;
/** Records of several processes may be stored in another order than received: so far apart at most, milliseconds. */
const DISORDER_MS = 2000;

interface Arguments extends EventSelection {
  readonly states?: readonly RecordState[];
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  readonly fields?: readonly string[];
  readonly cursor?: string;
}

const properties: JsonObject = {
  ...selectionProperties,
  since: timeProperty("Only events received at or after"),
  until: timeProperty("Only events received before"),
  limit: {
    type: "integer",
    minimum: 1,
    maximum: MAX_LIMIT,
    description: `Number of events. Default: ${DEFAULT_LIMIT}.`,
  },
  fields: fieldsProperty,
  cursor: {
    type: "string",
    description: "From an earlier answer of this tool, with the same other arguments: older events.",
  },
};

export function listEventsTool(parts: ToolParts): InboxTool {
  return {
    name: "list_events",
    title: "List events",
    description:
      "Lists the events of the inbox, newest first, with id, trigger, state and payload. It only reads. get_event shows one event in full.",
    inputSchema: {
      type: "object",
      properties: {
        ...properties,
        states: {
          type: "array",
          items: { enum: [...recordStates] },
          minItems: 1,
          description:
            "Only events in these states: waiting (due now or later), running, done, dead (failed for good), unmatched (no callback). Default: all.",
        },
      },
      additionalProperties: false,
    },
    changes: false,
    run: (args, { signal }) => list(parts, args as Arguments, "list_events", signal),
  };
}

export function listDeadLettersTool(parts: ToolParts): InboxTool {
  return {
    name: "list_dead_letters",
    title: "List dead letters",
    description:
      "Lists the events that failed for good, newest first, each with its last failure. replay_event runs them again.",
    inputSchema: { type: "object", properties, additionalProperties: false },
    changes: false,
    run: (args, { signal }) =>
      list(parts, { ...(args as Arguments), states: ["dead"] }, "list_dead_letters", signal),
  };
}

async function list(
  { inbox, clock, view }: ToolParts,
  args: Arguments,
  tool: string,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  const { limit = DEFAULT_LIMIT, states, fields } = args;
  const matches = matcherOf(args);
  const since = timeOf("since", args.since, clock);
  const until = timeOf("until", args.until, clock);
  const after = args.cursor === undefined ? undefined : markOf(args.cursor, tool);
  const query: InboxQuery = {
    state: states,
    // The inbox's query takes one name; the others are compared here.
    triggerName: args.triggers?.length === 1 ? args.triggers[0] : undefined,
    since,
    until:
      after === undefined ? until : Math.min(until ?? Number.MAX_SAFE_INTEGER, after.at + DISORDER_MS + 1),
  };
  const search = new Search(clock, signal);
  const found: EventView[] = [];
  const records = from(inbox.find(query), after);
  for await (const record of search.over(records)) {
    if (!isEvent(record)) continue;
    const one = view(record);
    if (!matches(one)) continue;
    found.push(one);
    if (found.length === limit) break;
  }
  const next = search.isCut || found.length === limit ? search.last : undefined;
  return answer(
    [headOf(found.length, search, next), listOf(found, fields)].filter((text) => text !== "").join("\n"),
  );
}

function headOf(count: number, { isCut, scanned }: Search, next: Mark | undefined): string {
  const events = count === 1 ? "1 event" : `${count} events`;
  const cut = isCut ? ` The search stopped after ${scanned} records, because of its time limit.` : "";
  const more =
    next === undefined
      ? ""
      : ` For older ones, call again with the same arguments and cursor: "${cursorOf(next)}".`;
  return `${events}, newest first.${cut}${next === undefined ? " There are no more." : more}`;
}

function listOf(found: readonly EventView[], fields: readonly string[] | undefined): string {
  if (found.length === 0) return "";
  return fenced(
    "events",
    found.map((one) => listItem(one, fields)),
    MAX_ANSWER_BYTES,
  );
}

/** Looks through records until its time is over. */
class Search {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  scanned = 0;
  isCut = false;
  /** The place after the record that was looked at last. */
  last: Mark | undefined;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  async *over(records: AsyncIterable<InboxRecord>): AsyncGenerator<InboxRecord> {
    const endAt = this.#clock.monotonic() + SEARCH_MS;
    for await (const record of records) {
      this.#signal.throwIfAborted();
      if (this.last !== undefined && this.#clock.monotonic() >= endAt) {
        this.isCut = true;
        return;
      }
      this.scanned += 1;
      this.last = markAfter(record);
      yield record;
    }
  }
}

/** The records after a mark, newest first. Where its record was dropped, all that were received before it. */
async function* from(
  records: AsyncIterable<InboxRecord>,
  mark: Mark | undefined,
): AsyncGenerator<InboxRecord> {
  if (mark === undefined) {
    yield* records;
    return;
  }
  let isReached = false;
  for await (const record of records) {
    const isMarked = mark.ids.includes(record.id);
    if (isReached || (!isMarked && record.receivedAt < mark.at - DISORDER_MS)) {
      isReached = true;
      yield record;
    } else if (isMarked) isReached = true;
  }
}
