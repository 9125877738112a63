import { randomInt } from "node:crypto";
import type * as Sqlite from "../driver/driver.js";
import type { DueState, Results, SqliteLease } from "../thread-protocol.js";
import type { Batches } from "./batches.js";
import type { Counts } from "./counts.js";
import type { KeyIndex } from "./deduplication.js";
import type { SqliteOrderQueues, StateLists } from "./queues.js";
import { READY, type RecordRow, RUNNING, recordColumns, sizeOf, UNMATCHED } from "./record-row.js";

/** Bytes that one `claim` returns at the most, so that a queue of large bodies does not fill the memory. */
const MAX_TAKEN_BYTES = 8 * 1024 * 1024;
/** Records that one `claim` brings forward whose time has come; the next claims do the rest. */
const MAX_MOVED = 1000;

interface Held {
  readonly seq: number;
  readonly order_hash: number | null;
}

/** Records with crashes in a state, as a query. */
const crashedIn = (state: number) =>
  `SELECT 1 FROM crashed k CROSS JOIN records r ON r.seq = k.seq WHERE r.state = ${state}`;

/** Gives, prolongs and takes back leases. */
export class Leases {
  /** By how much the clock stepped forward lately, milliseconds. */
  stepMs = 0;
  readonly #keys: KeyIndex;
  readonly #queues: SqliteOrderQueues;
  readonly #counts: Counts;
  readonly #terms: LeaseTerms;
  readonly #lists: StateLists;
  readonly #batches: Batches;
  readonly #makeReady: Sqlite.Statement<[number, number]>;
  readonly #ranOut: Sqlite.Statement<[number, number], Held>;
  readonly #heldBy: Sqlite.Statement<[number], Held>;
  readonly #ready: Sqlite.Statement<[number], RecordRow>;
  readonly #crashed: Sqlite.Statement<[], RecordRow>;
  readonly #row: Sqlite.Statement<[number], RecordRow>;
  readonly #lease: Sqlite.Statement<[number, number, number, number]>;
  readonly #enter: Sqlite.Statement<[number, number, number]>;
  readonly #prolong: Sqlite.Statement<[number, number, number]>;
  readonly #held: Sqlite.Statement<[number, number], Held>;
  readonly #giveBack: Sqlite.Statement<[number, number, number, number]>;
  readonly #dueState: Sqlite.Statement<
    [],
    { ready: number; crashed: number; nextDue: number | null; nextLease: number | null }
  >;
  readonly #crashedIsReady: Sqlite.Statement<[], number>;

