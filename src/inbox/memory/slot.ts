import type { Timer } from "../../base/clock.js";
import type { Claimed, Entry, Failure, InboxQuery, InboxRecord, StoredPage, Tries } from "../contract.js";
import { type InternPool, recordBody, type SettledRecord } from "./compact-store.js";

export const noNames: readonly string[] = Object.freeze([]);
export const noTries: Tries = Object.freeze({});
const noFailures: readonly Failure[] = Object.freeze([]);

/** A record in memory, with what the inbox notes about it. */
export type Slot = SettledRecord & { -readonly [Member in keyof InboxRecord]: InboxRecord[Member] } & {
  timer: Timer | undefined;
  /** The lease that counts; one that was given back does not. */
  heldBy: Claimed | undefined;
  /** Place in the order of storing. */
  readonly place: number;
  /** When it may be claimed, by the monotonic clock: a wall clock that is set back delays no retry. */
  readyAt: number;
};

/** @param place in the order of storing */
export function newSlot(entry: Entry, pool: InternPool, place: number): Slot {
  return {
    id: entry.id,
    triggerName: pool.text(entry.triggerName),
    source: entry.source,
    origin: entry.origin,
    body: entry.body,
    receivedAt: entry.receivedAt,
    orderKey: entry.orderKey,
    event: entry.event,
    state: "waiting",
    attempts: 0,
    crashes: 0,
    done: noNames,
    tries: noTries,
    failures: noFailures,
    steps: undefined,
    dueAt: entry.receivedAt,
    settledAt: undefined,
    timer: undefined,
    heldBy: undefined,
    place,
    readyAt: Number.NEGATIVE_INFINITY,
    ringAt: -1,
    block: undefined,
    bodyAt: 0,
    bodyBytes: 0,
  };
}

export function slotRecord(slot: Slot): InboxRecord {
  const {
    timer: _,
    heldBy: _h,
    place: _p,
    readyAt: _t,
    ringAt: _r,
    block: _b,
    bodyAt: _a,
    bodyBytes: _n,
    ...record
  } = slot;
  return { ...record, body: recordBody(slot) };
}

/**
 * The records after a position: the place, counted from 1. One whose place is missing was forgotten.
 *
 * @param stored how many were stored so far
 */
export function storedPage(slots: readonly Slot[], after: number, max: number, stored: number): StoredPage {
  const later = slots.filter(({ place }) => place >= after).sort((a, b) => a.place - b.place);
  const page = later.slice(0, Math.max(0, max));
  const last = page.at(-1);
  const next =
    page.length < later.length ? (last === undefined ? after : last.place + 1) : Math.max(after, stored);
  return {
    records: page.map((slot) => ({ position: slot.place + 1, record: slotRecord(slot) })),
    next,
    newest: stored,
    isComplete: page.length === next - after,
  };
}

/** Of text, its UTF-16 units: close enough for a bound, and counted without reading it. */
export function bodyLength(body: Uint8Array | string): number {
  return body.length;
}

/** Those that a query may be for, in the order in which they were stored: a query by ids looks at no others. */
export function slotsFor({ ids }: InboxQuery, slots: ReadonlyMap<string, Slot>): Slot[] {
  if (ids === undefined) return [...slots.values()];
  return [...new Set(ids)].flatMap((id) => slots.get(id) ?? []).sort((a, b) => a.place - b.place);
}

export function limited<T>(items: T[], limit: number | undefined): T[] {
  return limit === undefined ? items : items.slice(0, Math.max(0, limit));
}
