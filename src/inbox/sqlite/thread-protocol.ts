import type { ErrorCode } from "../../base/errors.js";
import type { BatchJoin, BatchPart } from "../../model/batch.js";
import type { ContentMatch } from "../../model/content-match.js";
import type { EventSource } from "../../model/delivery.js";
import type {
  DoneKey,
  Failure,
  InboxContext,
  InboxCounts,
  InboxQuery,
  InboxRecord,
  KeyClaim,
  Outcome,
  StepResult,
  StoredPage,
} from "../contract.js";
import type { MetadataList } from "../metadata.js";
import type { DriverName } from "./driver/driver.js";
import type { OriginShape } from "./packed-origin.js";

/**
 * What the inbox and the thread that owns the file say to each other. Both sides import this and nothing
 * else of one another. Everything here can be cloned from thread to thread.
 */

/** What the thread is started with. */
export interface StoreSettings {
  readonly path: string;
  readonly synchronous: "full" | "normal";
  /** Default: what this Node has, see chooseDriver. */
  readonly driver?: DriverName | undefined;
  readonly dedupeWindowMs: number;
  readonly maxPending: number;
  readonly leaseMs: number;
  /** Default: no limit. */
  readonly maxPendingBytes?: number | undefined;
  /** Default: for ever. */
  readonly unmatchedForMs?: number | undefined;
  /** Default: no limit. */
  readonly deadLimits?: DeadLimits | undefined;
  /** Names this process in leases. Default: `host:pid`. */
  readonly owner?: string | undefined;
  /** Whether this process has had the file open: one that is gone is then not made anew. */
  readonly mustExist?: boolean | undefined;
}

/** Bounds of the dead-letter queue. */
export type DeadLimits = NonNullable<InboxContext["deadLimits"]>;

/** An entry that is to be written to the file. */
export interface StorableEntry {
  readonly id: string;
  /** Further deduplication keys. What most entries lack is no member: each one costs time on the way. */
  keys?: readonly string[];
  content?: ContentMatch;
  readonly triggerName: string;
  readonly source: EventSource;
  /** JSON; what it says depends on the shape. */
  readonly origin: string;
  originShape?: OriginShape;
  readonly body: Uint8Array | string;
  readonly receivedAt: number;
  readonly orderKey: string | undefined;
  /** When it may first be claimed, epoch milliseconds. */
  dueAt?: number;
  /** Whether a copy of a dead record makes that record due again. */
  redelivers?: true;
}

/** An outcome in a form that can always be stored. */
export interface StorableOutcome {
  readonly state: Outcome["state"];
  /** Epoch milliseconds; of `retry` only. */
  readonly dueAt: number;
  /** JSON. */
  readonly done: string;
  readonly failures: readonly Failure[];
  /** JSON; `null` for none. */
  readonly tries: string | null;
  readonly doneKeys: readonly DoneKey[];
  /** By how many the record's attempts grow. */
  readonly counted: 0 | 1;
}

