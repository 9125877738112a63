import type BetterSqlite3 from "better-sqlite3";
import type { Alike } from "./alike.js";
import { HAS_CONTENT, HAS_KEYS, type Known, type KnownRecord, knownColumns } from "./known.js";
import { DONE, DROPPED } from "./states.js";
import type { Tally } from "./tally.js";

/**
 * Removes records that are done or dropped, and were kept longer ago than the inbox remembers. A walk along
 * the records in the order they were kept, a few rows with every batch, so that it never is a pause. What is
 * dead stays until somebody drops it.
 */
export class Forget {
  readonly #next: BetterSqlite3.Statement<[number, number], KnownRecord>;
  readonly #removeRecord: BetterSqlite3.Statement<[number]>;
  readonly #removeContent: BetterSqlite3.Statement<[number]>;
  readonly #known: Known;
  readonly #alike: Alike;
  readonly #tally: Tally;
  readonly #dedupeWindowMs: number;
  #walkedTo = 0;
  #walkStartedAt = Number.NEGATIVE_INFINITY;
  /** Before this, the next record along the walk is too young. */
  #lookAt = Number.NEGATIVE_INFINITY;

  constructor(
    db: BetterSqlite3.Database,
    parts: { known: Known; alike: Alike; tally: Tally },
    dedupeWindowMs: number,
  ) {
    this.#next = db.prepare(`SELECT ${knownColumns} WHERE r.seq > ? ORDER BY r.seq LIMIT ?`);
    this.#removeRecord = db.prepare("DELETE FROM records WHERE seq = ?");
    this.#removeContent = db.prepare("DELETE FROM contents WHERE seq = ?");
    this.#known = parts.known;
    this.#alike = parts.alike;
    this.#tally = parts.tally;
    this.#dedupeWindowMs = dedupeWindowMs;
  }

  isDueFor({ state, keptAt }: KnownRecord, nowMs: number): boolean {
    return (state === DONE || state === DROPPED) && keptAt + this.#dedupeWindowMs <= nowMs;
  }

  remove({ seq, state, extras, bytes }: KnownRecord): void {
    this.#removeRecord.run(seq);
    this.#removeContent.run(seq);
    if ((extras & HAS_KEYS) !== 0) this.#known.removeKeys(seq);
    if ((extras & HAS_CONTENT) !== 0) this.#alike.remove(seq);
    this.#tally.move(state, undefined, bytes);
  }

  /** Looks at the next few records, where one of them can be old enough. */
  some(howMany: number, nowMs: number): void {
    if (nowMs < this.#lookAt) return;
    const records = this.#next.all(this.#walkedTo, howMany);
    for (const record of records) {
      if (record.keptAt + this.#dedupeWindowMs > nowMs) {
        this.#rest(record.keptAt + this.#dedupeWindowMs, nowMs);
        return;
      }
      // An old record that is unfinished or dead is passed over; a later walk meets it again.
      if (this.isDueFor(record, nowMs)) this.remove(record);
      this.#walkedTo = record.seq;
    }
    if (records.length < howMany) this.#rest(nowMs + this.#dedupeWindowMs, nowMs);
  }

  /** The walk has come to the young records. Every now and then it starts again from the oldest. */
  #rest(untilMs: number, nowMs: number): void {
    this.#lookAt = untilMs;
    if (this.#walkedTo === 0 || nowMs - this.#walkStartedAt < this.#dedupeWindowMs / 8) return;
    this.#walkedTo = 0;
    this.#walkStartedAt = nowMs;
  }
}
