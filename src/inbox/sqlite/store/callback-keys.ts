import type { DoneKey, KeyClaim } from "../../contract.js";
import type * as Sqlite from "../driver/driver.js";
import type { SqliteLease } from "../thread-protocol.js";
import { HAS_CALLBACK_KEYS } from "./deduplication.js";
import { isPendingState, UNMATCHED } from "./record-row.js";

/** Longer than any retry is put off: a key that a record has is not forgotten before the record. */
const HELD_MS = 400 * 24 * 60 * 60 * 1000;
/** How often old keys are looked for, milliseconds, and how many go at a time. */
const SWEEP_MS = 60_000;
const MAX_SWEPT = 500;

interface KeyRow {
  /** The record that has claimed it; `null` where its work is done. */
  readonly seq: number | null;
  readonly forgetAt: number;
  /** Of that record; `null` where it is gone. */
  readonly state: number | null;
}

/** The keys of `once`: which record has each, and which are done. */
export class CallbackKeys {
  readonly #isHeld: Sqlite.Statement<[number, number], number>;
  readonly #find: Sqlite.Statement<[string], KeyRow>;
  readonly #set: Sqlite.Statement<[string, number | null, number]>;
  readonly #flag: Sqlite.Statement<[number, number]>;
  readonly #removeOf: Sqlite.Statement<[number]>;
  readonly #sweep: Sqlite.Statement<[number, number]>;
  #sweepAt = Number.NEGATIVE_INFINITY;

  constructor(db: Sqlite.Database) {
    this.#isHeld = db
      .prepare<[number, number], number>(
        "SELECT 1 FROM records WHERE seq = ? AND lease_token = ? AND state = 3",
      )
      .pluck();
    this.#find = db.prepare(
      `SELECT k.seq, k.forget_at AS forgetAt, r.state FROM callback_keys k LEFT JOIN records r ON r.seq = k.seq
       WHERE k.key = ?`,
    );
    this.#set = db.prepare("INSERT OR REPLACE INTO callback_keys (key, seq, forget_at) VALUES (?, ?, ?)");
    this.#flag = db.prepare("UPDATE records SET extras = extras | ? WHERE seq = ?");
    this.#removeOf = db.prepare("DELETE FROM callback_keys WHERE seq = ?");
    this.#sweep = db.prepare(
      "DELETE FROM callback_keys WHERE key IN (SELECT key FROM callback_keys WHERE forget_at <= ? LIMIT ?)",
    );
  }

  claim({ seq, token }: SqliteLease, key: string, nowMs: number): KeyClaim {
    if (this.#isHeld.get(seq, token) === undefined) return "busy";
    const known = this.#find.get(key);
    if (known !== undefined && known.seq !== seq) {
      if (known.seq === null && known.forgetAt > nowMs) return "done";
      const state = known.state ?? undefined;
      if (isPendingState(state) || state === UNMATCHED) return "busy";
    }
    this.#set.run(key, seq, nowMs + HELD_MS);
    this.#flag.run(HAS_CALLBACK_KEYS, seq);
    return "claimed";
  }

  finish(keys: readonly DoneKey[]): void {
    for (const { key, until } of keys) this.#set.run(key, null, until);
  }

  /** Those that a record has claimed; what is done stays. */
  remove(seq: number): void {
    this.#removeOf.run(seq);
  }

  /** Forgets what is old, a little at a time. */
  sweep(nowMs: number): void {
    if (nowMs < this.#sweepAt) return;
    const { changes } = this.#sweep.run(nowMs, MAX_SWEPT);
    if (changes < MAX_SWEPT) this.#sweepAt = nowMs + SWEEP_MS;
  }
}
