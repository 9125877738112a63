import type { Clock } from "../base/clock.js";

/** Lets loops sleep until a time, or until something happens. */
export class Wake {
  readonly #clock: Clock;
  readonly #sleepers = new Set<() => void>();
  #calls = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How often `all()` was called: what happens after this was read is not slept through. */
  get calls(): number {
    return this.#calls;
  }

  all(): void {
    this.#calls += 1;
    for (const wake of [...this.#sleepers]) wake();
  }

  /**
   * Resolves after `ms` milliseconds, at the next `all()`, or when the signal is aborted.
   *
   * @param since `calls` when the caller began to look: at once where it has grown
   */
  sleep(ms: number, signal: AbortSignal, since = this.#calls): Promise<void> {
    if (signal.aborted || since !== this.#calls) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        timer.clear();
        signal.removeEventListener("abort", wake);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = this.#clock.after(Math.max(0, ms), wake);
      signal.addEventListener("abort", wake, { once: true });
      this.#sleepers.add(wake);
    });
  }
}
