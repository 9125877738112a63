import type { Clock } from "../base/clock.js";

/** At most so many runs of a callback in any so long time. */
export interface LimitOptions {
  /** Events that may run within `perMs`. */
  readonly events: number;
  /** Milliseconds. */
  readonly perMs: number;
}

/** Runs that are looked at to find how many may begin. */
const MAX_COUNTED = 100;

/** Limits the runs of a callback in this process: no more than `events` in any `perMs`. */
export class RateLimit {
  readonly #options: LimitOptions;
  readonly #clock: Clock;
  /** The last runs, as a ring: monotonic milliseconds. It grows up to `events` members. */
  readonly #runs: number[] = [];
  /** The place of the oldest run. */
  #oldest = 0;
  /** When the next record that has to wait may run: each waits for its own turn. */
  #turnMs = Number.NEGATIVE_INFINITY;

  constructor(options: LimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** How many runs may begin now; beyond a hundred, a lower bound. */
  get room(): number {
    const { events, perMs } = this.#options;
    const since = this.#clock.monotonic() - perMs;
    const counted = Math.min(MAX_COUNTED, this.#runs.length);
    let over = 0;
    while (over < counted && (this.#runs[(this.#oldest + over) % events] ?? since) <= since) over += 1;
    return events - this.#runs.length + over;
  }

  /** Milliseconds until a run may begin. With 0 it has begun. */
  admit(): number {
    const { events, perMs } = this.#options;
    const nowMs = this.#clock.monotonic();
    const { pauseMs } = this;
    if (pauseMs === 0) {
      if (this.#runs.length < events) this.#runs.push(nowMs);
      else {
        this.#runs[this.#oldest] = nowMs;
        this.#oldest = (this.#oldest + 1) % events;
      }
      return 0;
    }
    // Without turns, all that wait would come back at once, to wait again.
    const turnMs = Math.max(this.#turnMs, nowMs + pauseMs);
    this.#turnMs = turnMs + perMs / events;
    return Math.ceil(turnMs - nowMs);
  }

  /** Milliseconds until a run may begin. */
  get pauseMs(): number {
    const { events, perMs } = this.#options;
    if (this.#runs.length < events) return 0;
    const oldestMs = this.#runs[this.#oldest] ?? Number.NEGATIVE_INFINITY;
    return Math.max(0, oldestMs + perMs - this.#clock.monotonic());
  }
}
