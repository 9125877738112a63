/** A second of the platform's life. */
export interface Second {
  /** Epoch seconds. */
  readonly at: number;
  readonly fired: number;
  readonly done: number;
  readonly failed: number;
  /** From firing to done: how many milliseconds on average; absent where nothing was done. */
  readonly meanMs: number | undefined;
}

interface Counted {
  at: number;
  fired: number;
  done: number;
  failed: number;
  totalMs: number;
}

/** Five minutes. */
const MOST_SECONDS = 300;

/** How much happened in each of the last seconds. */
export class Throughput {
  readonly #seconds: Counted[] = [];

  fired(nowMs: number): void {
    this.#second(nowMs).fired += 1;
  }

  failed(nowMs: number): void {
    this.#second(nowMs).failed += 1;
  }

  /** @param tookMs from firing to done */
  done(nowMs: number, tookMs: number): void {
    const second = this.#second(nowMs);
    second.done += 1;
    second.totalMs += Math.max(0, tookMs);
  }

  /** Oldest first; seconds in which nothing happened are left out. */
  list(): readonly Second[] {
    return this.#seconds.map(({ at, fired, done, failed, totalMs }) => ({
      at,
      fired,
      done,
      failed,
      meanMs: done === 0 ? undefined : totalMs / done,
    }));
  }

  #second(nowMs: number): Counted {
    const at = Math.floor(nowMs / 1_000);
    const last = this.#seconds.at(-1);
    // A clock that was set back writes into the second that it was.
    if (last !== undefined && last.at >= at) return last;
    const next: Counted = { at, fired: 0, done: 0, failed: 0, totalMs: 0 };
    this.#seconds.push(next);
    if (this.#seconds.length > MOST_SECONDS) this.#seconds.shift();
    return next;
  }
}
