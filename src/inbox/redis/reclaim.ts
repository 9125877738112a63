import type { Timer } from "../../base/clock.js";
import type { Store } from "./store.js";

/**
 * Has BullMQ look for jobs whose lease ran out, time and again. BullMQ's own timer for this may be set once more
 * while its worker closes, and then holds the process.
 */
export class Reclaim {
  readonly #store: Store;
  readonly #everyMs: number;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(store: Store) {
    this.#store = store;
    this.#everyMs = store.worker.opts.stalledInterval ?? 5000;
  }

  start(): void {
    this.#store.watch?.look();
    this.#store
      .answer(this.#store.worker.scripts.moveStalledJobsToWait())
      .catch((error: unknown) => this.#store.tell(error))
      .then(() => {
        if (!this.#isStopped)
          this.#timer = this.#store.context.clock.after(this.#everyMs, () => this.start());
      });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.clear();
  }
}
