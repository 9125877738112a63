import type * as Sqlite from "../driver/driver.js";
import type { DeadLimits, StoreSettings } from "../thread-protocol.js";
import type { Counts } from "./counts.js";
import type { StateLists } from "./queues.js";
import { DONE, UNMATCHED } from "./record-row.js";
import type { DropRecords } from "./transitions.js";

/** Records that one batch settles or drops because of a limit; the next batches do the rest. */
const MAX_AT_ONCE = 200;

interface Oldest {
  readonly seq: number;
  readonly since: number;
  readonly bytes: number;
}

/** Settles what has been unmatched for too long, and drops the oldest dead letters beyond their bounds. */
export class Limits {
  readonly #counts: Counts;
  readonly #drop: DropRecords;
  readonly #lists: StateLists;
  readonly #unmatchedForMs: number;
  readonly #dead: DeadLimits;
  readonly #unmatched: Sqlite.Statement<[number], Oldest>;
  readonly #settle: Sqlite.Statement<[number, number]>;
  readonly #oldestDead: Sqlite.Statement<[number], Oldest>;
  /** Before these times, nothing can be too old. */
  #lookAtUnmatchedAt = Number.NEGATIVE_INFINITY;
  #lookAtDeadAt = Number.NEGATIVE_INFINITY;

  constructor(
    db: Sqlite.Database,
    parts: { counts: Counts; drop: DropRecords; lists: StateLists },
    { unmatchedForMs, deadLimits }: Pick<StoreSettings, "unmatchedForMs" | "deadLimits">,
  ) {
    this.#counts = parts.counts;
    this.#drop = parts.drop;
    this.#lists = parts.lists;
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

  /** @returns how many dead letters were dropped, and how many unmatched records became done */
  enforce(nowMs: number): { readonly dropped: number; readonly expired: number } {
    const expired = this.#settleUnmatched(nowMs);
    return { expired, dropped: this.#dropDead(nowMs) };
  }

  #settleUnmatched(nowMs: number): number {
    const { unmatched } = this.#counts.totals;
    if (unmatched === 0 || this.#unmatchedForMs === Number.POSITIVE_INFINITY) return 0;
    if (nowMs < this.#lookAtUnmatchedAt) return 0;
    this.#lookAtUnmatchedAt = Number.NEGATIVE_INFINITY;
    let expired = 0;
    for (const { seq, since, bytes } of this.#unmatched.all(MAX_AT_ONCE)) {
      if (since + this.#unmatchedForMs > nowMs) {
        this.#lookAtUnmatchedAt = since + this.#unmatchedForMs;
        return expired;
      }
      expired += 1;
      this.#settle.run(nowMs, seq);
      this.#lists.leave(seq, UNMATCHED);
      this.#lists.removeCrashed(seq);
      this.#counts.move(UNMATCHED, DONE, bytes);
    }
    return expired;
  }

  #dropDead(nowMs: number): number {
    const { totals } = this.#counts;
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
