import type { TimelineStep } from "./timelines.js";

/**
 * The status of an event so far. `delivered` comes from the webhook's receiver, which may be any server; `stored` and
 * later ones come from a listener's reports. `unmatched`: a listener received it, and no callback matched.
 */
export type EventStatus = "fired" | "delivered" | "stored" | "unmatched" | "failing" | "done" | "dead";

/**
 * Derived from an event's steps, in whatever order they arrived. A listener's final step outweighs its earlier ones,
 * and both outweigh the webhook's steps.
 */
export function eventStatus(steps: readonly TimelineStep[]): EventStatus {
  const has = (type: string) => steps.some((step) => step.type === type);
  const last = (...types: readonly string[]) => steps.findLast(({ type }) => types.includes(type))?.type;
  const end = last("event.done", "event.dead-lettered");
  if (end === "event.dead-lettered") return "dead";
  if (has("event.unmatched") && !has("callback.done") && !has("callback.failed")) return "unmatched";
  if (end === "event.done") return "done";
  if (has("callback.failed")) return "failing";
  if (has("event.stored")) return "stored";
  const sent = last("webhook.delivered", "webhook.failed");
  if (sent === undefined) return "fired";
  return sent === "webhook.delivered" ? "delivered" : "failing";
}
