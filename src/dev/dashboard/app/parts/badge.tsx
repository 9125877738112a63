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

/** States of records of an inbox that are no statuses of the local platform. */
const recordTones: Readonly<Record<string, Tone>> = { ...tones, waiting: "info", running: "info" };

/** Every status of an event, in the order of its lifecycle. */
export const statuses = Object.keys(tones) as readonly EventStatus[];

export function StatusBadge({ status }: { readonly status: string }) {
  return <Badge tone={recordTones[status] ?? "plain"}>{status}</Badge>;
}
