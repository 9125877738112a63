import type { Clock, Timer } from "../../base/clock.js";

/** Between two looks, milliseconds. */
const INTERVAL_MS = 500;
/** A delay counts for this long, milliseconds: longer than orchestrators wait between two probes. */
const COUNTS_FOR_MS = 15_000;

/** Measures by how much the event loop is late, with a timer. */
export class EventLoopWatch {
  readonly #clock: Clock;
  readonly #stuckAfterMs: number;
  #timer: Timer | undefined;
  #dueAtMs = 0;
  /** The longest delay that still counts, and when it ended. */
  #worstMs = 0;
  #worstAtMs = Number.NEGATIVE_INFINITY;

  /** @param stuckAfterMs from which delay on the loop counts as stuck */
  constructor(clock: Clock, stuckAfterMs: number) {
    this.#clock = clock;
    this.#stuckAfterMs = stuckAfterMs;
  }

  start(): void {
    this.#dueAtMs = this.#clock.monotonic() + INTERVAL_MS;
    this.#timer = this.#clock.after(INTERVAL_MS, () => {
      this.#note(this.#clock.monotonic());
      this.start();
    });
  }

  stop(): void {
    this.#timer?.clear();
  }

  /** The longest delay of the last 15 s, milliseconds. */
  read(): { readonly delayMs: number; readonly isStuck: boolean } {
    const nowMs = this.#clock.monotonic();
    // The request may be served before the late timer is.
    if (nowMs - this.#dueAtMs > this.#worstMs) this.#note(nowMs);
    const delayMs = nowMs - this.#worstAtMs > COUNTS_FOR_MS ? 0 : this.#worstMs;
    return { delayMs, isStuck: delayMs >= this.#stuckAfterMs };
  }

  #note(nowMs: number): void {
    const delayMs = Math.max(0, nowMs - this.#dueAtMs);
    if (delayMs < this.#worstMs && nowMs - this.#worstAtMs <= COUNTS_FOR_MS) return;
    this.#worstMs = delayMs;
    this.#worstAtMs = nowMs;
  }
}
