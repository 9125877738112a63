import type { Clock } from "../base/clock.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import type { WebhookResponse } from "../model/source.js";
import type { ReceiveResult } from "./responses.js";

/** A sender that has no response yet sends again within this, milliseconds. */
const QUICK_RETRY_MS = 60_000;
/** More than a list has events, nearly always: what was stored of one must be known when it is delivered again. */
const MAX_KEYS = 100_000;

/** The first delivery of those with an equal body. */
interface First {
  /** Of its record. */
  readonly id: string;
  readonly result: MaybePromise<ReceiveResult>;
}

interface Unanswered extends First {
  /** By the monotonic clock. */
  readonly until: number;
}

/**
 * Deduplication for senders that give no id: an equal body is a copy for as long as the acknowledgement of the first has
 * not been sent. After it, an equal body is another event.
 */
export class ConcurrentCopies {
  readonly #clock: Clock;
  readonly #byKey = new Map<string, Unanswered>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The delivery that this one is a copy of; `undefined` where it is none. */
  firstOf(key: string): First | undefined {
    const known = this.#byKey.get(key);
    if (known === undefined || known.until > this.#clock.monotonic()) return known;
    this.#byKey.delete(key);
    return undefined;
  }

  add(key: string, id: string, result: MaybePromise<ReceiveResult>): void {
    const until = this.#clock.monotonic() + QUICK_RETRY_MS;
    this.#byKey.delete(key);
    this.#byKey.set(key, { id, result, until });
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
