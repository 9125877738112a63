import type { ListenerEvents, ListenerEventType } from "../base/listener-events.js";
import type { Inbox } from "../inbox/contract.js";
import { isUnasked } from "../protocol/names-in-frame.js";
import type { Registry } from "./registry.js";

/** What is said of an event that no callback asked for. Who listens for one of these hears of every event. */
const said: readonly ListenerEventType[] = [
  "event.stored",
  "event.duplicate",
  "event.unmatched",
  "event.done",
];

/** After so many frames in a row that were asked for, only one in so many is looked at before it is read. */
const STREAK = 32;
const ONE_IN = 16;

/**
 * Says of a frame of the socket whether it may pass by unread: no callback asked for its event, no report of it is
 * heard, and the inbox would forget it with the process.
 */
export function frameFilter(
  inbox: Inbox,
  registry: Registry,
  reports: ListenerEvents,
): ((frame: Buffer) => boolean) | undefined {
  // What outlives the process may be for a callback of the next one.
  if (inbox.durable) return undefined;
  const asks = (text: string, from: number, to: number) => registry.asksFor(text, from, to);
  let inARow = 0;
  return (frame) => {
    if (registry.asksForAny) return false;
    // Where everything is asked for, the look is for nothing: 3 % of what the event costs.
    if (inARow >= STREAK && inARow % ONE_IN !== 0) {
      inARow += 1;
      return false;
    }
    for (const type of said) if (reports.wants(type)) return false;
    const passes = isUnasked(frame, asks);
    inARow = passes ? 0 : inARow + 1;
    return passes;
  };
}
