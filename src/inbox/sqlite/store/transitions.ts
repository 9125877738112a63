import { type Failure, MAX_FAILURES } from "../../contract.js";
import type * as Sqlite from "../driver/driver.js";
import type { SqliteLease, StorableOutcome } from "../thread-protocol.js";
import type { Batches } from "./batches.js";
import type { CallbackKeys } from "./callback-keys.js";
import type { Counts } from "./counts.js";
import { HAS_JOINED, HAS_STEPS } from "./deduplication.js";
import type { SqliteOrderQueues, StateLists } from "./queues.js";
import { DEAD, DONE, DROPPED, RUNNING, UNMATCHED } from "./record-row.js";
import type { Steps } from "./steps.js";

interface Held {
  readonly order_hash: number | null;
  readonly failures: string;
  readonly body_bytes: number;
  readonly crashes: number;
}

/** Records how an attempt ended. */
export class Settle {
  readonly #queues: SqliteOrderQueues;
  readonly #counts: Counts;
  readonly #lists: StateLists;
  readonly #callbackKeys: CallbackKeys;
  readonly #held: Sqlite.Statement<[number, number], Held>;
  readonly #end: Sqlite.Statement<
    [number, number, number | null, string, string, string | null, number, number]
  >;
  readonly #leave: Sqlite.Statement<[number, string, string, string | null, number]>;

  constructor(
    db: Sqlite.Database,
    parts: { queues: SqliteOrderQueues; counts: Counts; lists: StateLists; callbackKeys: CallbackKeys },
  ) {
    this.#queues = parts.queues;
    this.#counts = parts.counts;
    this.#lists = parts.lists;
    this.#callbackKeys = parts.callbackKeys;
    this.#held = db.prepare(
      "SELECT order_hash, failures, body_bytes, crashes FROM records WHERE seq = ? AND lease_token = ? AND state = 3",
    );
    this.#end = db.prepare(
      `UPDATE records SET state = ?, due_at = ?, settled_at = ?, done = ?, failures = ?, tries = ?, crashes = 0,
         attempts = attempts + ?, lease_token = NULL, lease_until = NULL, lease_owner = NULL WHERE seq = ?`,
    );
    this.#leave = db.prepare(
      `UPDATE records SET state = 7, due_at = ?, done = ?, failures = ?, tries = coalesce(?, tries),
         lease_token = NULL, lease_until = NULL, lease_owner = NULL WHERE seq = ?`,
    );
  }

  /** @returns false where the lease was lost, or was given back already; then nothing is recorded */
  settle({ seq, token }: SqliteLease, outcome: StorableOutcome, nowMs: number): boolean {
    const held = this.#held.get(seq, token);
    if (held === undefined) return false;
    const state = this.#record(seq, held, outcome, nowMs);
    this.#callbackKeys.finish(outcome.doneKeys);
    this.#counts.move(RUNNING, state, held.body_bytes);
    if (outcome.state !== "retry" && held.order_hash !== null) this.#queues.advance(held.order_hash, nowMs);
    return true;
  }

  #record(seq: number, held: Held, outcome: StorableOutcome, nowMs: number): number {
    const { done, tries, dueAt, counted } = outcome;
    const failures = joined(held.failures, outcome.failures);
    if (outcome.state === "unmatched") {
      this.#leave.run(nowMs, done, failures, tries, seq);
      this.#lists.addUnmatched(seq, this.#counts.nextPlace(), nowMs);
      return UNMATCHED;
    }
    if (held.crashes > 0) this.#lists.removeCrashed(seq);
    if (outcome.state === "retry") {
      const state = this.#queues.rejoin(seq, held.order_hash, dueAt, nowMs);
      this.#end.run(state, dueAt, null, done, failures, tries, counted, seq);
      return state;
    }
    const state = outcome.state === "done" ? DONE : DEAD;
    this.#end.run(state, nowMs, nowMs, done, failures, tries, counted, seq);
    if (state === DEAD) this.#lists.addDead(seq, nowMs);
    return state;
  }
}

function joined(before: string, failures: readonly Failure[]): string {
  if (failures.length === 0) return before;
  return JSON.stringify([...(JSON.parse(before) as Failure[]), ...failures].slice(-MAX_FAILURES));
}

interface Settled {
  readonly state: number;
  readonly order_hash: number | null;
  readonly bytes: number;
  readonly extras: number;
  /** JSON. */
  readonly done: string;
}

