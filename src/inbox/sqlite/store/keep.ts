import type BetterSqlite3 from "better-sqlite3";
import type { Failure } from "../../contract.js";
import type { Answers, EntryFacts, Lease } from "../requests.js";
import type { Forget } from "./forget.js";
import { hash48 } from "./hash.js";
import { type HashedIdentity, hashIdentity, isDigest, type Known, type KnownRecord } from "./known.js";
import type { LeaseTerms } from "./lease-terms.js";
import type { Lines } from "./lines.js";
import { BEHIND, DEAD, DONE, DROPPED, READY, RUNNING } from "./states.js";
import type { Tally } from "./tally.js";
import { toColumn } from "./text.js";

type NewRecord = {
  state: number;
  idHash: bigint;
  twinHash: bigint | null;
  isDigest: number;
  orderHash: number | null;
  now: number;
  receivedAt: number;
  leaseToken: number | null;
  leaseUntil: number | null;
  settledAt: number | null;
  triggerName: Text;
  source: string;
  failures: string;
};

type Text = string | Uint8Array;
type Content = [
  seq: number,
  id: Text,
  twin: Text | null,
  orderKey: Text | null,
  origin: string,
  isText: number,
  body: Text,
];

/** Stores entries that are new. */
export class Keep {
  readonly #known: Known;
  readonly #lines: Lines;
  readonly #tally: Tally;
  readonly #forget: Forget;
  readonly #terms: LeaseTerms;
  readonly #maxPending: number;
  readonly #insertRecord: BetterSqlite3.Statement<[NewRecord]>;
  readonly #insertContent: BetterSqlite3.Statement<Content>;

  constructor(
    db: BetterSqlite3.Database,
    parts: { known: Known; lines: Lines; tally: Tally; forget: Forget; terms: LeaseTerms },
    maxPending: number,
  ) {
    this.#known = parts.known;
    this.#lines = parts.lines;
    this.#tally = parts.tally;
    this.#forget = parts.forget;
    this.#terms = parts.terms;
    this.#maxPending = maxPending;
    this.#insertRecord = db.prepare(
      `INSERT INTO records (state, id_hash, twin_hash, is_digest, order_hash, kept_at, received_at, due_at,
         lease_token, lease_until, attempts, settled_at, trigger_name, source, done, failures)
       VALUES (@state, @idHash, @twinHash, @isDigest, @orderHash, @now, @receivedAt, @now,
         @leaseToken, @leaseUntil, 0, @settledAt, @triggerName, @source, '[]', @failures)`,
    );
    this.#insertContent = db.prepare(
      "INSERT INTO contents (seq, id, twin, order_key, origin, body_is_text, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
  }

  keep(entry: EntryFacts, take: boolean, nowMs: number): Answers["keep"] {
    const identity = hashIdentity(entry);
    const known = this.#remembered(identity, nowMs);
    if (known !== undefined) return isSettled(known);
    if (this.#tally.unfinished >= this.#maxPending) return "full";
    const orderHash = entry.orderKey === undefined ? null : hash48(entry.orderKey);
    if (orderHash !== null && this.#lines.isOccupied(orderHash)) {
      this.#insert(entry, identity, nowMs, { state: BEHIND, orderHash });
      return "new";
    }
    if (!take) {
      this.#insert(entry, identity, nowMs, { state: READY, orderHash });
      return "new";
    }
    const token = this.#terms.newToken();
    const leaseUntil = this.#terms.until(nowMs);
    const seq = this.#insert(entry, identity, nowMs, {
      state: RUNNING,
      orderHash,
      leaseToken: token,
      leaseUntil,
    });
    return { seq, token } satisfies Lease;
  }

  bury(entry: EntryFacts, failure: Failure, nowMs: number): undefined {
    const identity = hashIdentity(entry);
    if (this.#remembered(identity, nowMs) !== undefined) return;
    this.#insert(entry, identity, nowMs, {
      state: DEAD,
      orderHash: entry.orderKey === undefined ? null : hash48(entry.orderKey),
      settledAt: failure.at,
      failures: JSON.stringify([failure]),
    });
  }

  /** What is older than the inbox remembers is forgotten here at the latest. */
  #remembered(identity: HashedIdentity, nowMs: number): KnownRecord | undefined {
    for (;;) {
      const known = this.#known.find(identity);
      if (known === undefined || !this.#forget.isDueFor(known, nowMs)) return known;
      this.#forget.remove(known);
    }
  }

  #insert(
    entry: EntryFacts,
    { idHash, twinHash }: HashedIdentity,
    now: number,
    rest: Pick<NewRecord, "state" | "orderHash"> & Partial<NewRecord>,
  ): number {
    const { lastInsertRowid } = this.#insertRecord.run({
      idHash,
      twinHash: twinHash ?? null,
      isDigest: isDigest(entry.id) ? 1 : 0,
      now,
      receivedAt: entry.receivedAt,
      leaseToken: null,
      leaseUntil: null,
      settledAt: null,
      triggerName: toColumn(entry.triggerName),
      source: entry.source,
      failures: "[]",
      ...rest,
    });
    const seq = Number(lastInsertRowid);
    const isText = typeof entry.body === "string";
    this.#insertContent.run(
      seq,
      toColumn(entry.id),
      entry.twin === undefined ? null : toColumn(entry.twin),
      entry.orderKey === undefined ? null : toColumn(entry.orderKey),
      entry.origin,
      isText ? 1 : 0,
      typeof entry.body === "string" ? toColumn(entry.body) : entry.body,
    );
    this.#tally.move(undefined, rest.state);
    return seq;
  }
}

function isSettled({ state }: KnownRecord): boolean {
  return state === DONE || state === DEAD || state === DROPPED;
}
