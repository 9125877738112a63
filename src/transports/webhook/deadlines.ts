import type { Clock, Timer } from "../../base/clock.js";

/**
 * One time limit for any number of items. Because it is the same for each, they expire in the order in which they
 * were added: one timer, set for the oldest, is enough.
 */
export class Deadlines<Item> {
  readonly #dueAt = new Map<Item, number>();
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #expire: (item: Item) => void;
  #timer: Timer | undefined;

  /** @param expire called once for an item that was not deleted in time; the item is removed first */
  constructor(clock: Clock, timeoutMs: number, expire: (item: Item) => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#expire = expire;
  }

  get size(): number {
    return this.#dueAt.size;
  }

  /** Oldest first. */
  items(): IterableIterator<Item> {
    return this.#dueAt.keys();
  }

  oldest(): Item | undefined {
    const [first] = this.#dueAt.keys();
    return first;
  }

  add(item: Item): void {
    this.#dueAt.set(item, this.#clock.monotonic() + this.#timeoutMs);
    this.#timer ??= this.#clock.after(this.#timeoutMs, () => this.#sweep());
  }

  /** @returns whether it was there */
  delete(item: Item): boolean {
    const was = this.#dueAt.delete(item);
    // An idle timer would keep the process alive.
    if (was && this.#dueAt.size === 0) this.#disarm();
    return was;
  }

  #disarm(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  #sweep(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (const [item, dueAt] of this.#dueAt) {
      if (dueAt > now) {
        // `expire` may have added an item, and with it a later timer than this one.
        this.#disarm();
        this.#timer = this.#clock.after(dueAt - now, () => this.#sweep());
        return;
      }
      this.#dueAt.delete(item);
      this.#expire(item);
    }
  }
}