/** Makes records due again that were settled, or that nothing had asked for. */
export class Requeue {
  readonly #queues: SqliteOrderQueues;
  readonly #counts: Counts;
  readonly #lists: StateLists;
  readonly #steps: Steps;
  readonly #batches: Batches;
  readonly #settled: Sqlite.Statement<[number], Settled>;
  readonly #replay: Sqlite.Statement<[number, number, number, number]>;
  readonly #redeliver: Sqlite.Statement<[number, number, number, number]>;

  constructor(
    db: Sqlite.Database,
    parts: { queues: SqliteOrderQueues; counts: Counts; lists: StateLists; steps: Steps; batches: Batches },
  ) {
    this.#queues = parts.queues;
    this.#counts = parts.counts;
    this.#lists = parts.lists;
    this.#steps = parts.steps;
    this.#batches = parts.batches;
    // Records of the first version of the file, when done, have no bytes written beside them.
    this.#settled = db.prepare(
      `SELECT r.state, r.order_hash, r.extras, r.done,
         iif(r.body_bytes > 0, r.body_bytes, coalesce(octet_length(c.body), 0)) AS bytes
       FROM records r JOIN contents c ON c.seq = r.seq WHERE r.seq = ?`,
    );
    const revive = `state = ?, due_at = ?, attempts = 0, crashes = 0, tries = NULL, settled_at = NULL,
      body_bytes = ?`;
    this.#replay = db.prepare(`UPDATE records SET ${revive}, done = '[]', source = 'replay' WHERE seq = ?`);
    this.#redeliver = db.prepare(`UPDATE records SET ${revive} WHERE seq = ?`);
  }

  /** Every callback runs again, and those that were done from their beginning. */
  replay(seq: number, nowMs: number): void {
    const settled = this.#settled.get(seq);
    if (settled !== undefined && (settled.extras & HAS_STEPS) !== 0) {
      this.#steps.removeOf(seq, JSON.parse(settled.done) as string[]);
    }
    if (settled !== undefined && (settled.extras & HAS_JOINED) !== 0) this.#batches.detach(seq);
    this.#requeue(this.#replay, seq, nowMs);
  }

  /** The callbacks that are done do not run again. */
  redeliver(seq: number, nowMs: number): void {
    this.#requeue(this.#redeliver, seq, nowMs);
  }

  #requeue(update: Sqlite.Statement<[number, number, number, number]>, seq: number, nowMs: number): void {
    const settled = this.#settled.get(seq);
    if (settled === undefined) return;
    const state = this.#queues.comeBack(seq, settled.order_hash);
    update.run(state, nowMs, settled.bytes, seq);
    this.#lists.leave(seq, settled.state);
    this.#lists.removeCrashed(seq);
    // A change of the bytes themselves touches done records only, of which no bytes are counted.
    this.#counts.move(settled.state, state, settled.bytes);
  }
}

/** Removes what a record holds; that it was there stays remembered. */
export class DropRecords {
  readonly #counts: Counts;
  readonly #lists: StateLists;
  readonly #steps: Steps;
  readonly #batches: Batches;
  readonly #empty: Sqlite.Statement<[number]>;
  readonly #drop: Sqlite.Statement<[number, number]>;

  constructor(
    db: Sqlite.Database,
    parts: { counts: Counts; lists: StateLists; steps: Steps; batches: Batches },
  ) {
    this.#counts = parts.counts;
    this.#lists = parts.lists;
    this.#steps = parts.steps;
    this.#batches = parts.batches;
    this.#empty = db.prepare(
      "UPDATE contents SET body = NULL, origin_facts = NULL, order_key = NULL WHERE seq = ?",
    );
    this.#drop = db.prepare(
      `UPDATE records SET state = 6, settled_at = ?, failures = '[]', tries = NULL, crashes = 0,
         lease_owner = NULL WHERE seq = ?`,
    );
  }

  /** @param bytes of its body, as the record has them */
  drop(seq: number, state: number, bytes: number, nowMs: number): void {
    this.#empty.run(seq);
    this.#steps.remove(seq);
    this.#batches.remove(seq);
    this.#drop.run(nowMs, seq);
    this.#lists.leave(seq, state);
    this.#lists.removeCrashed(seq);
    this.#counts.move(state, DROPPED, bytes);
  }

  dead(seq: number, bytes: number, nowMs: number): void {
    this.drop(seq, DEAD, bytes, nowMs);
  }
}
