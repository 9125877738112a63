import type { Clock } from "../../base/clock.js";

/** Publishers wait while a client's send buffer exceeds this. */
export const CONGESTED_BYTES = 1024 * 1024;
/** The longest wait for a client that does not read: it must not stall the others. */
const LIMIT_MS = 1_000;

/**
 * Back-pressure of one connection. Without it, a fast publisher would fill the send buffer, and the client would be
 * disconnected as too slow.
 */
export class BackPressure {
  readonly #clock: Clock;
  #wait: { readonly promise: Promise<void>; readonly end: () => void } | undefined;
  #timedOut = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param bytes in the send buffer
   * @returns resolves when the buffer is down to half of the limit, or after the time limit; undefined below the
   *   limit, and after a time-out until something was sent
   */
  wait(bytes: number): Promise<void> | undefined {
    if (bytes <= CONGESTED_BYTES || this.#timedOut) return undefined;
    this.#wait ??= this.#begin();
    return this.#wait.promise;
  }

  /** To be called after each write. @param bytes in the send buffer */
  sent(bytes: number): void {
    this.#timedOut = false;
    if (bytes <= CONGESTED_BYTES / 2) this.end();
  }

  /** Ends every wait. */
  end(): void {
    this.#wait?.end();
  }

  #begin() {
    let resolve = () => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    const timer = this.#clock.after(LIMIT_MS, () => {
      this.#timedOut = true;
      this.end();
    });
    const end = () => {
      timer.clear();
      this.#wait = undefined;
      resolve();
    };
    return { promise, end };
  }
}
