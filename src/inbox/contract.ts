import type { BatchJoin, BatchPart } from "../model/batch.js";
import type { ContentMatch } from "../model/content-match.js";
import type { EventSource } from "../model/delivery.js";
import type { TriggerEvent } from "../model/event.js";
import type { Origin } from "../model/verified.js";
import type { InboxContext } from "./context.js";
import type { InboxMetadata } from "./metadata.js";

export type { InboxContext } from "./context.js";

/** A verified event that the listener stores. */
export interface Entry {
  /** The event's id: unique to its record. An entry with the same id is a duplicate. */
  readonly id: string;
  /** Further deduplication keys. An entry that shares one with a remembered record is a duplicate. Default: none. */
  readonly keys?: readonly string[] | undefined;
  /** Content hashes: how a copy without a common id is recognized. Absent where no such copy can come. */
  readonly content?: ContentMatch | undefined;
  readonly triggerName: string;
  readonly source: EventSource;
  readonly origin: Origin;
  /** The delivery's body: its exact bytes, with `[redacted]` in the place of a sender's secret or signature. */
  readonly body: Uint8Array | string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** Records of one key run one after the other, in the order they were stored. */
  readonly orderKey: string | undefined;
  /** When the record may first be claimed, epoch milliseconds. Default: at once. */
  readonly dueAt?: number | undefined;
  /** Whether a copy of a dead record makes that record due again: the sender was asked to deliver it again. */
  readonly redelivers?: boolean | undefined;
  /** The decoded event, for this process only: an inbox MUST NOT store it (it is decoded again from the bytes). */
  readonly event: TriggerEvent | undefined;
}

/** Every {@link RecordState}. */
export const recordStates = ["waiting", "running", "done", "dead", "unmatched"] as const;

/** The state of a record. `unmatched`: it is left for a process whose callbacks match. */
export type RecordState = (typeof recordStates)[number];

