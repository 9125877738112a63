import type { Clock, Timer } from "../base/clock.js";

/**
 * A signal with a time limit: it aborts after `limitMs`, or with the first of its parents. Its reason is always an
 * error that can be thrown.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #endsAtMs: number;
  readonly #timer: Timer;
  readonly #undo: (() => void)[] = [];

  /** @param expired makes the error when the time is up */
  constructor(clock: Clock, limitMs: number, expired: () => Error) {
    this.#clock = clock;
    this.#endsAtMs = clock.monotonic() + limitMs;
    this.#timer = clock.after(limitMs, () => this.abort(expired()));
  }

  /** Aborts with `parent`, and with the error that `reason` makes of it. */
  follow(parent: AbortSignal | undefined, reason: (parent: AbortSignal) => Error): void {
    if (parent === undefined) return;
    const onAbort = () => this.abort(reason(parent));
    if (parent.aborted) onAbort();
    else {
      parent.addEventListener("abort", onAbort, { once: true });
      this.#undo.push(() => parent.removeEventListener("abort", onAbort));
    }
  }

  abort(reason: Error): void {
    this.clear();
    this.#controller.abort(reason);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Milliseconds until the time is up; 0 or less once it is. */
  leftMs(): number {
    return this.#endsAtMs - this.#clock.monotonic();
  }

  /** Clears the timer and detaches from the parents. */
  clear(): void {
    this.#timer.clear();
    for (const undo of this.#undo.splice(0)) undo();
  }
}
