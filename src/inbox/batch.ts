import { latin1 } from "../base/bytes.js";
import type { BatchLimits, BatchPart } from "../model/batch.js";
import type { EventSource } from "../model/delivery.js";
import { isJsonObject } from "../model/json.js";
import type { Origin } from "../model/verified.js";
import type { Entry, Inbox, InboxRecord } from "./contract.js";

/** The trigger name of a batch's record. */
export const batchTrigger = "EARSHOT_BATCH";

/** What an inbox notes about an open batch. */
export interface BatchProgress {
  /** When its first event joined, epoch milliseconds. */
  readonly openedAt: number;
  /** When its last event joined, epoch milliseconds. */
  readonly lastAt: number;
  /** Superseded ones included. */
  readonly events: number;
  /** Of the bodies that it holds. */
  readonly bytes: number;
}

/** When a batch may be claimed, epoch milliseconds. */
export function batchDueAt(
  { openedAt, lastAt, events, bytes }: BatchProgress,
  { quietMs, maxWaitMs, maxEvents, maxBytes }: BatchLimits,
): number {
  if (events >= maxEvents || bytes >= maxBytes) return lastAt;
  return Math.min(lastAt + quietMs, openedAt + maxWaitMs);
}

/** Whether a batch holds as much as it may: it takes no more events. */
export function isFullBatch({ events, bytes }: BatchProgress, { maxEvents, maxBytes }: BatchLimits): boolean {
  return events >= maxEvents || bytes >= maxBytes;
}

/** The body of a batch's record. */
export interface StoredBatch {
  /** The name of its callback. */
  readonly callback: string;
  readonly key: string;
  /** In the order in which their events were stored. Absent in what an inbox stores apart from them. */
  readonly members?: readonly StoredMember[] | undefined;
}

/** An event of a batch, as the batch's body has it. */
export interface StoredMember {
  readonly id: string;
  readonly triggerName: string;
  readonly source: EventSource;
  readonly origin: Origin;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** The body that came as text. Without any body, the event is superseded. */
  readonly text?: string | undefined;
  /** The body that came as bytes, where they are UTF-8. */
  readonly utf8?: string | undefined;
  /** The body that came as other bytes. */
  readonly base64?: string | undefined;
}

/** The record that an inbox stores for a new batch; members come after it. */
export function batchEntry({ callback, key, group }: BatchPart, nowMs: number, dueAt: number): Entry {
  const stored: StoredBatch = { callback, key };
  return {
    id: `batch:${globalThis.crypto.randomUUID()}`,
    triggerName: batchTrigger,
    source: "batch",
    origin: { provider: "earshot", signed: true },
    body: JSON.stringify(stored),
    receivedAt: nowMs,
    // No key of a user is like it: theirs are texts of events.
    orderKey: `earshot.batch:${group}`,
    dueAt,
    event: undefined,
  };
}

/** Whether a record is a batch. Events of senders have another source, whatever their name. */
export function isBatch({ triggerName, origin }: Pick<InboxRecord, "triggerName" | "origin">): boolean {
  return triggerName === batchTrigger && origin.provider === "earshot" && origin.route === undefined;
}

/** The body of a batch's record, with its members. @param body what `batchEntry` made */
export function batchBody(body: Uint8Array | string, members: readonly StoredMember[]): string {
  return JSON.stringify({ ...readBatch(body), members });
}

/** @returns `undefined` for a body that is no batch */
export function readBatch(body: Uint8Array | string): StoredBatch | undefined {
  try {
    const read: unknown = JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
    if (!isJsonObject(read) || typeof read.callback !== "string" || typeof read.key !== "string") {
      return undefined;
    }
    return read.members === undefined || Array.isArray(read.members)
      ? (read as unknown as StoredBatch)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the callback gets a member's event. */
export function isKept({ text, utf8, base64 }: StoredMember): boolean {
  return text !== undefined || utf8 !== undefined || base64 !== undefined;
}

/** An event as a batch holds it. @param body absent where it is superseded */
export function storedMember(
  { id, triggerName, source, origin, receivedAt }: Omit<StoredMember, "text" | "utf8" | "base64">,
  body: Uint8Array | string | undefined,
): StoredMember {
  const facts = { id, triggerName, source, origin, receivedAt };
  if (body === undefined) return facts;
  if (typeof body === "string") return { ...facts, text: body };
  try {
    return { ...facts, utf8: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body) };
  } catch {
    return { ...facts, base64: btoa(latin1(body)) };
  }
}

/** The exact body of a member that is kept. */
export function memberBody({ text, utf8, base64 = "" }: StoredMember): Uint8Array | string {
  if (text !== undefined) return text;
  if (utf8 !== undefined) return new TextEncoder().encode(utf8);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** An event of a batch, as it is shown. */
export interface BatchMember {
  readonly id: string;
  readonly triggerName: string;
  readonly receivedAt: Date;
  /** Whether the callback does not get it. */
  readonly isSuperseded: boolean;
}

/** The events of a batch's record, in the order in which they were stored; none for any other record. */
export function batchMembers(record: InboxRecord): readonly BatchMember[] {
  const members = isBatch(record) ? readBatch(record.body)?.members : undefined;
  return (members ?? []).map((member) => ({
    id: member.id,
    triggerName: member.triggerName,
    receivedAt: new Date(member.receivedAt),
    isSuperseded: !isKept(member),
  }));
}

/** A batch that has not been run yet, as it is listed. */
export interface WaitingBatch {
  readonly id: string;
  /** The name of its callback. */
  readonly callback: string;
  /** An empty text where the callback has no key. */
  readonly key: string;
  /** The ids of its events, in the order in which they were stored. */
  readonly events: readonly string[];
  /** How many of them its callback does not get. */
  readonly superseded: number;
  readonly openedAt: Date;
  /** When it may run. */
  readonly dueAt: Date;
}

/** The batches of an inbox that wait, to be run for the first time or again; newest first. */
export async function* listBatches(inbox: Pick<Inbox, "find">): AsyncIterable<WaitingBatch> {
  for await (const record of inbox.find({ state: "waiting", triggerName: batchTrigger })) {
    const stored = isBatch(record) ? readBatch(record.body) : undefined;
    if (stored === undefined) continue;
    const { callback, key, members = [] } = stored;
    yield {
      id: record.id,
      callback,
      key,
      events: members.map(({ id }) => id),
      superseded: members.filter((member) => !isKept(member)).length,
      openedAt: new Date(record.receivedAt),
      dueAt: new Date(record.dueAt),
    };
  }
}
