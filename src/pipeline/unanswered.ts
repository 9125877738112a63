import type { Clock } from "../base/clock.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import type { Fate } from "./responses.js";

/** A sender that has not got its response tries again within this, milliseconds. */
const QUICK_RETRY_MS = 60_000;
const MOST = 10_000;

interface Unanswered {
  readonly fate: MaybePromise<Fate>;
  /** By the monotonic clock. */
  readonly until: number;
}

/**
 * Deliveries of senders that give no id, while their response has not been sent: an equal body is then a copy. Once the
 * sender has its response, an equal body is another event.
 */
export class UnansweredDeliveries {
  readonly #clock: Clock;
  readonly #byKey = new Map<string, Unanswered>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What became of the delivery that this is a copy of; `undefined` where it is none. */
  copyOf(key: string): MaybePromise<Fate> | undefined {
    const known = this.#byKey.get(key);
    if (known === undefined || known.until > this.#clock.monotonic()) return known?.fate;
    this.#byKey.delete(key);
    return undefined;
  }

  add(key: string, fate: MaybePromise<Fate>): void {
    const until = this.#clock.monotonic() + QUICK_RETRY_MS;
    this.#byKey.delete(key);
    this.#byKey.set(key, { fate, until });
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > MOST && oldest !== undefined) this.#byKey.delete(oldest);
  }

  answered(keys: readonly string[]): void {
    for (const key of keys) this.#byKey.delete(key);
  }
}
