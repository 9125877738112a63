import type BetterSqlite3 from "better-sqlite3";
import type { Failure, Outcome } from "../../contract.js";
import type { Lease } from "../requests.js";
import type { Lines } from "./lines.js";
import { DEAD, DONE, RUNNING } from "./states.js";
import type { Tally } from "./tally.js";

/** How many failures a record remembers. */
const MAX_FAILURES = 20;

interface Held {
  readonly order_hash: number | null;
  readonly failures: string;
}

/** Records how an attempt ended. */
export class Settle {
  readonly #lines: Lines;
  readonly #tally: Tally;
  readonly #held: BetterSqlite3.Statement<[number, number], Held>;
  readonly #end: BetterSqlite3.Statement<[number, number, number | null, string, string, number]>;

  constructor(db: BetterSqlite3.Database, lines: Lines, tally: Tally) {
    this.#lines = lines;
    this.#tally = tally;
    this.#held = db.prepare(
      "SELECT order_hash, failures FROM records WHERE seq = ? AND lease_token = ? AND state = 3",
    );
    this.#end = db.prepare(
      `UPDATE records SET state = ?, due_at = ?, settled_at = ?, done = ?, failures = ?,
         attempts = attempts + 1, lease_token = NULL, lease_until = NULL WHERE seq = ?`,
    );
  }

  /** @returns false where the lease was lost, or was given back already; then nothing is recorded */
  settle({ seq, token }: Lease, outcome: Outcome, nowMs: number): boolean {
    const held = this.#held.get(seq, token);
    if (held === undefined) return false;
    const again = outcome.state === "again";
    const dueAt = again ? outcome.dueAt : nowMs;
    const state = again
      ? this.#lines.rejoin(seq, held.order_hash, dueAt, nowMs)
      : outcome.state === "done"
        ? DONE
        : DEAD;
    this.#end.run(
      state,
      dueAt,
      again ? null : nowMs,
      JSON.stringify(outcome.done),
      joined(held.failures, outcome.failures),
      seq,
    );
    this.#tally.move(RUNNING, state);
    if (!again && held.order_hash !== null) this.#lines.advance(held.order_hash, nowMs);
    return true;
  }
}

function joined(before: string, failures: readonly Failure[]): string {
  if (failures.length === 0) return before;
  return JSON.stringify([...(JSON.parse(before) as Failure[]), ...failures].slice(-MAX_FAILURES));
}