/** A record's row and the token of a lease on it. A record claimed again has another `token`. */
export interface SqliteLease {
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
export interface RequestFields {
  store: { readonly entry: StorableEntry; readonly claim: boolean };
  deadLetter: { readonly entry: StorableEntry; readonly failure: Failure };
  claim: { readonly max: number };
  renew: { readonly leases: readonly SqliteLease[] };
  settle: { readonly lease: SqliteLease; readonly outcome: StorableOutcome };
  storeStep: { readonly lease: SqliteLease; readonly step: StepResult };
  claimKey: { readonly lease: SqliteLease; readonly key: string };
  join: { readonly lease: SqliteLease; readonly part: BatchPart };
  openBatches: object;
  release: { readonly leases: readonly SqliteLease[] };
  counts: object;
  oldestPending: object;
  unmatched: {
    /** The place after which to go on. */
    readonly after: number;
    readonly max: number;
    /** In upper case; `undefined` for all. */
    readonly triggerNames: readonly string[] | undefined;
  };
  claimUnmatched: { readonly ids: readonly string[] };
  ready: object;
  page: Walk;
  storedAfter: { readonly after: number; readonly max: number };
  replay: Walk;
  drop: Walk;
  readMetadata: { readonly name: string };
  writeMetadata: { readonly name: string; readonly value: string };
  replaceMetadata: { readonly name: string; readonly expected: string | undefined; readonly value: string };
  listMetadata: { readonly prefix: string };
  deleteMetadata: { readonly name: string };
}

/** What each question is answered with. */
export interface Results {
  /** A lease: new, and held by us. True or false: seen by its id or a key, and settled or not. */
  store: SqliteLease | "new" | "redelivered" | "full" | boolean | ContentDuplicate;
  deadLetter: undefined;
  claim: readonly (readonly [record: InboxRecord, lease: SqliteLease])[];
  /** Those that were lost. */
  renew: readonly SqliteLease[];
  /** Whether it was recorded. */
  settle: boolean;
  /** Whether it was stored. */
  storeStep: boolean;
  claimKey: KeyClaim;
  join: BatchJoin;
  openBatches: number;
  release: undefined;
  counts: InboxCounts;
  oldestPending: number | undefined;
  /** `next` is the place to go on after; `isEnd` where nothing comes after it now. */
  unmatched: { readonly records: readonly InboxRecord[]; readonly next: number; readonly isEnd: boolean };
  claimUnmatched: Results["claim"];
  /** Whether there is as much unfinished work as there may be. */
  ready: boolean;
  /** `below` is where to go on; `undefined` at the end. */
  page: { readonly records: readonly InboxRecord[]; readonly below: number | undefined };
  storedAfter: StoredPage;
  replay: Changed;
  drop: Changed;
  readMetadata: string | undefined;
  writeMetadata: undefined;
  /** Whether it was stored. */
  replaceMetadata: boolean;
  listMetadata: MetadataList;
  deleteMetadata: undefined;
}

/** Seen by its content. */
export interface ContentDuplicate {
  readonly settled: boolean;
}

/** How far a step of `replay` or `drop` came. */
export interface Changed {
  readonly changed: number;
  readonly below: number | undefined;
}

export type RequestKind = keyof RequestFields;

/** One question to the store. */
export type Request<K extends RequestKind = RequestKind> = {
  [Each in RequestKind]: { readonly kind: Each } & RequestFields[Each];
}[K];

/** Why the store could not do what it was asked, in a form that crosses threads. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Requests that share one transaction, and so one flush. */
export interface Batch {
  readonly requests: readonly Request[];
  /** The bodies of the requests' entries; see packBodies. */
  readonly bytes: Uint8Array;
  /** The time by the inbox's clock, epoch milliseconds. */
  readonly nowMs: number;
  /** By how much that clock stepped forward lately, milliseconds: no lease ends by that. */
  readonly stepMs: number;
}

/** How the records stand after a batch: what a waiting `claim` wants to know. */
export interface DueState {
  /** Whether a record can be claimed now. */
  readonly ready: boolean;
  /** When the next one falls due or the next lease runs out, epoch milliseconds. */
  readonly nextAt: number | undefined;
}

/** What came of a batch that was written. */
export interface Written {
  /** One for each request. */
  readonly answers: readonly Results[RequestKind][];
  /** The requests that were at fault themselves, by their place in the batch; their answers say nothing. */
  readonly errors: readonly (readonly [at: number, failure: SerializedError])[];
  readonly dueState: DueState;
  /** Dead letters that were dropped because of their limits. */
  readonly dropped: number;
  /** Unmatched records that became done, because no callback matched in time. */
  readonly expired: number;
}

/** What the thread says: it is open, it could not open, a batch is safe on disk, a batch was not written. */
export type Reply =
  | { readonly type: "open"; readonly driver: DriverName; readonly sqliteVersion: string }
  | ({ readonly type: "written" } & Written)
  | { readonly type: "failed"; readonly failure: SerializedError };

/** Stands for a body while it travels: where it lies among the bytes of its batch. */
interface Place {
  readonly at: number;
  readonly length: number;
}

type PackedEntry = { -readonly [Member in keyof StorableEntry]: StorableEntry[Member] | Place };

/**
 * Moves the bodies of a batch into one piece of memory, which is handed from thread to thread instead of being
 * copied. A body by itself would be copied with everything that shares its memory: for what a socket has
 * read, that is often 64 kB.
 */
export function packBodies(requests: readonly Request[]): Uint8Array<ArrayBuffer> {
  let total = 0;
  for (const request of requests) total += bytesOf(request)?.byteLength ?? 0;
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const request of requests) {
    const body = bytesOf(request);
    if (body === undefined || !("entry" in request)) continue;
    bytes.set(body, at);
    const entry: PackedEntry = request.entry;
    entry.body = { at, length: body.byteLength };
    at += body.byteLength;
  }
  return bytes;
}

/** The other way, on the other side. */
export function unpackBodies(requests: readonly Request[], bytes: Uint8Array): void {
  for (const request of requests) {
    if (!("entry" in request)) continue;
    const entry: PackedEntry = request.entry;
    const { body } = entry;
    if (typeof body !== "object" || !("length" in body) || ArrayBuffer.isView(body)) continue;
    entry.body = bytes.subarray(body.at, body.at + body.length);
  }
}

function bytesOf(request: Request): Uint8Array | undefined {
  return "entry" in request && typeof request.entry.body !== "string" ? request.entry.body : undefined;
}
