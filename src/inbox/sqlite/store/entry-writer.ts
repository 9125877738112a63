import type { Failure } from "../../contract.js";
import type * as Sqlite from "../driver/driver.js";
import { unpackOrigin } from "../packed-origin.js";
import type { Results, SqliteLease, StorableEntry, StoreSettings } from "../thread-protocol.js";
import type { Counts } from "./counts.js";
import {
  type ContentIndex,
  type Expiry,
  HAS_CONTENT,
  HAS_KEYS,
  type KeyIndex,
  type RememberedRecord,
} from "./deduplication.js";
import type { LeaseTerms } from "./leases.js";
import type { OriginShapes } from "./origin-shapes.js";
import type { SqliteOrderQueues, StateLists } from "./queues.js";
import {
  BEHIND,
  DEAD,
  DELAYED,
  DONE,
  DROPPED,
  hash48,
  hash64,
  READY,
  RUNNING,
  toColumn,
} from "./record-row.js";
import type { Requeue } from "./transitions.js";

type NewRecord = {
  state: number;
  idHash: bigint;
  orderHash: number | null;
  now: number;
  dueAt: number;
  receivedAt: number;
  leaseToken: number | null;
  leaseUntil: number | null;
  leaseOwner: number | null;
  settledAt: number | null;
  triggerName: Text;
  source: string;
  failures: string;
  bytes: number;
  extras: number;
};

type Text = string | Uint8Array;
type Content = [
  seq: number,
  id: Text,
  orderKey: Text | null,
  origin: string,
  shapeId: number | null,
  isText: number,
  body: Text,
];

/** What {@link EntryWriter} works with. */
export interface EntryWriterParts {
  readonly keys: KeyIndex;
  readonly contents: ContentIndex;
  readonly queues: SqliteOrderQueues;
  readonly counts: Counts;
  readonly expiry: Expiry;
  readonly terms: LeaseTerms;
  readonly requeue: Requeue;
  readonly lists: StateLists;
  readonly shapes: OriginShapes;
}

/** Stores entries that are new. */
export class EntryWriter {
  readonly #parts: EntryWriterParts;
  readonly #maxPending: number;
  readonly #maxPendingBytes: number;
  readonly #insertRecord: Sqlite.Statement<[NewRecord]>;
  readonly #insertContent: Sqlite.Statement<Content>;

