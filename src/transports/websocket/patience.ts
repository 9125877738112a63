import { fullJitterMs, type RetryPolicy } from "../../base/retry.js";
import type { Verdict } from "./reconnect.js";

/** So many losses are answered at once; a server that always asks for haste is then backed off from. */
const HASTE_LIMIT = 5;
/**
 * A connection that stood this long was well, milliseconds: the pauses begin anew. It is the longest pause, so
 * that a server which drops every connection is not tried more often than one that accepts none.
 */
const STEADY_MS = 30_000;

/** How long to wait before the next try. */
export class Patience {
  readonly #backoff: Pick<RetryPolicy, "baseMs" | "capMs">;
  readonly #random: () => number;
  readonly #monotonic: () => number;
  #failures = 0;
  #hasty = 0;
  /** When the present connection's subscription was confirmed, by the monotonic clock. */
  #confirmedAt: number | undefined;

  constructor(backoff: Pick<RetryPolicy, "baseMs" | "capMs">, random: () => number, monotonic: () => number) {
    this.#backoff = backoff;
    this.#random = random;
    this.#monotonic = monotonic;
  }

  /** A subscription was confirmed. That alone resets nothing: the server may drop it at once, again and again. */
  confirmed(): void {
    this.#confirmedAt = this.#monotonic();
  }

  /**
   * A connection was lost, or did not come about.
   *
   * @returns milliseconds until the next try; 0 is at once
   */
  pauseMs(verdict: Exclude<Verdict, { next: "give-up" }>): number {
    const stoodMs = this.#confirmedAt === undefined ? 0 : this.#monotonic() - this.#confirmedAt;
    this.#confirmedAt = undefined;
    if (stoodMs >= STEADY_MS) {
      this.#failures = 0;
      this.#hasty = 0;
    }
    this.#failures += 1;
    if (verdict.next === "at-once") {
      this.#hasty += 1;
      if (this.#hasty <= HASTE_LIMIT) return 0;
      return fullJitterMs(this.#backoff, this.#failures, this.#random);
    }
    // Added, not compared: those whom the server sent away together must not come back together.
    return verdict.leastMs + fullJitterMs(this.#backoff, this.#failures, this.#random);
  }
}
