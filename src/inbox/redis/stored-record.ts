import { isUtf8 } from "node:buffer";
import { type EventSource, sourceOf } from "../../model/delivery.js";
import type { Origin } from "../../model/verified.js";
import {
  type Entry,
  type Failure,
  type InboxRecord,
  MAX_FAILURES,
  type Outcome,
  type RecordState,
  type StepResult,
  type Tries,
} from "../contract.js";
import { stepsAfterReplay } from "../steps.js";

/** A job's data: what never changes about a record. */
export interface StoredEntry {
  readonly id: string;
  /** Written by an earlier version: the content digest of a copy. */
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
  /** When it may first be claimed. */
  readonly dueAt?: number;
}

/** A job's progress: what every attempt changes. Small, while the data may be large. */
export interface StoredState {
  readonly attempts: number;
  readonly done: readonly string[];
  readonly tries?: Tries;
  readonly failures: readonly Failure[];
  readonly steps?: readonly StepResult[];
  readonly dueAt: number;
  readonly settledAt?: number;
  readonly isReplay?: boolean;
  /** BullMQ's count of lost leases when the last attempt was settled; those beyond are crashes since. */
  readonly stalls?: number;
  /** How the record ended, until BullMQ has moved the job too. */
  readonly ended?: "done" | "dead";
}

/** Redis takes 512 MB of one value; a failure is for people to read. */
const LONGEST_MESSAGE = 16_384;
const LONGEST_STACK = 65_536;

export function toStored(entry: Entry, keptAt: number): StoredEntry {
  const { id, triggerName, source, origin, body, receivedAt, orderKey, dueAt } = entry;
  return {
    id,
    triggerName,
    source,
    origin,
    ...storedBody(body),
    receivedAt,
    ...(orderKey === undefined ? {} : { orderKey }),
    keptAt,
    ...(dueAt === undefined ? {} : { dueAt }),
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
export function progressOf({ keptAt, dueAt = keptAt }: StoredEntry, progress: unknown): StoredState {
  if (typeof progress === "object" && progress !== null) return progress as StoredState;
  return { attempts: 0, done: [], failures: [], dueAt };
}

/** @param stalls how often BullMQ found the job's lease run out */
export function toRecord(
  stored: StoredEntry,
  progress: StoredState,
  state: RecordState,
  stalls: number,
): InboxRecord {
  const { id, triggerName, source, origin, receivedAt, orderKey } = stored;
  return {
    id,
    triggerName,
    source: progress.isReplay ? "replay" : sourceOf(source),
    origin,
    body: bodyOf(stored),
    receivedAt,
    orderKey,
    event: undefined,
    state,
    attempts: progress.attempts,
    crashes: Math.max(0, stalls - (progress.stalls ?? 0)),
    done: progress.done,
    tries: progress.tries ?? {},
    failures: progress.failures,
    ...stepsIn(progress),
    dueAt: progress.dueAt,
    settledAt: progress.settledAt,
  };
}

/**
 * @param before the steps that it has
 * @param stalls how often BullMQ found the job's lease run out
 */
export function afterAttempt(
  record: InboxRecord,
  before: Pick<StoredState, "steps">,
  outcome: Outcome,
  nowMs: number,
  stalls: number,
): StoredState {
  const isUnmatched = outcome.state === "unmatched";
  const isUncounted = outcome.state === "retry" && outcome.isUncounted === true;
  const isEnd = outcome.state === "done" || outcome.state === "dead";
  const counted = isUnmatched ? Math.max(0, stalls - (record.crashes ?? 0)) : stalls;
  const tries = outcome.tries ?? (isUnmatched ? record.tries : undefined);
  return {
    attempts: record.attempts + (isUnmatched || isUncounted ? 0 : 1),
    done: outcome.done,
    ...(tries === undefined || Object.keys(tries).length === 0 ? {} : { tries }),
    failures: [...record.failures, ...outcome.failures.map(storable)].slice(-MAX_FAILURES),
    ...stepsIn(before),
    dueAt: outcome.state === "retry" ? outcome.dueAt : record.dueAt,
    ...(isEnd ? { settledAt: nowMs, ended: outcome.state } : {}),
    ...(record.source === "replay" ? { isReplay: true } : {}),
    ...(counted > 0 ? { stalls: counted } : {}),
  };
}

export function toDeadLetter(failure: Failure, nowMs: number): StoredState {
  return {
    attempts: 0,
    done: [],
    failures: [storable(failure)],
    dueAt: nowMs,
    settledAt: nowMs,
    ended: "dead",
  };
}

export function toReplay(record: InboxRecord, nowMs: number): StoredState {
  const steps = stepsAfterReplay(record);
  return {
    attempts: 0,
    done: [],
    failures: record.failures,
    ...stepsIn({ steps }),
    dueAt: nowMs,
    isReplay: true,
  };
}

function stepsIn({ steps }: Pick<InboxRecord, "steps">): Pick<StoredState, "steps"> {
  return steps === undefined ? {} : { steps };
}

/** The sender delivered a dead event again: what has run stays done. */
export function toRedelivery(record: InboxRecord, nowMs: number): StoredState {
  return {
    attempts: 0,
    done: record.done,
    failures: record.failures,
    ...stepsIn(record),
    dueAt: nowMs,
    ...(record.source === "replay" ? { isReplay: true } : {}),
  };
}

/** An unmatched record that was left for others long enough. */
export function toExpiredUnmatched(record: InboxRecord, nowMs: number): StoredState {
  const { attempts, done, failures, dueAt, source } = record;
  return {
    attempts,
    done,
    failures,
    ...stepsIn(record),
    dueAt,
    settledAt: nowMs,
    ended: "done",
    ...(source === "replay" ? { isReplay: true } : {}),
  };
}

/** A failure as it can be stored, whatever was thrown: a record whose failure cannot be stored would never settle. */
function storable(failure: Failure): Failure {
  const { callback, attempt, at, message, stack } = failure;
  return {
    callback: callback === undefined ? undefined : textOf(callback, 1024),
    attempt: Number(attempt),
    at: Number(at),
    message: textOf(message, LONGEST_MESSAGE),
    ...(stack === undefined ? {} : { stack: textOf(stack, LONGEST_STACK) }),
  };
}

function textOf(value: unknown, longest: number): string {
  try {
    return String(value).slice(0, longest);
  } catch {
    return "(a value that cannot be shown)";
  }
}
