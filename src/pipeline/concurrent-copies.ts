import type { Clock } from "../base/clock.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import type { WebhookResponse } from "../model/source.js";
import type { ReceiveResult } from "./responses.js";

/** A sender that has no response yet sends again within this, milliseconds. */
const QUICK_RETRY_MS = 60_000;
const MAX_KEYS = 10_000;

interface Unanswered {
  readonly result: MaybePromise<ReceiveResult>;
  /** By the monotonic clock. */
  readonly until: number;
}

/**
 * Deduplication for senders that give no id: an equal body is a copy for as long as the response to the first has not
 * been sent. After it, an equal body is another event.
 */
export class ConcurrentCopies {
  readonly #clock: Clock;
  readonly #byKey = new Map<string, Unanswered>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The result of the delivery that this one is a copy of; `undefined` where it is none. */
  resultOf(key: string): MaybePromise<ReceiveResult> | undefined {
    const known = this.#byKey.get(key);
    if (known === undefined || known.until > this.#clock.monotonic()) return known?.result;
    this.#byKey.delete(key);
    return undefined;
  }

  add(key: string, result: MaybePromise<ReceiveResult>): void {
    const until = this.#clock.monotonic() + QUICK_RETRY_MS;
    this.#byKey.delete(key);
    this.#byKey.set(key, { result, until });
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > MAX_KEYS && oldest !== undefined) this.#byKey.delete(oldest);
  }

  /** The response, which ends the time of copies once it is sent. */
  untilSent(response: WebhookResponse, keys: readonly string[]): WebhookResponse {
    const onSent = (sent: boolean) => {
      if (sent) for (const key of keys) this.#byKey.delete(key);
    };
    return { ...response, onSent };
  }
}