/** One failed run of one callback, or of the pipeline before the callbacks. */
export interface Failure {
  /** The callback's name; `undefined` where the delivery never reached one. */
  readonly callback: string | undefined;
  /** Which attempt on the record, from 1. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** What a step of a callback returned: a later attempt gets this, and does not run the step again. */
export interface StepResult {
  /** The callback's name. */
  readonly callback: string;
  /** The step's name, which no other step of this callback has for the event. */
  readonly name: string;
  /** When it ended, epoch milliseconds. */
  readonly at: number;
  /** JSON; absent for `undefined`. */
  readonly result?: string | undefined;
}

/** An event in the inbox. */
export interface InboxRecord extends Omit<Entry, "keys" | "content" | "redelivers" | "dueAt"> {
  readonly state: RecordState;
  /** Attempts made so far. */
  readonly attempts: number;
  /** How often the process that held it ended, or lost it, without a result since the last settled attempt. */
  readonly crashes?: number | undefined;
  /** Names of the callbacks that need not run again. */
  readonly done: readonly string[];
  /** Callback name → its failed attempts, for those that are neither done nor out of attempts. */
  readonly tries?: Tries | undefined;
  /** Newest last, at most the last 20. */
  readonly failures: readonly Failure[];
  /** What the steps of its callbacks returned, one for each callback and name. */
  readonly steps?: readonly StepResult[] | undefined;
  /** When a waiting record may be claimed, epoch milliseconds. */
  readonly dueAt: number;
  /** When it became done or dead, epoch milliseconds. */
  readonly settledAt: number | undefined;
  /** The process that holds a running record, and until when (epoch milliseconds). Set by `find` where known. */
  readonly lease?: { readonly owner: string; readonly until: number } | undefined;
}

/** Failed attempts by callback name. */
export type Tries = Readonly<Record<string, number>>;

/** A claimed record: this process holds it under a lease, for `leaseMs` from the claim or the last `renew`. */
export interface Claimed {
  readonly record: InboxRecord;
  /** Identifies the lease. Its form is up to the inbox. */
  readonly lease: unknown;
}

/** The result of `store`. */
export type StoreResult =
  /** Stored, or (`redelivered`) a dead record that is due again. With `claimed`, the caller holds and runs it. */
  | {
      readonly state: "new";
      readonly claimed?: Claimed | undefined;
      readonly redelivered?: boolean | undefined;
    }
  /** A copy is stored already. `settled`: whether it is done or dead, or still to be run. `by`: default "id". */
  | { readonly state: "duplicate"; readonly settled: boolean; readonly by?: "id" | "content" | undefined }
  /** Nothing was stored: the inbox holds as much unfinished work as it may. */
  | { readonly state: "full"; readonly retryAfterMs: number };

/** `retryAfterMs` of a full inbox, milliseconds. */
export const FULL_RETRY_MS = 1000;
/** A record has its last so many failures; earlier ones are dropped. */
export const MAX_FAILURES = 20;

/** The result of an attempt. */
export type Outcome =
  | (AttemptResult & { readonly state: "done" | "dead" })
  | (AttemptResult & {
      readonly state: "retry";
      /** Epoch milliseconds. */
      readonly dueAt: number;
      /** The record waited for a callback that is paused: `attempts` does not grow. Default: false. */
      readonly isUncounted?: boolean | undefined;
    })
  /** No callback of this process matches. The attempt is not counted. */
  | (AttemptResult & { readonly state: "unmatched" });

interface AttemptResult {
  readonly done: readonly string[];
  /** New failures of this attempt. */
  readonly failures: readonly Failure[];
  /** Replaces the record's `tries`. Default: none. */
  readonly tries?: Tries | undefined;
  /** Keys whose work is done, until when (epoch milliseconds): see `claimKey`. Default: none. */
  readonly doneKeys?: readonly DoneKey[] | undefined;
}

/** A key whose work is done. */
export interface DoneKey {
  readonly key: string;
  readonly until: number;
}

/** The result of `claimKey`. */
export type KeyClaim = "claimed" | "busy" | "done";

/** Which records to show, replay or drop. All given conditions must hold. */
export interface InboxQuery {
  readonly ids?: readonly string[] | undefined;
  readonly state?: RecordState | readonly RecordState[] | undefined;
  readonly triggerName?: string | undefined;
  /** Received at or after this, epoch milliseconds. */
  readonly since?: number | undefined;
  /** Received before this, epoch milliseconds. */
  readonly until?: number | undefined;
  /** Default: no limit. */
  readonly limit?: number | undefined;
}

/** A part of the records in the order in which they were stored: see `storedAfter`. */
export interface StoredPage {
  readonly records: readonly StoredRecord[];
  /** Everything up to this position was looked at: where to go on. */
  readonly next: number;
  /** The position of the record that was stored last, whether it is still there or not; 0 before the first. */
  readonly newest: number;
  /** Whether all records after `after` and up to `next` are in the page. */
  readonly isComplete: boolean;
}

/** A record with its position. */
export interface StoredRecord {
  /** From 1, growing with each record that is stored. */
  readonly position: number;
  readonly record: InboxRecord;
}

/** The number of records in each state. */
export type InboxCounts = Readonly<Record<RecordState, number>>;

/**
 * Where events wait between the sender's acknowledgement and the callbacks.
 *
 * One suite, `testInbox` of `earshot/testing`, runs every sentence below against an adapter.
 * A method that can answer at once SHOULD return its value instead of a promise: the memory inbox does, and
 * the way from a webhook's bytes to a callback then needs no turn of the event loop.
 */
export interface Inbox extends InboxMetadata {
  /** `memory`, `sqlite`, `redis`; shown in listener events. */
  readonly kind: string;

  /** Whether a record outlives the process. Where it does, events that no callback matches are stored too. */
  readonly durable: boolean;

  /**
   * Called before anything else. MUST fail with a clear `EarshotError` where the store cannot be
   * used, and MUST leave a file that it does not understand untouched. While the inbox is open, another call MUST
   * fail and change nothing; after `close` it MAY open the inbox again.
   */
  open(context: InboxContext): Promise<void>;

