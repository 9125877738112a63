import type { Clock } from "../../base/clock.js";

/** Whoever fires waits while more than this waits for a client, as a pipe makes its writer wait. */
export const CONGESTED_BYTES = 1024 * 1024;
/** How long it waits for a client that does not read: one that hangs must not hold up the others for ever. */
const LIMIT_MS = 1_000;

/**
 * The room that there is for more on one connection. A client is not to be let go as too slow because somebody fires
 * faster than any socket takes: how much a socket takes at once differs from machine to machine.
 */
export class BackPressure {
  readonly #clock: Clock;
  #wait: { readonly promise: Promise<void>; readonly end: () => void } | undefined;
  #inVain = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param bytes what waits for the client
   * @returns done when half of what is too much has gone out or the time limit is over; undefined where there is room,
   *   or where it was waited for in vain and nothing has gone out since
   */
  wait(bytes: number): Promise<void> | undefined {
    if (bytes <= CONGESTED_BYTES || this.#inVain) return undefined;
    this.#wait ??= this.#begin();
    return this.#wait.promise;
  }

  /** Some of it went out. @param bytes what still waits */
  sent(bytes: number): void {
    this.#inVain = false;
    if (bytes <= CONGESTED_BYTES / 2) this.end();
  }

  /** Ends every wait: there is room, or nobody to have it. */
  end(): void {
    this.#wait?.end();
  }

  #begin() {
    let resolve = () => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    const timer = this.#clock.after(LIMIT_MS, () => {
      this.#inVain = true;
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
