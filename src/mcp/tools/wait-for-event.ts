import type { JsonObject } from "../../model/json.js";
import { cursorOf, markOf } from "./cursor.js";
import { listItem } from "./event-view.js";
import { fenced } from "./fence.js";
import { MAX_ANSWER_BYTES, type ToolParts } from "./options.js";
import { type EventSelection, fieldsProperty, matcherOf, selectionProperties } from "./select.js";
import { eventsAfter, markOfNow, untilNewer } from "./tail.js";
import { answer, type InboxTool, type ToolAnswer } from "./tool.js";

const TOOL = "wait_for_event";
/** Hosts give up a call after a minute, unless they are told otherwise. */
const DEFAULT_TIMEOUT_S = 30;
const MAX_TIMEOUT_S = 300;
const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 50;

interface Arguments extends EventSelection {
  readonly timeoutSeconds?: number;
  readonly limit?: number;
  readonly fields?: readonly string[];
  readonly cursor?: string;
}

export function waitForEventTool(parts: ToolParts): InboxTool {
  return {
    name: TOOL,
    title: "Wait for an event",
    description:
      "Waits until a new event arrives that matches, and returns it; without one, it returns after the time limit. Every answer has a cursor: pass it to the next call, and no event between the calls is missed, also after a restart.",
    inputSchema: {
      type: "object",
      properties: {
        ...selectionProperties,
        timeoutSeconds: {
          type: "integer",
          minimum: 0,
          maximum: MAX_TIMEOUT_S,
          description: `How long to wait, seconds; 0 only looks. Stay below your host's time limit for a call. Default: ${DEFAULT_TIMEOUT_S}.`,
        },
        limit: {
          type: "integer",
          minimum: 1,
          maximum: MAX_LIMIT,
          description: `Most events in one answer, oldest first. Default: ${DEFAULT_LIMIT}.`,
        },
        fields: fieldsProperty,
        cursor: {
          type: "string",
          description: "From an earlier answer: events after it. Default: events from now on.",
        },
      },
      additionalProperties: false,
    },
    changes: false,
    run: (args, { signal }) => wait(parts, args, signal),
  };
}

async function wait(parts: ToolParts, args: JsonObject, signal: AbortSignal): Promise<ToolAnswer> {
  const { inbox, clock } = parts;
  const given = args as Arguments;
  const { limit = DEFAULT_LIMIT, timeoutSeconds = DEFAULT_TIMEOUT_S, fields, cursor } = given;
  const matches = matcherOf(given);
  let mark = cursor === undefined ? await markOfNow(inbox) : markOf(cursor, TOOL);
  let isTruncated = false;
  const endAt = clock.monotonic() + timeoutSeconds * 1000;
  while (await untilNewer(inbox, clock, mark, endAt, signal)) {
    const found = await eventsAfter(parts, mark, matches, limit, signal);
    mark = found.mark;
    isTruncated ||= found.isTruncated;
    if (found.events.length === 0) continue;
    const items = found.events.map((view) => listItem(view, fields));
    const count = items.length === 1 ? "1 event" : `${items.length} events, oldest first`;
    const more = found.matching > items.length ? " More have arrived already." : "";
    return answer(
      `${count}.${more}${gapText(isTruncated)} ${nextText(cursorOf(mark))}\n${fenced("events", items, MAX_ANSWER_BYTES)}`,
    );
  }
  return answer(
    `No matching event within ${timeoutSeconds} s.${gapText(isTruncated)} ${nextText(cursorOf(mark))}`,
  );
}

const gapText = (isTruncated: boolean) =>
  isTruncated ? " So many events have arrived that the oldest were skipped: list_events has them." : "";

const nextText = (cursor: string) =>
  `To go on without missing one, call again with the same arguments and cursor: "${cursor}".`;
