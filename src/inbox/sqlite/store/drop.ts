import type BetterSqlite3 from "better-sqlite3";
import type { Places } from "./places.js";
import { DEAD, DROPPED } from "./states.js";
import type { Tally } from "./tally.js";

/** Removes what a record holds; that it was there stays remembered. */
export class Drop {
  readonly #tally: Tally;
  readonly #places: Places;
  readonly #empty: BetterSqlite3.Statement<[number]>;
  readonly #drop: BetterSqlite3.Statement<[number, number]>;

  constructor(db: BetterSqlite3.Database, parts: { tally: Tally; places: Places }) {
    this.#tally = parts.tally;
    this.#places = parts.places;
    this.#empty = db.prepare(
      "UPDATE contents SET body = NULL, origin = NULL, order_key = NULL WHERE seq = ?",
    );
    this.#drop = db.prepare(
      `UPDATE records SET state = 6, settled_at = ?, failures = '[]', tries = NULL, crashes = 0,
         lease_owner = NULL WHERE seq = ?`,
    );
  }

  /** @param bytes of its body, as the record has them */
  drop(seq: number, state: number, bytes: number, nowMs: number): void {
    this.#empty.run(seq);
    this.#drop.run(nowMs, seq);
    this.#places.leave(seq, state);
    this.#places.removeCrashed(seq);
    this.#tally.move(state, DROPPED, bytes);
  }

  dead(seq: number, bytes: number, nowMs: number): void {
    this.drop(seq, DEAD, bytes, nowMs);
  }
}