  constructor(
    db: Sqlite.Database,
    parts: {
      keys: KeyIndex;
      queues: SqliteOrderQueues;
      counts: Counts;
      terms: LeaseTerms;
      lists: StateLists;
      batches: Batches;
    },
  ) {
    this.#keys = parts.keys;
    this.#queues = parts.queues;
    this.#counts = parts.counts;
    this.#terms = parts.terms;
    this.#lists = parts.lists;
    this.#batches = parts.batches;
    this.#makeReady = db.prepare(
      `UPDATE records SET state = 0 WHERE seq IN
         (SELECT seq FROM records WHERE state = 1 AND due_at <= ? ORDER BY due_at LIMIT ?)`,
    );
    this.#ranOut = db.prepare(
      "SELECT seq, order_hash FROM records WHERE state = 3 AND lease_until <= ? ORDER BY lease_until LIMIT ?",
    );
    this.#heldBy = db.prepare("SELECT seq, order_hash FROM records WHERE state = 3 AND lease_owner = ?");
    this.#ready = db.prepare(`${recordColumns} WHERE r.state = 0 AND r.crashes = 0 ORDER BY r.seq LIMIT ?`);
    // One record with crashes at a time: the one at fault then ends its process without the others.
    this.#crashed = db.prepare(
      `${recordColumns} JOIN crashed k ON k.seq = r.seq WHERE r.state = 0 AND r.crashes > 0
         AND NOT EXISTS (${crashedIn(3)}) ORDER BY k.seq LIMIT 1`,
    );
    this.#row = db.prepare(`${recordColumns} WHERE r.seq = ?`);
    this.#lease = db.prepare(
      "UPDATE records SET state = 3, lease_token = ?, lease_until = ?, lease_owner = ? WHERE seq = ?",
    );
    this.#enter = db.prepare("UPDATE records SET state = ?, due_at = ? WHERE seq = ?");
    this.#prolong = db.prepare(
      "UPDATE records SET lease_until = ? WHERE seq = ? AND lease_token = ? AND state = 3",
    );
    this.#held = db.prepare(
      "SELECT seq, order_hash FROM records WHERE seq = ? AND lease_token = ? AND state = 3",
    );
    this.#giveBack = db.prepare(
      `UPDATE records SET state = ?, lease_token = NULL, lease_until = NULL, lease_owner = NULL, due_at = ?,
         crashes = crashes + ? WHERE seq = ?`,
    );
    this.#crashedIsReady = db
      .prepare<[], number>(`SELECT EXISTS (${crashedIn(0)}) AND NOT EXISTS (${crashedIn(3)})`)
      .pluck();
    this.#dueState = db.prepare(
      `SELECT EXISTS (SELECT 1 FROM records WHERE state = 0 AND crashes = 0) AS ready,
         EXISTS (SELECT 1 FROM crashed) AS crashed,
         (SELECT min(due_at) FROM records WHERE state = 1) AS nextDue,
         (SELECT min(lease_until) FROM records WHERE state = 3) AS nextLease`,
    );
  }

  claim(max: number, nowMs: number): Results["claim"] {
    this.#makeReady.run(nowMs, MAX_MOVED);
    for (const held of this.#ranOut.all(nowMs - this.stepMs, MAX_MOVED)) this.#putBack(held, 1, nowMs);
    const rows: RecordRow[] = [];
    let left = MAX_TAKEN_BYTES;
    let crashed = this.#crashed.get();
    const add = (row: RecordRow) => {
      rows.push(row);
      left -= sizeOf(row);
      return left > 0 && rows.length < max;
    };
    let goesOn = max > 0;
    if (goesOn) {
      for (const row of this.#ready.iterate(max)) {
        if (crashed !== undefined && crashed.seq < row.seq) {
          goesOn = add(crashed);
          crashed = undefined;
          if (!goesOn) break;
        }
        goesOn = add(row);
        if (!goesOn) break;
      }
    }
    if (goesOn && crashed !== undefined) add(crashed);
    return rows.map((row) => this.#give(row, READY, nowMs));
  }

  /**
   * Leases records that are unmatched. One whose order key is in use, or that may be at fault while another such
   * record runs, waits for its turn instead.
   */
  claimUnmatched(ids: readonly string[], nowMs: number): Results["claimUnmatched"] {
    const claimed: Results["claimUnmatched"][number][] = [];
    for (const id of new Set(ids)) {
      const known = this.#keys.byId(id);
      if (known?.state !== UNMATCHED) continue;
      const row = this.#row.get(known.seq);
      if (row === undefined) continue;
      const state = this.#queues.comeBack(row.seq, row.order_hash);
      this.#enter.run(state, nowMs, row.seq);
      this.#lists.leave(row.seq, UNMATCHED);
      this.#counts.move(UNMATCHED, state, row.body_bytes);
      if (state !== READY) continue;
      if (row.crashes > 0 && this.#crashed.get()?.seq !== row.seq) continue;
      claimed.push(this.#give(row, READY, nowMs));
    }
    return claimed;
  }

  /** @returns those that were lost */
  renew(leases: readonly SqliteLease[], nowMs: number): readonly SqliteLease[] {
    const until = this.#terms.until(nowMs);
    return leases.filter(({ seq, token }) => this.#prolong.run(until, seq, token).changes === 0);
  }

  release(leases: readonly SqliteLease[], nowMs: number): undefined {
    for (const { seq, token } of leases) {
      const held = this.#held.get(seq, token);
      if (held !== undefined) this.#putBack(held, 0, nowMs);
    }
  }

  /** What a process held that has ended is due at once. */
  giveBackOf(ownerId: number, nowMs: number): void {
    for (const held of this.#heldBy.all(ownerId)) this.#putBack(held, 1, nowMs);
  }

  dueState(nowMs: number): DueState {
    const seen = this.#dueState.get();
    const nextAt = Math.min(
      seen?.nextDue ?? Number.POSITIVE_INFINITY,
      (seen?.nextLease ?? Number.POSITIVE_INFINITY) + this.stepMs,
    );
    const isReady =
      seen?.ready === 1 || nextAt <= nowMs || (seen?.crashed === 1 && this.#crashedIsReady.get() === 1);
    return { ready: isReady, nextAt: Number.isFinite(nextAt) ? nextAt : undefined };
  }

  #give(row: RecordRow, from: number, nowMs: number): Results["claim"][number] {
    const token = this.#terms.newToken();
    this.#lease.run(token, this.#terms.until(nowMs), this.#terms.ownerId(), row.seq);
    this.#counts.move(from, RUNNING, row.body_bytes);
    this.#batches.close(row);
    return [this.#batches.whole({ ...row, state: RUNNING }), { seq: row.seq, token }];
  }

  /** @param crashes 1 where the process that held it ended or lost it */
  #putBack({ seq, order_hash }: Held, crashes: 0 | 1, nowMs: number): void {
    const state = this.#queues.rejoin(seq, order_hash, nowMs, nowMs);
    this.#giveBack.run(state, nowMs, crashes, seq);
    if (crashes === 1) this.#lists.addCrashed(seq);
    this.#counts.move(RUNNING, state, 0);
  }
}

/** Tokens of one process, before its own range is used up and starts again. */
const TOKENS = 2 ** 20;

/** How leases are given: for how long, to whom, and with which token. */
export class LeaseTerms {
  readonly #leaseMs: number;
  /** This process's row in `owners`. */
  readonly #owner: { readonly ownId: () => number };
  /**
   * A range of this process's own, so that a process can tell its lease from another's, and a counter in it,
   * so that it can tell this lease from its own earlier one on the same record.
   */
  readonly #range = randomInt(2 ** 32) * TOKENS;
  #given = 0;

  constructor(leaseMs: number, owner: { readonly ownId: () => number }) {
    this.#leaseMs = leaseMs;
    this.#owner = owner;
  }

  newToken(): number {
    this.#given = (this.#given + 1) % TOKENS;
    return this.#range + this.#given;
  }

  until(nowMs: number): number {
    return nowMs + this.#leaseMs;
  }

  ownerId(): number {
    return this.#owner.ownId();
  }
}
