import type BetterSqlite3 from "better-sqlite3";
import type { InboxCounts, RecordState } from "../../contract.js";
import { stateName } from "./states.js";

/**
 * How many records stand where, kept in one row so that nothing ever counts them. Read once at the start of
 * a transaction and written once at its end; other processes change it in between transactions alone.
 */
export class Tally {
  readonly #read: BetterSqlite3.Statement<[], InboxCounts>;
  readonly #write: BetterSqlite3.Statement<[number, number, number, number]>;
  #counts: Record<RecordState, number> = { waiting: 0, running: 0, done: 0, dead: 0 };
  #changed = false;

  constructor(db: BetterSqlite3.Database) {
    this.#read = db.prepare("SELECT waiting, running, done, dead FROM tally");
    this.#write = db.prepare("UPDATE tally SET waiting = ?, running = ?, done = ?, dead = ?");
  }

  load(): void {
    const row = this.#read.get();
    if (row === undefined) throw new Error("the table of counts is empty");
    this.#counts = { ...row };
    this.#changed = false;
  }

  save(): void {
    if (!this.#changed) return;
    const { waiting, running, done, dead } = this.#counts;
    this.#write.run(waiting, running, done, dead);
  }

  /** A record goes from one state to another; `undefined` is outside: not there before, or not any more. */
  move(from: number | undefined, to: number | undefined): void {
    const left = from === undefined ? undefined : stateName(from);
    const entered = to === undefined ? undefined : stateName(to);
    if (left === entered) return;
    if (left !== undefined) this.#counts[left] -= 1;
    if (entered !== undefined) this.#counts[entered] += 1;
    this.#changed = true;
  }

  get unfinished(): number {
    return this.#counts.waiting + this.#counts.running;
  }

  get counts(): InboxCounts {
    return { ...this.#counts };
  }
}
