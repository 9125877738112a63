/** One try of a delivery: what was sent, what came back, what follows. */
export interface DeliveryAttempt {
  readonly messageId: string;
  readonly logId: string;
  readonly url: string;
  /** From 1. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** The first 4,096 characters of it. */
  readonly requestBody: string;
  /** `undefined` where no answer came. */
  readonly status: number | undefined;
  readonly answerHeaders: Readonly<Record<string, string>>;
  /** The beginning of the answer's body, as text. */
  readonly answerBody: string;
  /** Why there is no answer, or why it is a failure; `undefined` where the delivery was taken. */
  readonly error: string | undefined;
  /** When it is tried again, epoch milliseconds; `undefined` where it is not. */
  readonly nextTryAt: number | undefined;
}

/** The newest attempts, so many and no more. */
export class AttemptLog {
  readonly #most: number;
  readonly #ring: DeliveryAttempt[] = [];
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(attempt: DeliveryAttempt): void {
    if (this.#most <= 0) return;
    this.#ring[this.#next] = attempt;
    this.#next = (this.#next + 1) % this.#most;
  }

  /** Newest first. */
  list(): readonly DeliveryAttempt[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)].reverse();
  }
}
