import { fullJitterMs, type RetryPolicy } from "../../retry.js";
import type { Verdict } from "./verdict.js";

/** So many losses a minute are answered at once; a server that always asks for haste is then backed off from. */
const HASTE_PER_WINDOW = 5;
const HASTE_WINDOW_MS = 60_000;

/** How long to wait before the next try. */
export class Patience {
  readonly #backoff: Pick<RetryPolicy, "baseMs" | "capMs">;
  readonly #random: () => number;
  readonly #monotonic: () => number;
  #failures = 0;
  #hasty = 0;
  #windowStart = Number.NEGATIVE_INFINITY;

  constructor(backoff: Pick<RetryPolicy, "baseMs" | "capMs">, random: () => number, monotonic: () => number) {
    this.#backoff = backoff;
    this.#random = random;
    this.#monotonic = monotonic;
  }

  /** A subscription was confirmed. Nothing less counts: a server that accepts and then drops is not well. */
  reset(): void {
    this.#failures = 0;
  }

  /** @returns milliseconds until the next try; 0 is at once */
  pauseMs(verdict: Exclude<Verdict, { next: "give-up" }>): number {
    this.#failures += 1;
    if (verdict.next === "at-once") {
      const over = this.#haste();
      return over > 0 ? fullJitterMs(this.#backoff, Math.max(over, this.#failures), this.#random) : 0;
    }
    // Added, not compared: those whom the server sent away together must not come back together.
    return verdict.leastMs + fullJitterMs(this.#backoff, this.#failures, this.#random);
  }

  /** Counts a hasty try. @returns how many more there were in this window than are granted */
  #haste(): number {
    const now = this.#monotonic();
    if (now - this.#windowStart >= HASTE_WINDOW_MS) {
      this.#windowStart = now;
      this.#hasty = 0;
    }
    this.#hasty += 1;
    return this.#hasty - HASTE_PER_WINDOW;
  }
}
