import type { RecordState } from "../../inbox/contract.js";
import { isEvent } from "./event-view.js";
import { fenced } from "./fence.js";
import { MAX_ANSWER_BYTES, type ToolParts } from "./options.js";
import { answer, failed, type InboxTool, type ToolAnswer } from "./tool.js";

const MAX_IDS = 100;
const replayable: readonly RecordState[] = ["done", "dead", "unmatched"];

export function replayEventTool(parts: ToolParts): InboxTool {
  return {
    name: "replay_event",
    title: "Replay events",
    description:
      "Makes dead, done or unmatched events due again: a listener of this inbox runs all their callbacks, also those that succeeded.",
    inputSchema: {
      type: "object",
      properties: {
        ids: {
          type: "array",
          items: { type: "string", minLength: 1 },
          minItems: 1,
          maxItems: MAX_IDS,
          description: "Ids of events, as list_events and list_dead_letters show them.",
        },
      },
      required: ["ids"],
      additionalProperties: false,
    },
    changes: true,
    run: (args) => replay(parts, args.ids as readonly string[]),
  };
}

async function replay({ inbox }: ToolParts, given: readonly string[]): Promise<ToolAnswer> {
  const ids = [...new Set(given)];
  const states = new Map<string, RecordState>();
  for await (const record of inbox.find({ ids })) if (isEvent(record)) states.set(record.id, record.state);
  const chosen = ids.filter((id) => replayable.includes(states.get(id) as RecordState));
  const skipped = ids.filter((id) => !chosen.includes(id));
  const count = chosen.length === 0 ? 0 : await inbox.replay({ ids: chosen, state: replayable });
  const events = count === 1 ? "1 event is" : `${count} events are`;
  const head = `${events} due again. A listener of this inbox runs them.`;
  if (skipped.length === 0) return answer(head);
  const items = skipped.map((id) => ({
    facts: {
      id,
      unchanged: states.has(id) ? `it is ${states.get(id)} and runs by itself` : "no event has this id",
    },
  }));
  const text = `${head} ${skipped.length} unchanged:\n${fenced("events", items, MAX_ANSWER_BYTES)}`;
  return count === 0 ? failed(text) : answer(text);
}
