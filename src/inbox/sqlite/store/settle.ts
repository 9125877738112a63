import type BetterSqlite3 from "better-sqlite3";
import type { Failure } from "../../contract.js";
import type { Lease, OutcomeFacts } from "../requests.js";
import type { Lines } from "./lines.js";
import type { Places } from "./places.js";
import { DEAD, DONE, RUNNING, UNMATCHED } from "./states.js";
import type { Tally } from "./tally.js";

/** How many failures a record remembers. */
const MAX_FAILURES = 20;

interface Held {
  readonly order_hash: number | null;
  readonly failures: string;
  readonly body_bytes: number;
  readonly crashes: number;
}

/** Records how an attempt ended. */
export class Settle {
  readonly #lines: Lines;
  readonly #tally: Tally;
  readonly #places: Places;
  readonly #held: BetterSqlite3.Statement<[number, number], Held>;
  readonly #end: BetterSqlite3.Statement<
    [number, number, number | null, string, string, string | null, number]
  >;
  readonly #leave: BetterSqlite3.Statement<[number, string, string, string | null, number]>;

  constructor(db: BetterSqlite3.Database, parts: { lines: Lines; tally: Tally; places: Places }) {
    this.#lines = parts.lines;
    this.#tally = parts.tally;
    this.#places = parts.places;
    this.#held = db.prepare(
      "SELECT order_hash, failures, body_bytes, crashes FROM records WHERE seq = ? AND lease_token = ? AND state = 3",
    );
    this.#end = db.prepare(
      `UPDATE records SET state = ?, due_at = ?, settled_at = ?, done = ?, failures = ?, tries = ?, crashes = 0,
         attempts = attempts + 1, lease_token = NULL, lease_until = NULL, lease_owner = NULL WHERE seq = ?`,
    );
    this.#leave = db.prepare(
      `UPDATE records SET state = 7, due_at = ?, done = ?, failures = ?, tries = coalesce(?, tries),
         lease_token = NULL, lease_until = NULL, lease_owner = NULL WHERE seq = ?`,
    );
  }

  /** @returns false where the lease was lost, or was given back already; then nothing is recorded */
  settle({ seq, token }: Lease, outcome: OutcomeFacts, nowMs: number): boolean {
    const held = this.#held.get(seq, token);
    if (held === undefined) return false;
    const state = this.#record(seq, held, outcome, nowMs);
    this.#tally.move(RUNNING, state, held.body_bytes);
    if (outcome.state !== "retry" && held.order_hash !== null) this.#lines.advance(held.order_hash, nowMs);
    return true;
  }

  #record(seq: number, held: Held, outcome: OutcomeFacts, nowMs: number): number {
    const { done, tries, dueAt } = outcome;
    const failures = joined(held.failures, outcome.failures);
    if (outcome.state === "unmatched") {
      this.#leave.run(nowMs, done, failures, tries, seq);
      this.#places.addUnmatched(seq, this.#tally.nextPlace(), nowMs);
      return UNMATCHED;
    }
    if (held.crashes > 0) this.#places.removeCrashed(seq);
    if (outcome.state === "retry") {
      const state = this.#lines.rejoin(seq, held.order_hash, dueAt, nowMs);
      this.#end.run(state, dueAt, null, done, failures, tries, seq);
      return state;
    }
    const state = outcome.state === "done" ? DONE : DEAD;
    this.#end.run(state, nowMs, nowMs, done, failures, tries, seq);
    if (state === DEAD) this.#places.addDead(seq, nowMs);
    return state;
  }
}

function joined(before: string, failures: readonly Failure[]): string {
  if (failures.length === 0) return before;
  return JSON.stringify([...(JSON.parse(before) as Failure[]), ...failures].slice(-MAX_FAILURES));
}
