import type BetterSqlite3 from "better-sqlite3";
import { DEAD, UNMATCHED } from "./states.js";

/**
 * Keeps the lists of the few records that stand apart: unmatched, dead, or lost by a process that ended. They are
 * tables of their own, because an index of `records` would cost something with every event.
 */
export class Places {
  readonly #addUnmatched: BetterSqlite3.Statement<[number, number, number]>;
  readonly #removeUnmatched: BetterSqlite3.Statement<[number]>;
  readonly #addDead: BetterSqlite3.Statement<[number, number]>;
  readonly #removeDead: BetterSqlite3.Statement<[number]>;
  readonly #addCrashed: BetterSqlite3.Statement<[number]>;
  readonly #removeCrashed: BetterSqlite3.Statement<[number]>;

  constructor(db: BetterSqlite3.Database) {
    this.#addUnmatched = db.prepare("INSERT OR REPLACE INTO unmatched (place, seq, since) VALUES (?, ?, ?)");
    this.#removeUnmatched = db.prepare("DELETE FROM unmatched WHERE seq = ?");
    this.#addDead = db.prepare("INSERT OR REPLACE INTO dead_letters (seq, since) VALUES (?, ?)");
    this.#removeDead = db.prepare("DELETE FROM dead_letters WHERE seq = ?");
    this.#addCrashed = db.prepare("INSERT OR IGNORE INTO crashed (seq) VALUES (?)");
    this.#removeCrashed = db.prepare("DELETE FROM crashed WHERE seq = ?");
  }

  /** @param place after those of all other unmatched records */
  addUnmatched(seq: number, place: number, nowMs: number): void {
    this.#addUnmatched.run(place, seq, nowMs);
  }

  addDead(seq: number, nowMs: number): void {
    this.#addDead.run(seq, nowMs);
  }

  addCrashed(seq: number): void {
    this.#addCrashed.run(seq);
  }

  removeCrashed(seq: number): void {
    this.#removeCrashed.run(seq);
  }

  /** The record leaves this state. */
  leave(seq: number, state: number): void {
    if (state === UNMATCHED) this.#removeUnmatched.run(seq);
    if (state === DEAD) this.#removeDead.run(seq);
  }
}
