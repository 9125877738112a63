import { EarshotError } from "../../base/errors.js";
import { browse } from "./browse.js";
import { scriptArguments } from "./keys.js";
import type { Store } from "./store.js";

/** Records are looked through for those that stand nowhere at most this often, milliseconds. */
const LOOK_MS = 60_000;

/** Brings back records that stand in no list of the queue, because an operator deleted the list. */
export class Orphans {
  readonly #store: Store;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(store: Store) {
    this.#store = store;
  }

  restoreSoon(): void {
    const now = this.#store.context.clock.monotonic();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    this.#restore().catch((error: unknown) => this.#store.tell(error));
  }

  async #restore(): Promise<void> {
    const orphans: string[][] = [];
    for await (const { jobId, stored } of browse(this.#store, { state: "waiting" })) {
      orphans.push(scriptArguments(jobId, stored, this.#store.now));
    }
    let restored = 0;
    // Oldest first, as they were stored.
    for (const args of orphans.reverse()) restored += Number(await this.#store.run("earshotRestore", args));
    if (restored === 0) return;
    this.#store.context.warn(
      new EarshotError(
        "ERR_INBOX_CORRUPT",
        `${restored} acknowledged ${restored === 1 ? "event stood" : "events stood"} in no list of the queue in Redis: a key of the queue was deleted. They are due again.`,
      ),
    );
  }
}
