import type { Clock, Timer } from "../../base/clock.js";

/** The named timers of one owner. Setting a name again replaces its timer; `clearAll` leaves none behind. */
export class Timers<Name extends string> {
  readonly #clock: Clock;
  readonly #pending = new Map<Name, Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `fn` once, `delayMs` milliseconds from now. */
  set(name: Name, delayMs: number, fn: () => void): void {
    this.clear(name);
    const timer = this.#clock.after(delayMs, () => {
      this.#pending.delete(name);
      fn();
    });
    this.#pending.set(name, timer);
  }

  has(name: Name): boolean {
    return this.#pending.has(name);
  }

  clear(name: Name): void {
    this.#pending.get(name)?.clear();
    this.#pending.delete(name);
  }

  clearAll(): void {
    for (const timer of this.#pending.values()) timer.clear();
    this.#pending.clear();
  }
}
