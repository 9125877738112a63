import type { ListenerEventEmitter } from "../base/listener-event-emitter.js";
import type { ListenerEventType } from "../base/listener-events.js";
import type { Inbox } from "../inbox/contract.js";
import { isUnasked } from "../protocol/names-in-frame.js";
import type { TriggerNames } from "./trigger-names.js";

/** Sent for events that match no callback too. A listener for one of these needs every event decoded. */
const sentForAnyEvent: readonly ListenerEventType[] = [
  "event.stored",
  "event.duplicate",
  "event.unmatched",
  "event.done",
];

/** After this many frames in a row that match, only one in `ONE_IN` is checked. */
const STREAK = 32;
const ONE_IN = 16;

/**
 * Skips frames of the WebSocket without decoding them: those whose trigger no filter has, where no listener event of
 * them is needed and the inbox would not outlive the process.
 *
 * @returns whether to skip a frame; `undefined` where none may be skipped
 */
export function frameFilter(
  inbox: Inbox,
  triggerNames: TriggerNames,
  events: ListenerEventEmitter,
): ((frame: Buffer) => boolean) | undefined {
  // A stored event may match a callback of the next process.
  if (inbox.durable) return undefined;
  const isRequested = (text: string, from: number, to: number) => triggerNames.has(text, from, to);
  let matchesInARow = 0;
  return (frame) => {
    if (triggerNames.isAny) return false;
    // Where every frame matches, the check gains nothing and costs 3 % of the event.
    if (matchesInARow >= STREAK && matchesInARow % ONE_IN !== 0) {
      matchesInARow += 1;
      return false;
    }
    for (const type of sentForAnyEvent) if (events.isNeeded(type)) return false;
    const skips = isUnasked(frame, isRequested);
    matchesInARow = skips ? 0 : matchesInARow + 1;
    return skips;
  };
}
