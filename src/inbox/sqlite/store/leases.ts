import type BetterSqlite3 from "better-sqlite3";
import type { Answers, Horizon, Lease } from "../requests.js";
import type { LeaseTerms } from "./lease-terms.js";
import type { Lines } from "./lines.js";
import { type RecordRow, recordColumns, recordOf, sizeOf } from "./row.js";
import { READY, RUNNING } from "./states.js";
import type { Tally } from "./tally.js";

/** What one `take` carries at the most, so that a queue of large bodies does not fill the memory. */
const MAX_TAKEN_BYTES = 8 * 1024 * 1024;
/** Records that one `take` brings forward whose time has come; the next takes do the rest. */
const MAX_MOVED = 1000;

interface Held {
  readonly seq: number;
  readonly order_hash: number | null;
}

/** Gives, prolongs and takes back leases. */
export class Leases {
  readonly #lines: Lines;
  readonly #tally: Tally;
  readonly #terms: LeaseTerms;
  readonly #makeReady: BetterSqlite3.Statement<[number, number]>;
  readonly #ranOut: BetterSqlite3.Statement<[number, number], Held>;
  readonly #ready: BetterSqlite3.Statement<[number], RecordRow>;
  readonly #lease: BetterSqlite3.Statement<[number, number, number]>;
  readonly #prolong: BetterSqlite3.Statement<[number, number, number]>;
  readonly #held: BetterSqlite3.Statement<[number, number], Held>;
  readonly #giveBack: BetterSqlite3.Statement<[number, number, number]>;
  readonly #horizon: BetterSqlite3.Statement<
    [],
    { ready: number; nextDue: number | null; nextLease: number | null }
  >;

  constructor(db: BetterSqlite3.Database, lines: Lines, tally: Tally, terms: LeaseTerms) {
    this.#lines = lines;
    this.#tally = tally;
    this.#terms = terms;
    this.#makeReady = db.prepare(
      `UPDATE records SET state = 0 WHERE seq IN
         (SELECT seq FROM records WHERE state = 1 AND due_at <= ? ORDER BY due_at LIMIT ?)`,
    );
    this.#ranOut = db.prepare(
      "SELECT seq, order_hash FROM records WHERE state = 3 AND lease_until <= ? ORDER BY lease_until LIMIT ?",
    );
    this.#ready = db.prepare(`${recordColumns} WHERE r.state = 0 ORDER BY r.seq LIMIT ?`);
    this.#lease = db.prepare("UPDATE records SET state = 3, lease_token = ?, lease_until = ? WHERE seq = ?");
    this.#prolong = db.prepare(
      "UPDATE records SET lease_until = ? WHERE seq = ? AND lease_token = ? AND state = 3",
    );
    this.#held = db.prepare(
      "SELECT seq, order_hash FROM records WHERE seq = ? AND lease_token = ? AND state = 3",
    );
    this.#giveBack = db.prepare(
      "UPDATE records SET state = ?, lease_token = NULL, lease_until = NULL, due_at = ? WHERE seq = ?",
    );
    this.#horizon = db.prepare(
      `SELECT EXISTS (SELECT 1 FROM records WHERE state = 0) AS ready,
         (SELECT min(due_at) FROM records WHERE state = 1) AS nextDue,
         (SELECT min(lease_until) FROM records WHERE state = 3) AS nextLease`,
    );
  }

  take(max: number, nowMs: number): Answers["take"] {
    this.#makeReady.run(nowMs, MAX_MOVED);
    for (const held of this.#ranOut.all(nowMs, MAX_MOVED)) this.#putBack(held, nowMs);
    const taken: [Answers["take"][number][0], Lease][] = [];
    let left = MAX_TAKEN_BYTES;
    for (const row of this.#ready.iterate(max)) {
      taken.push([recordOf({ ...row, state: RUNNING }), { seq: row.seq, token: this.#terms.newToken() }]);
      left -= sizeOf(row);
      if (left <= 0) break;
    }
    for (const [, { seq, token }] of taken) {
      this.#lease.run(token, this.#terms.until(nowMs), seq);
      this.#tally.move(READY, RUNNING);
    }
    return taken;
  }

  /** @returns those that were lost */
  renew(leases: readonly Lease[], nowMs: number): readonly Lease[] {
    const until = this.#terms.until(nowMs);
    return leases.filter(({ seq, token }) => this.#prolong.run(until, seq, token).changes === 0);
  }

  release(leases: readonly Lease[], nowMs: number): undefined {
    for (const { seq, token } of leases) {
      const held = this.#held.get(seq, token);
      if (held !== undefined) this.#putBack(held, nowMs);
    }
  }

  horizon(nowMs: number): Horizon {
    const { ready, nextDue, nextLease } = this.#horizon.get() ?? { ready: 0, nextDue: null, nextLease: null };
    const nextAt = Math.min(nextDue ?? Number.POSITIVE_INFINITY, nextLease ?? Number.POSITIVE_INFINITY);
    return { ready: ready === 1 || nextAt <= nowMs, nextAt: Number.isFinite(nextAt) ? nextAt : undefined };
  }

  #putBack({ seq, order_hash }: Held, nowMs: number): void {
    const state = this.#lines.rejoin(seq, order_hash, nowMs, nowMs);
    this.#giveBack.run(state, nowMs, seq);
    this.#tally.move(RUNNING, state);
  }
}
