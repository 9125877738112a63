import type { JsonObject } from "../../model/json.js";
import { fullItem } from "./event-view.js";
import { fenced } from "./fence.js";
import { MAX_ANSWER_BYTES, type ToolParts } from "./options.js";
import { fieldsProperty } from "./select.js";
import { answer, failed, type InboxTool, type ToolAnswer } from "./tool.js";

/** Bytes of an answer at most. */
const MAX_BYTES = 98_304;

export function getEventTool(parts: ToolParts): InboxTool {
  return {
    name: "get_event",
    title: "Get an event",
    description:
      "Shows one event in full: payload, sender, state, attempts, failures, and which callbacks are done.",
    inputSchema: {
      type: "object",
      properties: {
        id: { type: "string", minLength: 1, description: "The event's id, as list_events shows it." },
        fields: fieldsProperty,
        maxBytes: {
          type: "integer",
          minimum: 1024,
          maximum: MAX_BYTES,
          description: `Bytes of the answer; longer payloads are shortened. Default: ${MAX_ANSWER_BYTES}.`,
        },
      },
      required: ["id"],
      additionalProperties: false,
    },
    changes: false,
    run: (args) => show(parts, args),
  };
}

async function show({ inbox, view }: ToolParts, args: JsonObject): Promise<ToolAnswer> {
  const {
    id,
    fields,
    maxBytes = MAX_ANSWER_BYTES,
  } = args as {
    id: string;
    fields?: readonly string[];
    maxBytes?: number;
  };
  for await (const record of inbox.find({ ids: [id] })) {
    if (record.id !== id) continue;
    return answer(fenced("event", [fullItem(view(record), fields)], maxBytes));
  }
  return failed("No event has this id. list_events shows the ids; a done event is forgotten after a while.");
}
