import type { Clock } from "../../base/clock.js";

/** A wall clock that moved on so much more than the monotonic one has stepped. Milliseconds. */
const STEP_MS = 1000;

/**
 * Notices a wall clock that steps forward, as after the sleep of a machine. Leases are stored by the wall clock: those
 * of processes that run would end, before these can renew them.
 */
export class ClockSteps {
  readonly #clock: Clock;
  readonly #forMs: number;
  #aheadMs: number;
  #stepMs = 0;
  /** By the monotonic clock. */
  #endsAt = 0;

  /** @param forMs how long a step counts, milliseconds */
  constructor(clock: Clock, forMs: number) {
    this.#clock = clock;
    this.#forMs = forMs;
    this.#aheadMs = clock.now() - clock.monotonic();
  }

  /** By how much the clock stepped forward lately, milliseconds. */
  get stepMs(): number {
    const elapsedMs = this.#clock.monotonic();
    const aheadMs = this.#clock.now() - elapsedMs;
    const movedMs = Math.floor(aheadMs - this.#aheadMs);
    this.#aheadMs = aheadMs;
    if (elapsedMs >= this.#endsAt) this.#stepMs = 0;
    if (movedMs >= STEP_MS) {
      this.#stepMs += movedMs;
      this.#endsAt = elapsedMs + this.#forMs;
    }
    return this.#stepMs;
  }
}
