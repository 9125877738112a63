import type BetterSqlite3 from "better-sqlite3";
import type { Lines } from "./lines.js";
import type { Places } from "./places.js";
import type { Tally } from "./tally.js";

interface Settled {
  readonly state: number;
  readonly order_hash: number | null;
  readonly bytes: number;
}

/** Makes records due again that were settled, or that nothing had asked for. */
export class Revive {
  readonly #lines: Lines;
  readonly #tally: Tally;
  readonly #places: Places;
  readonly #settled: BetterSqlite3.Statement<[number], Settled>;
  readonly #replay: BetterSqlite3.Statement<[number, number, number, number]>;
  readonly #redeliver: BetterSqlite3.Statement<[number, number, number, number]>;

  constructor(db: BetterSqlite3.Database, parts: { lines: Lines; tally: Tally; places: Places }) {
    this.#lines = parts.lines;
    this.#tally = parts.tally;
    this.#places = parts.places;
    // Records of the first version of the file, when done, have no bytes written beside them.
    this.#settled = db.prepare(
      `SELECT r.state, r.order_hash,
         iif(r.body_bytes > 0, r.body_bytes, coalesce(octet_length(c.body), 0)) AS bytes
       FROM records r JOIN contents c ON c.seq = r.seq WHERE r.seq = ?`,
    );
    const revive = `state = ?, due_at = ?, attempts = 0, crashes = 0, tries = NULL, settled_at = NULL,
      body_bytes = ?`;
    this.#replay = db.prepare(`UPDATE records SET ${revive}, done = '[]', source = 'replay' WHERE seq = ?`);
    this.#redeliver = db.prepare(`UPDATE records SET ${revive} WHERE seq = ?`);
  }

  /** Every callback runs again. */
  replay(seq: number, nowMs: number): void {
    this.#revive(this.#replay, seq, nowMs);
  }

  /** The callbacks that are done do not run again. */
  redeliver(seq: number, nowMs: number): void {
    this.#revive(this.#redeliver, seq, nowMs);
  }

  #revive(
    update: BetterSqlite3.Statement<[number, number, number, number]>,
    seq: number,
    nowMs: number,
  ): void {
    const settled = this.#settled.get(seq);
    if (settled === undefined) return;
    const state = this.#lines.comeBack(seq, settled.order_hash);
    update.run(state, nowMs, settled.bytes, seq);
    this.#places.leave(seq, settled.state);
    this.#places.removeCrashed(seq);
    // A change of the bytes themselves touches done records only, of which no bytes are counted.
    this.#tally.move(settled.state, state, settled.bytes);
  }
}
