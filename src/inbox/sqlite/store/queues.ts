import type * as Sqlite from "../driver/driver.js";
import { BEHIND, DEAD, DELAYED, READY, RUNNING, UNMATCHED } from "./record-row.js";

interface Place {
  readonly seq: number;
  readonly state: number;
  readonly due_at: number;
}

/**
 * Records of one order key stand in line: the first may run, all others are BEHIND. At most one of a line is
 * not behind; every change of state goes through here to keep it so. Keys are told apart by a 48-bit
 * hash: two keys that shared one would merely wait for each other.
 */
export class SqliteOrderQueues {
  readonly #first: Sqlite.Statement<[number], Place>;
  readonly #active: Sqlite.Statement<[number], Place>;
  readonly #setState: Sqlite.Statement<[number, number]>;

  constructor(db: Sqlite.Database) {
    const inLine =
      "SELECT seq, state, due_at FROM records WHERE order_hash = ? AND order_hash IS NOT NULL AND state <= 3";
    this.#first = db.prepare<[number], Place>(`${inLine} ORDER BY seq LIMIT 1`);
    this.#active = db.prepare<[number], Place>(`${inLine} AND state <> 2 ORDER BY seq LIMIT 1`);
    this.#setState = db.prepare("UPDATE records SET state = ? WHERE seq = ?");
  }

  /** Whether a record that joins now has to wait for another. */
  isOccupied(orderHash: number): boolean {
    return this.#first.get(orderHash) !== undefined;
  }

  /** A line has lost its active record: the first of the others may run. */
  advance(orderHash: number, nowMs: number): void {
    const first = this.#first.get(orderHash);
    if (first?.state === BEHIND) this.#setState.run(timed(first.due_at, nowMs), first.seq);
  }

  /**
   * The state of a record that was running and shall run again. It goes behind where an earlier one has come
   * back (a replay) in the meantime.
   */
  rejoin(seq: number, orderHash: number | null, dueAt: number, nowMs: number): number {
    if (orderHash === null) return timed(dueAt, nowMs);
    const first = this.#first.get(orderHash);
    if (first === undefined || first.seq >= seq) return timed(dueAt, nowMs);
    if (first.state === BEHIND) this.#setState.run(timed(first.due_at, nowMs), first.seq);
    return BEHIND;
  }

  /** The state of a settled record that is to run once more, at once. */
  comeBack(seq: number, orderHash: number | null): number {
    const active = orderHash === null ? undefined : this.#active.get(orderHash);
    if (active === undefined) return READY;
    if (active.state === RUNNING || active.seq < seq) return BEHIND;
    this.#setState.run(BEHIND, active.seq);
    return READY;
  }
}

/** READY, or DELAYED until its time. */
function timed(dueAt: number, nowMs: number): number {
  return dueAt <= nowMs ? READY : DELAYED;
}

/**
 * Keeps the lists of the few records that stand apart: unmatched, dead, or lost by a process that ended. They are
 * tables of their own, because an index of `records` would cost something with every event.
 */
export class StateLists {
  readonly #addUnmatched: Sqlite.Statement<[number, number, number]>;
  readonly #removeUnmatched: Sqlite.Statement<[number]>;
  readonly #addDead: Sqlite.Statement<[number, number]>;
  readonly #removeDead: Sqlite.Statement<[number]>;
  readonly #addCrashed: Sqlite.Statement<[number]>;
  readonly #removeCrashed: Sqlite.Statement<[number]>;

  constructor(db: Sqlite.Database) {
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
