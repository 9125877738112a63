import type { ErrorCode } from "../../errors.js";
import type { EventSource } from "../../model/delivery.js";
import type { Failure, InboxCounts, InboxQuery, InboxRecord, Outcome } from "../contract.js";

/**
 * What the inbox and the thread that owns the file say to each other. Both sides import this and nothing
 * else of one another. Everything here can be cloned from thread to thread.
 */

/** What the thread is started with. */
export interface StoreSettings {
  readonly path: string;
  readonly synchronous: "full" | "normal";
  readonly rememberMs: number;
  readonly maxPending: number;
  readonly leaseMs: number;
}

/** An entry on its way to the file. */
export interface EntryFacts {
  readonly id: string;
  readonly twin: string | undefined;
  readonly triggerName: string;
  readonly source: EventSource;
  /** JSON. */
  readonly origin: string;
  readonly body: Uint8Array | string;
  readonly receivedAt: number;
  readonly orderKey: string | undefined;
}

/** A record's row and the proof of a lease on it. A record taken again has another `token`. */
export interface Lease {
  readonly seq: number;
  readonly token: number;
}

/** Where a walk through the records, newest first, goes on: below this row. */
interface Walk {
  readonly query: InboxQuery;
  readonly below: number;
  /** At most so many records more. */
  readonly left: number;
}

/** What can be asked of the store. */
export interface Questions {
  keep: { readonly entry: EntryFacts; readonly take: boolean };
  bury: { readonly entry: EntryFacts; readonly failure: Failure };
  take: { readonly max: number };
  renew: { readonly leases: readonly Lease[] };
  settle: { readonly lease: Lease; readonly outcome: Outcome };
  release: { readonly leases: readonly Lease[] };
  counts: object;
  page: Walk;
  replay: Walk;
  drop: Walk;
  readMark: { readonly name: string };
  writeMark: { readonly name: string; readonly value: string };
}

/** What each question is answered with. */
export interface Answers {
  /** A lease: new, and held by us. True or false: seen, and settled or not. */
  keep: Lease | "new" | "full" | boolean;
  bury: undefined;
  take: readonly (readonly [record: InboxRecord, lease: Lease])[];
  /** Those that were lost. */
  renew: readonly Lease[];
  /** Whether it was recorded. */
  settle: boolean;
  release: undefined;
  counts: InboxCounts;
  /** `below` is where to go on; `undefined` at the end. */
  page: { readonly records: readonly InboxRecord[]; readonly below: number | undefined };
  replay: Changed;
  drop: Changed;
  readMark: string | undefined;
  writeMark: undefined;
}

/** How far a step of `replay` or `drop` came. */
export interface Changed {
  readonly changed: number;
  readonly below: number | undefined;
}

export type Kind = keyof Questions;

/** One question to the store. */
export type Request<K extends Kind = Kind> = { [Each in Kind]: { readonly kind: Each } & Questions[Each] }[K];

/** Why the store could not do what it was asked, in a form that crosses threads. */
export interface Trouble {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Requests that share one transaction, and so one flush. */
export interface Batch {
  readonly requests: readonly Request[];
  /** The bodies of the requests' entries; see packed-bodies.ts. */
  readonly bytes: Uint8Array;
  /** The time by the inbox's clock, epoch milliseconds. */
  readonly nowMs: number;
}

/** How the records stand after a batch: what a waiting `take` wants to know. */
export interface Horizon {
  /** Whether a record can be taken now. */
  readonly ready: boolean;
  /** When the next one falls due or the next lease runs out, epoch milliseconds. */
  readonly nextAt: number | undefined;
}

/** What came of a batch that was written. */
export interface Written {
  /** One for each request. */
  readonly answers: readonly Answers[Kind][];
  /** The requests that were at fault themselves, by their place in the batch; their answers say nothing. */
  readonly troubles: readonly (readonly [at: number, trouble: Trouble])[];
  readonly horizon: Horizon;
}

/** What the thread says: it is open, it could not open, a batch is safe on disk, a batch was not written. */
export type Reply =
  | { readonly type: "open" }
  | ({ readonly type: "written" } & Written)
  | { readonly type: "failed"; readonly trouble: Trouble };
