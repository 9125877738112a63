import { isUtf8 } from "node:buffer";
import type { EventSource } from "../../model/delivery.js";
import type { Origin } from "../../model/verified.js";
import type { Entry, Failure, InboxRecord, Outcome, RecordState } from "../contract.js";

/** A job's data: what never changes about a record. */
export interface StoredEntry {
  readonly id: string;
  readonly twin?: string;
  readonly triggerName: string;
  readonly source: EventSource;
  readonly origin: Origin;
  /** The body that came as text. */
  readonly text?: string;
  /** The body that came as bytes, where they are UTF-8: the text of exactly these bytes. */
  readonly utf8?: string;
  /** The body that came as other bytes: JSON has none. */
  readonly base64?: string;
  readonly receivedAt: number;
  readonly orderKey?: string;
  readonly keptAt: number;
}

/** A job's progress: what every attempt changes. Small, while the data may be large. */
export interface StoredState {
  readonly attempts: number;
  readonly done: readonly string[];
  readonly failures: readonly Failure[];
  readonly dueAt: number;
  readonly settledAt?: number;
  readonly isReplay?: boolean;
  /** How the record ended, until BullMQ has moved the job too. */
  readonly ended?: "done" | "dead";
}

const MOST_FAILURES = 20;

export function toStored(entry: Entry, keptAt: number): StoredEntry {
  const { id, twin, triggerName, source, origin, body, receivedAt, orderKey } = entry;
  return {
    id,
    ...(twin === undefined ? {} : { twin }),
    triggerName,
    source,
    origin,
    ...storedBody(body),
    receivedAt,
    ...(orderKey === undefined ? {} : { orderKey }),
    keptAt,
  };
}

function storedBody(body: Uint8Array | string): Pick<StoredEntry, "text" | "utf8" | "base64"> {
  if (typeof body === "string") return { text: body };
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return isUtf8(bytes) ? { utf8: bytes.toString("utf8") } : { base64: bytes.toString("base64") };
}

function bodyOf({ text, utf8, base64 }: StoredEntry): Uint8Array | string {
  if (utf8 !== undefined) return new Uint8Array(Buffer.from(utf8, "utf8"));
  return base64 === undefined ? (text ?? "") : new Uint8Array(Buffer.from(base64, "base64"));
}

/** @param progress 0 where nothing was attempted yet, as BullMQ has it */
export function stateOf({ keptAt }: StoredEntry, progress: unknown): StoredState {
  if (typeof progress === "object" && progress !== null) return progress as StoredState;
  return { attempts: 0, done: [], failures: [], dueAt: keptAt };
}

export function toRecord(stored: StoredEntry, kept: StoredState, state: RecordState): InboxRecord {
  const { id, triggerName, source, origin, receivedAt, orderKey } = stored;
  return {
    id,
    triggerName,
    source: kept.isReplay ? "replay" : source,
    origin,
    body: bodyOf(stored),
    receivedAt,
    orderKey,
    event: undefined,
    state,
    attempts: kept.attempts,
    done: kept.done,
    failures: kept.failures,
    dueAt: kept.dueAt,
    settledAt: kept.settledAt,
  };
}

export function afterAttempt(record: InboxRecord, outcome: Outcome, nowMs: number): StoredState {
  return {
    attempts: record.attempts + 1,
    done: outcome.done,
    failures: [...record.failures, ...outcome.failures].slice(-MOST_FAILURES),
    dueAt: outcome.state === "again" ? outcome.dueAt : record.dueAt,
    ...(outcome.state === "again" ? {} : { settledAt: nowMs, ended: outcome.state }),
    ...(record.source === "replay" ? { isReplay: true } : {}),
  };
}

export function deadFromTheStart(failure: Failure, nowMs: number): StoredState {
  return { attempts: 0, done: [], failures: [failure], dueAt: nowMs, settledAt: nowMs, ended: "dead" };
}

export function toReplay(record: InboxRecord, nowMs: number): StoredState {
  return { attempts: 0, done: [], failures: record.failures, dueAt: nowMs, isReplay: true };
}
