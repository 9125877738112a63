import type { Clock } from "../clock.js";
import type { EventSource } from "../model/delivery.js";
import type { TriggerEvent } from "../model/event.js";
import type { Origin } from "../model/verified.js";

/** What the listener hands over to be kept. */
export interface Entry {
  /** The event's identity. */
  readonly id: string;
  /**
   * The content digest under which a copy of this event that carries no id of its own would be known
   * (`id` of that copy). Absent where no such copy can come.
   */
  readonly twin: string | undefined;
  readonly triggerName: string;
  readonly source: EventSource;
  readonly origin: Origin;
  /** The delivery's exact body. */
  readonly body: Uint8Array | string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** Records of one key run one after the other, in the order they were kept. */
  readonly orderKey: string | undefined;
  /** The decoded event, for this process alone: an inbox MUST NOT store it (it is decoded again from the bytes). */
  readonly event: TriggerEvent | undefined;
}

/** Where a record stands. */
export type RecordState = "waiting" | "running" | "done" | "dead";

/** One failed run of one callback, or of the path before the callbacks. */
export interface Failure {
  /** The callback's name; `undefined` where the delivery never reached one. */
  readonly callback: string | undefined;
  /** Which attempt on the record, from 1. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly message: string;
  readonly stack?: string;
}

/** An event in the inbox. */
export interface InboxRecord extends Omit<Entry, "twin"> {
  readonly state: RecordState;
  /** Attempts made so far. */
  readonly attempts: number;
  /** Names of the callbacks that need not run again. */
  readonly done: readonly string[];
  /** Newest last, at most the last 20. */
  readonly failures: readonly Failure[];
  /** When a waiting record may be taken, epoch milliseconds. */
  readonly dueAt: number;
  /** When it became done or dead, epoch milliseconds. */
  readonly settledAt: number | undefined;
}

/** A record held by this process until `leasedUntil`. */
export interface Taken {
  readonly record: InboxRecord;
  /** Proof of the lease; its form is the inbox's own. */
  readonly lease: unknown;
}

/** What `keep` decided. */
export type Kept =
  /** Stored. Where `taken` is there, the caller holds the record already and runs it now. */
  | { readonly state: "new"; readonly taken?: Taken }
  /** A copy is stored already. `settled` says whether it is done or dead, or still to be run. */
  | { readonly state: "seen"; readonly settled: boolean }
  /** Nothing was stored: the inbox holds as much unfinished work as it may. */
  | { readonly state: "full"; readonly retryAfterMs: number };

/** How an attempt ended. */
export type Outcome =
  | { readonly state: "done"; readonly done: readonly string[]; readonly failures: readonly Failure[] }
  | {
      readonly state: "again";
      /** Epoch milliseconds. */
      readonly dueAt: number;
      readonly done: readonly string[];
      readonly failures: readonly Failure[];
    }
  | { readonly state: "dead"; readonly done: readonly string[]; readonly failures: readonly Failure[] };

/** Which records to show, replay or drop. All given conditions must hold. */
export interface InboxQuery {
  readonly ids?: readonly string[];
  readonly state?: RecordState | readonly RecordState[];
  readonly triggerName?: string;
  /** Kept at or after this, epoch milliseconds. */
  readonly since?: number;
  /** Kept before this, epoch milliseconds. */
  readonly until?: number;
  /** Default: no limit. */
  readonly limit?: number;
}

/** How many records stand where. */
export type InboxCounts = Readonly<Record<RecordState, number>>;

/** What an inbox is given when it opens. */
export interface InboxContext {
  readonly clock: Clock;
  /**
   * How long an identity is remembered after it was kept, milliseconds. `Infinity`: this process forgets nothing,
   * and leaves it to the listeners on the same store.
   */
  readonly rememberMs: number;
  /** How many unfinished records there may be before `keep` answers `full`. */
  readonly maxPending: number;
  /** How long a taken record is held without a `renew`, milliseconds. */
  readonly leaseMs: number;
  /** Tells of trouble that no call of the contract carries: a lost connection, a full disk. */
  readonly warn: (error: Error) => void;
}

/**
 * Where events wait between the sender's acknowledgement and the callbacks.
 *
 * One suite, `testInbox` of `earshot/testing`, runs every sentence below against an adapter.
 * A method that can answer at once SHOULD return its value instead of a promise: the memory inbox does, and
 * the path from the door to a callback then never leaves the stack.
 */
export interface Inbox {
  /** `memory`, `sqlite`, `redis`; shown in reports. */
  readonly kind: string;

