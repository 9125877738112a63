import type { ReactNode } from "react";
import type { EventStatus } from "../types.js";

export type Tone = "good" | "bad" | "warn" | "info" | "plain";

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

const tones: Readonly<Record<EventStatus, Tone>> = {
  fired: "info",
  delivered: "good",
  stored: "info",
  unmatched: "plain",
  failing: "warn",
  done: "good",
  dead: "bad",
};

/** Every status of an event, in the order of its lifecycle. */
export const statuses = Object.keys(tones) as readonly EventStatus[];

export function StatusBadge({ status }: { readonly status: EventStatus }) {
  return <Badge tone={tones[status]}>{status}</Badge>;
}
