import type { TimelineStep } from "./timelines.js";

/**
 * What has become of an event so far. `delivered` is what its webhook's receiver says, which may be anybody; the
 * others, a listener tells of itself. `unheard`: a listener got it, and none of its callbacks asked for it.
 */
export type EventStatus = "fired" | "delivered" | "kept" | "unheard" | "failing" | "done" | "dead";

/**
 * Read off an event's steps, in whatever order they were told. What a listener has settled weighs more than what is
 * under way in one, and both more than what became of a webhook.
 */
export function eventStatus(steps: readonly TimelineStep[]): EventStatus {
  const has = (type: string) => steps.some((step) => step.type === type);
  const last = (...types: readonly string[]) => steps.findLast(({ type }) => types.includes(type))?.type;
  const end = last("event.done", "event.dead-lettered");
  if (end === "event.dead-lettered") return "dead";
  if (has("event.unmatched") && !has("callback.done") && !has("callback.failed")) return "unheard";
  if (end === "event.done") return "done";
  if (has("callback.failed")) return "failing";
  if (has("event.stored")) return "kept";
  const sent = last("webhook.delivered", "webhook.failed");
  if (sent === undefined) return "fired";
  return sent === "webhook.delivered" ? "delivered" : "failing";
}
