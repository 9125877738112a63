import type { TimelineStep } from "./timelines.js";

/**
 * The status of an event so far. `delivered` comes from the webhook's receiver, which may be any server; `stored` and
 * later ones come from a listener's reports. `unmatched`: a listener received it, and no callback matched.
 */
export type EventStatus = "fired" | "delivered" | "stored" | "unmatched" | "failing" | "done" | "dead";

/** How far an event has come, as the list shows it. */
export interface EventProgress {
  readonly status: EventStatus;
  /** How the listener received it: `websocket`, `webhook`, `backfill`; null while no listener has reported it. */
  readonly source: string | null;
  /** The callback that ran last, and how many others ran; null where none has. */
  readonly callback: string | null;
  readonly otherCallbacks: number;
  /** The highest attempt of a callback; 0 where none has run. */
  readonly attempts: number;
  /** From firing until it was done or dead-lettered, milliseconds; null until then. */
  readonly durationMs: number | null;
}

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

/** @param isUndelivered its webhook was given up: a receiver did not get it, whatever a listener reported */
export function eventProgress(steps: readonly TimelineStep[], isUndelivered: boolean): EventProgress {
  const runs = steps.filter(({ type }) => type === "callback.done" || type === "callback.failed");
  const names = new Set(runs.flatMap(({ callback }) => callback ?? []));
  const firedAt = steps.find(({ type }) => type === "fired")?.at;
  const endedAt = steps.findLast(({ type }) => type === "event.done" || type === "event.dead-lettered")?.at;
  return {
    status: isUndelivered ? "dead" : eventStatus(steps),
    source: steps.find(({ type }) => type === "event.stored")?.source ?? null,
    callback: runs.at(-1)?.callback ?? null,
    otherCallbacks: Math.max(0, names.size - 1),
    attempts: Math.max(0, ...runs.map(({ attempt = 0 }) => attempt)),
    durationMs: firedAt === undefined || endedAt === undefined ? null : Math.max(0, endedAt - firedAt),
  };
}