  /**
   * Deduplicates, and stores what is new, as one atomic step.
   *
   * - MUST answer `duplicate` where a remembered record has the entry's `id`, or one of its `keys`, as its id or
   *   among its keys. With `redelivers`, where that record is dead, MUST instead make it due again (no attempt counted, no
   *   crash counted, `done` and failures left as they are) and answer `new` with `redelivered: true`.
   * - Else, with `content`, MUST answer `duplicate` with `by: "content"` for the oldest remembered record that has
   *   one of the content hashes, whose `content.at` lies within `since`–`until`, that this channel has not brought or
   *   been matched with yet, and that has no id where the entry has one (`hasId`). That record is then matched: this channel
   *   counts as one that brought it, and the entry's `id` (with `hasId`) and `keys` become keys of the record, which
   *   then counts as one with an id.
   * - MUST answer `duplicate` for nothing else.
   * - MUST NOT answer `new` before the record would survive what the inbox promises to survive.
   * - MUST NOT answer `duplicate` for a record that could still be lost.
   * - With `claim`, MAY lease the new record to the caller and return it as `claimed`; MUST NOT do so while an
   *   earlier record with the same order key is unfinished.
   * - MUST answer `full`, storing nothing, once `maxPending` records wait or run, or once their bodies have
   *   `maxPendingBytes`; a copy of a known record is still `duplicate`. Unmatched records do not count.
   * - With `dueAt`, MUST NOT lease the record before that time, to any caller.
   * - MUST reject where it could not store. The caller then acknowledges nothing. Where only this entry is at fault,
   *   and not the store, the error's code MUST be ERR_INBOX_RECORD.
   */
  store(entry: Entry, claim: boolean): StoreResult | Promise<StoreResult>;

  /**
   * Dead-letters a delivery that can never run (undecodable, or against the schema), with its bytes.
   * MUST be idempotent by `entry.id`.
   */
  deadLetter(entry: Entry, failure: Failure): void | Promise<void>;

  /**
   * Claims up to `max` records that are due, oldest first, each under a lease.
   *
   * - MUST resolve as soon as there is one or more, and with an empty array once `signal` is aborted; until
   *   then it waits (for a due time, a new record, a lease that ran out).
   * - MUST NOT return a record that another claim holds, or whose order key has an earlier unfinished
   *   record.
   * - MUST count a crash (`crashes`) for a record whose lease ran out, and SHOULD NOT lease a record with crashes
   *   while another such record is leased: a record that crashes its process then takes no others with it.
   */
  claim(max: number, signal: AbortSignal): Promise<readonly Claimed[]>;

  /** Extends leases to `leaseMs` from now. MUST resolve with those that were lost meanwhile. */
  renew(claimed: readonly Claimed[]): Promise<readonly Claimed[]>;

  /**
   * Records how an attempt ended and gives the lease back. MUST be safe to repeat.
   * MUST ignore a lease that was lost: the present holder decides.
   * `unmatched` moves the record to the end of the unmatched ones (see `unmatched`), frees its order
   * key, and counts no attempt; every other state sets `crashes` to 0 and `tries` to the outcome's.
   * MUST remember the outcome's `doneKeys` as done until their times, as one step with the rest.
   *
   * @returns SHOULD be false where it ignored a lease; the record's end is then not reported by this process
   */
  settle(claimed: Claimed, outcome: Outcome): void | boolean | Promise<void> | Promise<boolean>;

  /**
   * Stores what a step returned, with a record that the caller holds. MUST be safe to repeat: a result of the same
   * callback and name is replaced.
   *
   * - MUST NOT answer before the result is as durable as the record. Every later claim of the record MUST have it,
   *   however the attempt ended; so MUST `find`.
   * - MUST store nothing where the lease was lost, or the attempt is settled.
   *
   * @returns false where it stored nothing
   */
  storeStep(claimed: Claimed, step: StepResult): boolean | Promise<boolean>;

  /**
   * Claims a key for a record that the caller holds: only one record at a time has it, in all processes.
   *
   * - MUST answer `done`, and claim nothing, where a settled outcome has the key among its `doneKeys`, until its time.
   *   MAY forget keys earlier where it has a bound for them.
   * - Else MUST answer `busy`, and claim nothing, while another record that has claimed the key is waiting, running or
   *   unmatched; so where the lease was lost.
   * - Else MUST answer `claimed`, once that is as durable as the record. It is this record's until the record is done,
   *   dead or dropped; it is so again where the record is made due again and no other has claimed the key meanwhile.
   */
  claimKey(claimed: Claimed, key: string): KeyClaim | Promise<KeyClaim>;

  /**
   * Adds the event of a record that the caller holds to the open batch of a group. Where there is none, it opens one: a
   * waiting record, made by `batchEntry`, also where `store` would answer `full`.
   *
   * - MUST answer `lost`, and change nothing, where the lease was lost or the attempt is settled.
   * - MUST answer `known`, and change nothing, where the event is in a batch of this callback, unless it was replayed since.
   * - Else MUST answer `joined`, once that is as durable as the record. The member MUST outlive the event's record.
   * - A batch is open until its first claim, or until it has as many events or bytes as `limits` allow. It is due at
   *   `batchDueAt`. Its members are in the order in which their events were stored.
   * - Every claim of the batch, and `find`, MUST have the members in the body: see `StoredBatch`.
   */
  join(claimed: Claimed, part: BatchPart): BatchJoin | Promise<BatchJoin>;

