import { EarshotError } from "../../../base/errors.js";
import type { InboxCounts } from "../../contract.js";
import { expectationTrigger } from "../../expectation.js";
import type * as Sqlite from "../driver/driver.js";
import { DEAD, isPendingState, stateName } from "./record-row.js";

type Totals = { -readonly [State in keyof InboxCounts]: InboxCounts[State] } & {
  pendingBytes: number;
  deadBytes: number;
  lastPlace: number;
  writes: number;
  /** Of the file; another one where another inbox was restored into it. */
  fileId: string;
};

/**
 * Corrects the row of counts where rows were changed by hand: what is not there would count against `maxPending` for
 * ever. Reads every record without its body, and writes nothing where the counts are right.
 */
export function recount(db: Sqlite.Database): void {
  const names = "waiting, running, done, dead, unmatched, pending_bytes, dead_bytes";
  const counted = `(SELECT count(*) FILTER (WHERE state <= 2), count(*) FILTER (WHERE state = 3),
    count(*) FILTER (WHERE state = 4), count(*) FILTER (WHERE state = 5), count(*) FILTER (WHERE state = 7),
    coalesce(sum(body_bytes) FILTER (WHERE state <= 3), 0), coalesce(sum(body_bytes) FILTER (WHERE state = 5), 0)
    FROM records)`;
  db.exec(`UPDATE totals SET (${names}) = ${counted} WHERE (${names}) IS NOT ${counted}`);
}

/**
 * How many records stand where, kept in one row so that nothing ever counts them. Read once at the start of
 * a transaction and written once at its end; other processes change it in between transactions alone.
 */
export class Counts {
  readonly #read: Sqlite.Statement<[], Totals>;
  readonly #write: Sqlite.Statement<[number, number, number, number, number, number, number, number, number]>;
  #totals: Totals = {
    waiting: 0,
    running: 0,
    done: 0,
    dead: 0,
    unmatched: 0,
    pendingBytes: 0,
    deadBytes: 0,
    lastPlace: 0,
    writes: 0,
    fileId: "",
  };
  readonly #oldest: Sqlite.Statement<[], { readonly at: number | null }>;
  #changed = false;

  constructor(db: Sqlite.Database) {
    this.#read = db.prepare(
      `SELECT waiting, running, done, dead, unmatched, pending_bytes AS pendingBytes, dead_bytes AS deadBytes,
         last_place AS lastPlace, writes, file_id AS fileId FROM totals`,
    );
    // Each part has an index of unfinished records only.
    this.#oldest = db.prepare(
      `SELECT min(at) AS at FROM (
         SELECT min(received_at) AS at FROM records WHERE state = 0 AND crashes = 0
         UNION ALL SELECT min(received_at) FROM records WHERE state = 1 AND trigger_name <> '${expectationTrigger}'
         UNION ALL SELECT min(received_at) FROM records WHERE state = 3
       )`,
    );
    this.#write = db.prepare(
      `UPDATE totals SET waiting = ?, running = ?, done = ?, dead = ?, unmatched = ?, pending_bytes = ?,
         dead_bytes = ?, last_place = ?, writes = ?`,
    );
  }

  load(): void {
    const row = this.#read.get();
    if (row === undefined) {
      throw new EarshotError("ERR_INBOX_CORRUPT", "The inbox's table of counts is empty: restore a copy.");
    }
    this.#totals = row;
    this.#changed = false;
  }

  save(): void {
    if (!this.#changed) return;
    const totals = this.#totals;
    totals.writes += 1;
    const { waiting, running, done, dead, unmatched } = totals;
    this.#write.run(
      waiting,
      running,
      done,
      dead,
      unmatched,
      totals.pendingBytes,
      totals.deadBytes,
      totals.lastPlace,
      totals.writes,
    );
  }

  /**
   * A record goes from one state to another; `undefined` is outside: not there before, or not any more.
   *
   * @param bytes of its body; of no matter between waiting and running
   */
  move(from: number | undefined, to: number | undefined, bytes: number): void {
    const totals = this.#totals;
    const left = from === undefined ? undefined : stateName(from);
    const entered = to === undefined ? undefined : stateName(to);
    if (left === entered) return;
    if (left !== undefined) totals[left] -= 1;
    if (entered !== undefined) totals[entered] += 1;
    if (isPendingState(from) !== isPendingState(to))
      totals.pendingBytes += isPendingState(to) ? bytes : -bytes;
    if (from === DEAD) totals.deadBytes -= bytes;
    if (to === DEAD) totals.deadBytes += bytes;
    this.#changed = true;
  }

  /** The body of a record that waits has so many bytes more. */
  grew(bytes: number): void {
    this.#totals.pendingBytes += bytes;
    this.#changed = true;
  }

  /** @returns a place after all that were given before, by any process */
  nextPlace(): number {
    this.#totals.lastPlace += 1;
    this.#changed = true;
    return this.#totals.lastPlace;
  }

  get unfinished(): number {
    return this.#totals.waiting + this.#totals.running;
  }

  get totals(): Readonly<Totals> {
    return this.#totals;
  }

  /** Epoch milliseconds. Records that wait behind another of their order key are younger than it. */
  oldestPending(): number | undefined {
    return this.#oldest.get()?.at ?? undefined;
  }

  get counts(): InboxCounts {
    const { waiting, running, done, dead, unmatched } = this.#totals;
    return { waiting, running, done, dead, unmatched };
  }
}
