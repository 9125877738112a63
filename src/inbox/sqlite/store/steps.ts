import type { StepResult } from "../../contract.js";
import type * as Sqlite from "../driver/driver.js";
import type { SqliteLease } from "../thread-protocol.js";
import { HAS_STEPS } from "./deduplication.js";

/** The results of steps, in rows of their own: to store one rewrites no other. */
export class Steps {
  readonly #isHeld: Sqlite.Statement<[number, number], number>;
  readonly #add: Sqlite.Statement<[number, string, string]>;
  readonly #flag: Sqlite.Statement<[number, number]>;
  readonly #of: Sqlite.Statement<[number], { readonly place: number; readonly step: string }>;
  readonly #removeOne: Sqlite.Statement<[number]>;
  readonly #remove: Sqlite.Statement<[number]>;

  constructor(db: Sqlite.Database) {
    this.#isHeld = db
      .prepare<[number, number], number>(
        "SELECT 1 FROM records WHERE seq = ? AND lease_token = ? AND state = 3",
      )
      .pluck();
    this.#add = db.prepare(
      `INSERT INTO steps (seq, key, step) VALUES (?, ?, ?)
       ON CONFLICT (seq, key) DO UPDATE SET step = excluded.step`,
    );
    this.#flag = db.prepare("UPDATE records SET extras = extras | ? WHERE seq = ?");
    this.#of = db.prepare("SELECT place, step FROM steps WHERE seq = ?");
    this.#removeOne = db.prepare("DELETE FROM steps WHERE place = ?");
    this.#remove = db.prepare("DELETE FROM steps WHERE seq = ?");
  }

  /** @returns false where the lease was lost */
  store({ seq, token }: SqliteLease, step: StepResult): boolean {
    if (this.#isHeld.get(seq, token) === undefined) return false;
    // JSON has no half of a surrogate pair in it, which a callback's name may have.
    this.#add.run(seq, JSON.stringify([step.callback, step.name]), JSON.stringify(step));
    this.#flag.run(HAS_STEPS, seq);
    return true;
  }

  remove(seq: number): void {
    this.#remove.run(seq);
  }

  /** @param callbacks whose steps go */
  removeOf(seq: number, callbacks: readonly string[]): void {
    for (const { place, step } of this.#of.all(seq)) {
      if (callbacks.includes((JSON.parse(step) as StepResult).callback)) this.#removeOne.run(place);
    }
  }
}
