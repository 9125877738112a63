import type BetterSqlite3 from "better-sqlite3";
import type { DeadLimits, StoreSettings } from "../requests.js";
import type { Drop } from "./drop.js";
import type { Places } from "./places.js";
import { DONE, UNMATCHED } from "./states.js";
import type { Tally } from "./tally.js";

/** Records that one batch settles or drops because of a limit; the next batches do the rest. */
const MAX_AT_ONCE = 200;

interface Oldest {
  readonly seq: number;
  readonly since: number;
  readonly bytes: number;
}

/** Settles what has been unmatched for too long, and drops the oldest dead letters beyond their bounds. */
export class Limits {
  readonly #tally: Tally;
  readonly #drop: Drop;
  readonly #places: Places;
  readonly #unmatchedForMs: number;
  readonly #dead: DeadLimits;
  readonly #unmatched: BetterSqlite3.Statement<[number], Oldest>;
  readonly #settle: BetterSqlite3.Statement<[number, number]>;
  readonly #oldestDead: BetterSqlite3.Statement<[number], Oldest>;
  /** Before these times, nothing can be too old. */
  #lookAtUnmatchedAt = Number.NEGATIVE_INFINITY;
  #lookAtDeadAt = Number.NEGATIVE_INFINITY;

  constructor(
    db: BetterSqlite3.Database,
    parts: { tally: Tally; drop: Drop; places: Places },
    { unmatchedForMs, deadLimits }: Pick<StoreSettings, "unmatchedForMs" | "deadLimits">,
  ) {
    this.#tally = parts.tally;
    this.#drop = parts.drop;
    this.#places = parts.places;
    this.#unmatchedForMs = unmatchedForMs ?? Number.POSITIVE_INFINITY;
    this.#dead = deadLimits ?? {};
    this.#unmatched = db.prepare(
      `SELECT u.seq, u.since, r.body_bytes AS bytes FROM unmatched u JOIN records r ON r.seq = u.seq
       ORDER BY u.place LIMIT ?`,
    );
    this.#settle = db.prepare("UPDATE records SET state = 4, settled_at = ?, crashes = 0 WHERE seq = ?");
    this.#oldestDead = db.prepare(
      `SELECT d.seq, d.since, r.body_bytes AS bytes FROM dead_letters d JOIN records r ON r.seq = d.seq
       ORDER BY d.since, d.seq LIMIT ?`,
    );
  }

  /** @returns how many dead letters were dropped */
  enforce(nowMs: number): number {
    this.#settleUnmatched(nowMs);
    return this.#dropDead(nowMs);
  }

  #settleUnmatched(nowMs: number): void {
    const { unmatched } = this.#tally.totals;
    if (unmatched === 0 || this.#unmatchedForMs === Number.POSITIVE_INFINITY) return;
    if (nowMs < this.#lookAtUnmatchedAt) return;
    this.#lookAtUnmatchedAt = Number.NEGATIVE_INFINITY;
    for (const { seq, since, bytes } of this.#unmatched.all(MAX_AT_ONCE)) {
      if (since + this.#unmatchedForMs > nowMs) {
        this.#lookAtUnmatchedAt = since + this.#unmatchedForMs;
        return;
      }
      this.#settle.run(nowMs, seq);
      this.#places.leave(seq, UNMATCHED);
      this.#places.removeCrashed(seq);
      this.#tally.move(UNMATCHED, DONE, bytes);
    }
  }

  #dropDead(nowMs: number): number {
    const { totals } = this.#tally;
    const { records, bytes, ageMs } = {
      records: this.#dead.records ?? Number.POSITIVE_INFINITY,
      bytes: this.#dead.bytes ?? Number.POSITIVE_INFINITY,
      ageMs: this.#dead.ageMs ?? Number.POSITIVE_INFINITY,
    };
    const isBeyond = () => totals.dead > records || totals.deadBytes > bytes;
    if (
      totals.dead === 0 ||
      (!isBeyond() && (ageMs === Number.POSITIVE_INFINITY || nowMs < this.#lookAtDeadAt))
    )
      return 0;
    this.#lookAtDeadAt = nowMs + ageMs;
    let dropped = 0;
    for (const oldest of this.#oldestDead.all(MAX_AT_ONCE)) {
      if (!isBeyond() && oldest.since + ageMs > nowMs) {
        this.#lookAtDeadAt = oldest.since + ageMs;
        return dropped;
      }
      this.#drop.dead(oldest.seq, oldest.bytes, nowMs);
      dropped += 1;
    }
    if (dropped === MAX_AT_ONCE) this.#lookAtDeadAt = Number.NEGATIVE_INFINITY;
    return dropped;
  }
}
