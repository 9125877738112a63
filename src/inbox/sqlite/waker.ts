import type { Clock } from "../../base/clock.js";
import type { DueState } from "./thread-protocol.js";

/** Lets `claim` sleep until a look at the file is worth while. */
export class Waker {
  readonly #clock: Clock;
  /** Milliseconds; nothing tells when another process has written to the file. */
  readonly #pollMs: number;
  readonly #sleepers = new Set<() => void>();
  #isReady = false;
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, pollMs: number) {
    this.#clock = clock;
    this.#pollMs = pollMs;
  }

  /** After a batch of this process's own. */
  update({ ready, nextAt }: DueState): void {
    this.#isReady = ready;
    this.#nextAt = nextAt ?? Number.POSITIVE_INFINITY;
    if (ready) this.wakeAll();
  }

  wakeAll(): void {
    for (const wake of [...this.#sleepers]) wake();
  }

  /** Until something can be due, or the signal is aborted. */
  sleep(signal: AbortSignal): Promise<void> {
    // A record may have come in the very batch that brought the claim that found none.
    if (signal.aborted || this.#isReady) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        timer.clear();
        signal.removeEventListener("abort", wake);
        this.#sleepers.delete(wake);
        resolve();
      };
      const untilDueMs = Math.max(1, this.#nextAt - this.#clock.now());
      const timer = this.#clock.after(Math.min(this.#pollMs, untilDueMs), wake);
      signal.addEventListener("abort", wake, { once: true });
      this.#sleepers.add(wake);
    });
  }
}