  /** Whether a record outlives the process. Where it does, events that no callback asked for are kept too. */
  readonly durable: boolean;

  /**
   * MUST be called once before anything else. MUST fail with a clear `EarshotError` where the store cannot be
   * used, and MUST leave a file that it does not understand untouched.
   */
  open(context: InboxContext): Promise<void>;

  /**
   * Decides new or seen, and stores what is new, as one atomic step.
   *
   * - MUST answer `seen` where `isCopy` (model/identity.ts) holds for a remembered record, and for nothing else.
   * - MUST NOT answer `new` before the record would survive what the inbox promises to survive.
   * - MUST NOT answer `seen` for a record that could still be lost.
   * - With `take`, MAY lease the new record to the caller and return it as `taken`; MUST NOT do so while an
   *   earlier record with the same order key is unfinished.
   * - MUST answer `full`, storing nothing, once `maxPending` records are unfinished; a copy of a known
   *   record is still `seen`.
   * - MUST reject where it could not store. The caller then acknowledges nothing.
   */
  keep(entry: Entry, take: boolean): Kept | Promise<Kept>;

  /**
   * Keeps a delivery that can never run (undecodable, schema refused) as dead, with its bytes.
   * MUST be idempotent by `entry.id`.
   */
  bury(entry: Entry, failure: Failure): void | Promise<void>;

  /**
   * Leases up to `max` records that are due, oldest first.
   *
   * - MUST resolve as soon as there is one or more, and with an empty array once `signal` is aborted; until
   *   then it waits (for a due time, a new record, a lease that ran out).
   * - MUST NOT return a record that is leased to someone else, or whose order key has an earlier unfinished
   *   record.
   */
  take(max: number, signal: AbortSignal): Promise<readonly Taken[]>;

  /** Prolongs leases by `leaseMs` from now. MUST resolve with those that were lost meanwhile. */
  renew(taken: readonly Taken[]): Promise<readonly Taken[]>;

  /**
   * Records how an attempt ended and gives the lease back. MUST be safe to repeat.
   * MUST ignore a lease that was lost: whoever holds the record now decides.
   *
   * @returns SHOULD be false where it ignored a lease; the record's end is then not reported by this process
   */
  settle(taken: Taken, outcome: Outcome): void | boolean | Promise<void> | Promise<boolean>;

  /** Gives leases back untouched, at once: the records are due now. Used when the listener stops. */
  release(taken: readonly Taken[]): void | Promise<void>;

  counts(): InboxCounts | Promise<InboxCounts>;

  /** Newest first. MUST NOT load the whole result into memory. */
  find(query: InboxQuery): AsyncIterable<InboxRecord>;

  /**
   * Makes done and dead records due again, with no callback marked done, no attempt counted and `replay` as
   * their source. Their failures stay, as history.
   * MUST leave waiting and running records alone. @returns how many were made due
   */
  replay(query: InboxQuery): Promise<number>;

  /**
   * Removes records that are not running; their identity stays remembered. MAY remove one that was running when its
   * lease ran out. @returns how many were removed
   */
  drop(query: InboxQuery): Promise<number>;

  /** Reads a small value kept beside the records (the socket's cursor). */
  readMark(name: string): string | undefined | Promise<string | undefined>;

  /** Stores a small value. MUST NOT return, or resolve, before it is as durable as a record. */
  writeMark(name: string, value: string): void | Promise<void>;

  /**
   * Whether the next `keep` would store. Never rejects, and answers within about a second. Absent: the listener
   * writes a mark to find out.
   */
  ready?(): Promise<{ readonly ready: boolean; readonly reason?: string | undefined }>;

  /** Finishes what is being written and lets go of the store. MUST be safe to call twice. */
  close(): Promise<void>;
}
