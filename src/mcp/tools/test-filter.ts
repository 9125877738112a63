import { explainPayload } from "../../callbacks/explain.js";
import type { JsonObject } from "../../model/json.js";
import { type EventView, isEvent } from "./event-view.js";
import { fenced } from "./fence.js";
import { MAX_ANSWER_BYTES, type ToolParts } from "./options.js";
import { matcherOf, payloadFilterOf, selectionProperties } from "./select.js";
import { answer, type InboxTool, type ToolAnswer } from "./tool.js";

const DEFAULT_LAST = 50;
const MAX_LAST = 500;
/** Events that are shown; the others are counted. */
const MAX_SHOWN = 20;
/** Records that are looked through for events of the triggers. */
const MAX_RECORDS = 10_000;

interface Arguments {
  readonly where: string;
  readonly triggers?: readonly string[];
  readonly last?: number;
}

export function testFilterTool(parts: ToolParts): InboxTool {
  return {
    name: "test_filter",
    title: "Test a filter",
    description:
      "Tries a payload expression on the newest events of the inbox: which match, and which conditions the others do not meet. Use it before you write the expression into code.",
    inputSchema: {
      type: "object",
      properties: {
        where: selectionProperties.where,
        triggers: selectionProperties.triggers,
        last: {
          type: "integer",
          minimum: 1,
          maximum: MAX_LAST,
          description: `Number of events to try. Default: ${DEFAULT_LAST}.`,
        },
      },
      required: ["where"],
      additionalProperties: false,
    },
    changes: false,
    run: (args, { signal }) => test(parts, args, signal),
  };
}

async function test({ inbox, view }: ToolParts, args: JsonObject, signal: AbortSignal): Promise<ToolAnswer> {
  const { where, triggers, last = DEFAULT_LAST } = args as unknown as Arguments;
  const filter = payloadFilterOf(where);
  const isWanted = matcherOf({ triggers });
  const tried: EventView[] = [];
  let looks = 0;
  for await (const record of inbox.find({ triggerName: triggers?.length === 1 ? triggers[0] : undefined })) {
    signal.throwIfAborted();
    looks += 1;
    if (looks > MAX_RECORDS) break;
    const one = view(record);
    if (isEvent(record) && isWanted(one)) tried.push(one);
    if (tried.length === last) break;
  }
  if (tried.length === 0) return answer("The expression is valid. There are no events to try it on.");
  const results = tried.map(({ record, event, problem }) => {
    const unmet =
      event === undefined ? [{ clause: "decodable", found: problem }] : explainPayload(filter, event.payload);
    return { id: record.id, trigger: record.triggerName, matches: unmet.length === 0, unmet };
  });
  const matching = results.filter(({ matches }) => matches).length;
  const items = results.slice(0, MAX_SHOWN).map(({ id, trigger, matches, unmet }) => ({
    facts: {
      id,
      trigger,
      matches,
      ...(unmet.length > 0 && {
        notMet: unmet.map(({ clause, found }) => ({ clause, found: found ?? "absent" })),
      }),
    },
  }));
  const shown = results.length > MAX_SHOWN ? ` The newest ${MAX_SHOWN}:` : "";
  return answer(
    `${matching} of ${results.length} events match.${shown}\n${fenced("events", items, MAX_ANSWER_BYTES)}`,
  );
}