  constructor(
    db: Sqlite.Database,
    parts: EntryWriterParts,
    { maxPending, maxPendingBytes }: Pick<StoreSettings, "maxPending" | "maxPendingBytes">,
  ) {
    this.#parts = parts;
    this.#maxPending = maxPending;
    this.#maxPendingBytes = maxPendingBytes ?? Number.POSITIVE_INFINITY;
    this.#insertRecord = db.prepare(
      `INSERT INTO records (state, id_hash, is_digest, order_hash, kept_at, received_at, due_at, lease_token,
         lease_until, lease_owner, attempts, settled_at, trigger_name, source, done, failures, body_bytes, extras)
       VALUES (@state, @idHash, 0, @orderHash, @now, @receivedAt, @dueAt, @leaseToken,
         @leaseUntil, @leaseOwner, 0, @settledAt, @triggerName, @source, '[]', @failures, @bytes, @extras)`,
    );
    // Replaces what a record left behind that another program has deleted.
    this.#insertContent = db.prepare(
      `INSERT OR REPLACE INTO contents (seq, id, order_key, origin_facts, shape_id, body_is_text, body)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  store(entry: StorableEntry, claim: boolean, nowMs: number): Results["store"] {
    const { queues, terms, requeue } = this.#parts;
    const idHash = hash64(entry.id);
    const known = this.#byKeys(entry, idHash, nowMs);
    if (known !== undefined) {
      if (!entry.redelivers || known.state !== DEAD) return isSettled(known);
      requeue.redeliver(known.seq, nowMs);
      return "redelivered";
    }
    if (entry.content !== undefined) {
      const match = this.#byContent(entry, nowMs);
      if (match !== undefined) return { settled: isSettled(match) };
    }
    if (this.isFull()) return "full";
    const orderHash = entry.orderKey === undefined ? null : hash48(entry.orderKey);
    if (orderHash !== null && queues.isOccupied(orderHash)) {
      this.#insert(entry, idHash, nowMs, { state: BEHIND, orderHash });
      return "new";
    }
    const isDelayed = entry.dueAt !== undefined && entry.dueAt > nowMs;
    if (!claim || isDelayed) {
      this.#insert(entry, idHash, nowMs, { state: isDelayed ? DELAYED : READY, orderHash });
      return "new";
    }
    const token = terms.newToken();
    const seq = this.#insert(entry, idHash, nowMs, {
      state: RUNNING,
      orderHash,
      leaseToken: token,
      leaseUntil: terms.until(nowMs),
      leaseOwner: terms.ownerId(),
    });
    return { seq, token } satisfies SqliteLease;
  }

  /** Stores a batch, also where the inbox is full: its events are stored already. @returns its row */
  openBatch(entry: StorableEntry, nowMs: number): number {
    const orderHash = entry.orderKey === undefined ? null : hash48(entry.orderKey);
    const isBehind = orderHash !== null && this.#parts.queues.isOccupied(orderHash);
    return this.#insert(entry, hash64(entry.id), nowMs, { state: isBehind ? BEHIND : DELAYED, orderHash });
  }

  deadLetter(entry: StorableEntry, failure: Failure, nowMs: number): undefined {
    const idHash = hash64(entry.id);
    if (this.#byKeys(entry, idHash, nowMs) !== undefined) return;
    const seq = this.#insert(entry, idHash, nowMs, {
      state: DEAD,
      orderHash: entry.orderKey === undefined ? null : hash48(entry.orderKey),
      settledAt: failure.at,
      failures: JSON.stringify([failure]),
    });
    this.#parts.lists.addDead(seq, failure.at);
  }

  /** Whether unfinished records, or their bodies, are as many as they may be. */
  isFull(): boolean {
    const { counts } = this.#parts;
    return counts.unfinished >= this.#maxPending || counts.totals.pendingBytes >= this.#maxPendingBytes;
  }

  /** The record that shares the entry's id, or one of its keys. */
  #byKeys({ id, keys }: StorableEntry, idHash: bigint, nowMs: number): RememberedRecord | undefined {
    const { keys: keyIndex } = this.#parts;
    const found = this.#remembered(() => keyIndex.find(id, idHash), nowMs);
    if (found !== undefined || keys === undefined) return found;
    for (const key of keys) {
      const hash = hash64(key);
      const sharing = this.#remembered(() => keyIndex.find(key, hash), nowMs);
      if (sharing !== undefined) return sharing;
    }
    return undefined;
  }

  /** The record of which this is the other copy; it then counts as matched. */
  #byContent({ id, keys = [], content }: StorableEntry, nowMs: number): RememberedRecord | undefined {
    const { keys: keyIndex, contents } = this.#parts;
    if (content === undefined) return undefined;
    const found = this.#remembered(() => contents.find(content), nowMs);
    if (found === undefined) return undefined;
    contents.match(found.seq, content);
    keyIndex.addKeys(found.seq, content.hasId ? [id, ...keys] : keys);
    return found;
  }

  /** What is older than the inbox remembers is forgotten here at the latest. */
  #remembered(find: () => RememberedRecord | undefined, nowMs: number): RememberedRecord | undefined {
    const { expiry } = this.#parts;
    for (;;) {
      const known = find();
      if (known === undefined || !expiry.isDueFor(known, nowMs)) return known;
      expiry.remove(known);
    }
  }

  #insert(
    entry: StorableEntry,
    idHash: bigint,
    now: number,
    rest: Pick<NewRecord, "state" | "orderHash"> & Partial<NewRecord>,
  ): number {
    const hasKeys = entry.keys !== undefined && entry.keys.length > 0;
    const isText = typeof entry.body === "string";
    const body = typeof entry.body === "string" ? toColumn(entry.body) : entry.body;
    const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
    const { lastInsertRowid } = this.#insertRecord.run({
      idHash,
      now,
      dueAt: Math.max(now, entry.dueAt ?? now),
      receivedAt: entry.receivedAt,
      leaseToken: null,
      leaseUntil: null,
      leaseOwner: null,
      settledAt: null,
      triggerName: toColumn(entry.triggerName),
      source: entry.source,
      failures: "[]",
      bytes,
      extras: (entry.content === undefined ? 0 : HAS_CONTENT) | (hasKeys ? HAS_KEYS : 0),
      ...rest,
    });
    const seq = Number(lastInsertRowid);
    const shapeId = entry.originShape === undefined ? null : this.#parts.shapes.idOf(entry.originShape.text);
    this.#insertContent.run(
      seq,
      toColumn(entry.id),
      entry.orderKey === undefined ? null : toColumn(entry.orderKey),
      shapeId === null ? plainOrigin(entry) : entry.origin,
      shapeId,
      isText ? 1 : 0,
      body,
    );
    if (entry.keys !== undefined) this.#parts.keys.insertKeys(seq, entry.keys);
    if (entry.content !== undefined) this.#parts.contents.add(seq, entry.content);
    this.#parts.counts.move(undefined, rest.state, bytes);
    return seq;
  }
}

/** As it is stored without a shape. */
function plainOrigin({ origin, originShape }: StorableEntry): string {
  return originShape === undefined ? origin : JSON.stringify(unpackOrigin(originShape.text, origin));
}

function isSettled({ state }: RememberedRecord): boolean {
  return state === DONE || state === DEAD || state === DROPPED;
}
