import { type Clock, sleep } from "../../base/clock.js";
import type { Inbox } from "../../inbox/contract.js";
import { beginning, type Mark, markAfter } from "./cursor.js";
import { type EventView, isEvent } from "./event-view.js";

/** Interval of looks at the inbox, milliseconds. */
const LOOK_EVERY_MS = 500;
/** Where a mark's records were dropped: records received so long before it may be new, milliseconds. */
const DISORDER_MS = 1000;
/** New records that are looked through at most. */
const MAX_NEW = 50_000;

/** Events that are newer than a mark, oldest first. */
export interface NewEvents {
  readonly events: readonly EventView[];
  /** The place after the last of them; where there are no more, after the newest record. */
  readonly mark: Mark;
  /** How many events match, these included. */
  readonly matching: number;
  /** The place after the newest record. */
  readonly newest: Mark;
  /** Whether there were so many records that the oldest of them were skipped. */
  readonly isTruncated: boolean;
}

/** The place after the newest record. */
export async function markOfNow(inbox: Inbox): Promise<Mark> {
  const ids: string[] = [];
  let at: number | undefined;
  for await (const record of inbox.find({ limit: 3 })) {
    at ??= record.receivedAt;
    ids.push(record.id);
  }
  return at === undefined ? beginning : { at, ids };
}

/** @param limit events at most, the oldest ones */
export async function eventsAfter(
  { inbox, view }: { readonly inbox: Inbox; readonly view: (record: EventView["record"]) => EventView },
  mark: Mark,
  matches: (view: EventView) => boolean,
  limit: number,
  signal: AbortSignal,
): Promise<NewEvents> {
  // The inbox is read newest first: what is older replaces what was found before it.
  const found: { readonly view: EventView; readonly older: string[] }[] = [];
  let newest: { readonly at: number; readonly ids: string[] } | undefined;
  let matching = 0;
  let seen = 0;
  let isTruncated = false;
  for await (const record of inbox.find({})) {
    signal.throwIfAborted();
    for (const { older } of found.slice(-2)) if (older.length < 2) older.push(record.id);
    if (newest === undefined) newest = { at: record.receivedAt, ids: [record.id] };
    else if (newest.ids.length < 3) newest.ids.push(record.id);
    if (mark.ids.includes(record.id) || record.receivedAt < mark.at - DISORDER_MS) break;
    seen += 1;
    if (seen > MAX_NEW) {
      isTruncated = true;
      break;
    }
    if (!isEvent(record)) continue;
    const one = view(record);
    if (!matches(one)) continue;
    matching += 1;
    found.push({ view: one, older: [] });
    if (found.length > limit) found.shift();
  }
  const events = found.map((one) => one.view).reverse();
  const hasMore = matching > limit;
  const [last] = found;
  const place = hasMore && last !== undefined ? markAfter(last.view.record, last.older) : (newest ?? mark);
  return { events, mark: place, matching, newest: newest ?? mark, isTruncated };
}

/**
 * Waits for records after a mark, without reading more than the newest one.
 *
 * @param endAt monotonic time
 * @returns false where the time is over
 * @throws the signal's reason
 */
export async function untilNewer(
  inbox: Inbox,
  clock: Clock,
  mark: Mark,
  endAt: number,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    signal.throwIfAborted();
    for await (const { id } of inbox.find({ limit: 1 })) if (!mark.ids.includes(id)) return true;
    const leftMs = endAt - clock.monotonic();
    if (leftMs <= 0) return false;
    await sleep(clock, Math.min(LOOK_EVERY_MS, leftMs), signal);
  }
}
