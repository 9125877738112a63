import type { Inbox } from "../inbox/contract.js";
import type { Reports, ReportType } from "../report.js";
import { isUnasked } from "../wire/names-in-frame.js";
import type { Registry } from "./registry.js";

/** What is said of an event that no callback asked for. Who listens for one of these hears of every event. */
const said: readonly ReportType[] = ["event.kept", "event.seen", "event.unmatched", "record.done"];

/**
 * Says of a frame of the socket whether it may pass by unread: no callback asked for its event, no report of it is
 * heard, and the inbox would forget it with the process.
 */
export function passBy(
  inbox: Inbox,
  registry: Registry,
  reports: Reports,
): ((frame: string) => boolean) | undefined {
  // What outlives the process may be for a callback of the next one.
  if (inbox.durable) return undefined;
  const asked = (name: string) => registry.asksFor(name);
  return (frame) => isUnasked(frame, asked) && !said.some((type) => reports.wants(type));
}