  /** How many batches are open. Absent: health does not show it. */
  readonly openBatches?: (() => number | Promise<number>) | undefined;

  /** Makes all open batches due now. Absent in a durable inbox. @returns how many wait for their first run, or are in it */
  readonly flushBatches?: (() => number) | undefined;

  /**
   * Looks through unmatched records, in the order in which they became unmatched. Absent in an inbox that is not
   * durable: there, the listener settles an event without a callback as done.
   *
   * @param after where to go on: `next` of the page before; `undefined` from the beginning
   * @param triggerNames in upper case; only records of these, compared without case. `undefined`: all
   * @returns up to `max` records, without a wait; `next` is where the end was when this was read
   */
  readonly unmatched?:
    | ((
        after: string | undefined,
        max: number,
        triggerNames: readonly string[] | undefined,
      ) => Promise<{ readonly records: readonly InboxRecord[]; readonly next: string }>)
    | undefined;

  /** Claims those of the records that are still unmatched, by id. MUST NOT lease one to two callers. */
  readonly claimUnmatched?: ((ids: readonly string[]) => Promise<readonly Claimed[]>) | undefined;

  /**
   * Whether the next `store` would store. Never rejects, and answers within about a second. Absent: the listener
   * writes metadata to find out.
   */
  readonly ready?:
    | (() => Promise<{ readonly ready: boolean; readonly reason?: string | undefined }>)
    | undefined;

  /**
   * Counts a run against a limit that all processes on this store share. Absent: each process has its own.
   *
   * @param name the callback's
   * @returns 0 where the run may begin: it is counted; else milliseconds until it is worth asking again
   */
  readonly admit?: ((name: string, events: number, perMs: number) => Promise<number>) | undefined;

  /** Gives leases back untouched, at once: the records are due now. Used when the listener stops. */
  release(claimed: readonly Claimed[]): void | Promise<void>;

  counts(): InboxCounts | Promise<InboxCounts>;

  /**
   * When the oldest record that waits or runs was received, epoch milliseconds; `undefined` where there is none. SHOULD
   * leave out records that wait for their first time (`dueAt` of `store`). May leave out records that wait for a later
   * attempt, where there are many. Absent: it is not measured.
   */
  readonly oldestPending?: (() => number | undefined | Promise<number | undefined>) | undefined;

  /** Newest first. MUST NOT load the whole result into memory. */
  find(query: InboxQuery): AsyncIterable<InboxRecord>;

  /**
   * Reads the records of every state in the order in which they were stored, from a position on, without a wait.
   * Absent: nothing can be read in order, so the inbox serves no MCP events.
   *
   * - A record's position MUST be greater than those of all records stored before it, and MUST NOT change, nor be used
   *   again: not when records are dropped or forgotten, and, where the inbox is durable, not after a restart.
   * - MUST NOT pass a position at which a record may still appear.
   * - `isComplete` MUST be false where a record between `after` and `next` is not there any more. It MAY be false where
   *   only the time limit of an expectation is gone.
   *
   * @param after a position, or 0
   * @returns up to `max` records; fewer, or none, do not mean that the end was reached: `next` reaches `newest` there
   */
  readonly storedAfter?: ((after: number, max: number) => Promise<StoredPage>) | undefined;

  /**
   * Makes done, dead and unmatched records due again, with no callback marked done, no attempt, try or crash counted
   * and `replay` as their source. Their failures stay, as history. The steps of callbacks that were done go, those of
   * others stay: a callback that was done runs anew, one that had failed goes on after its last step.
   * MUST leave waiting and running records alone. @returns how many were made due
   */
  replay(query: InboxQuery): Promise<number>;

  /**
   * Removes records that are not running; their deduplication keys stay remembered. MAY remove one that was running when its
   * lease ran out. @returns how many were removed
   */
  drop(query: InboxQuery): Promise<number>;

  /** Finishes the writes under way and closes the store. MUST be safe to call twice. */
  close(): Promise<void>;
}
