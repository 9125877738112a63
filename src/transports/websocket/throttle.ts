/** Sets a timer, replacing the one before; `undefined` takes it back. */
export type Alarm = (delayMs: number | undefined, fn: () => void) => void;

interface Rules<Item> {
  /** So many items a window pass as they come. */
  readonly free: number;
  /** Milliseconds. */
  readonly windowMs: number;
  readonly alarm: Alarm;
  readonly emit: (item: Item) => void;
  /** Makes one of two; the rest of a window passes as one item at its end. */
  readonly merge: (earlier: Item, later: Item) => Item;
}

/**
 * Lets a few items pass and merges the rest of each window into one, so that a server that sends a million
 * bad frames does not cause a million reports. Nothing goes untold, and memory stays that of one item.
 */
export class Throttle<Item> {
  readonly #rules: Rules<Item>;
  #passed = 0;
  #held: Item | undefined;

  constructor(rules: Rules<Item>) {
    this.#rules = rules;
  }

  /** What waits for the end of its window. */
  get held(): Item | undefined {
    return this.#held;
  }

  push(item: Item): void {
    const { free, windowMs, alarm, emit, merge } = this.#rules;
    if (this.#passed < free) {
      if (this.#passed === 0) alarm(windowMs, () => this.#turn());
      this.#passed += 1;
      emit(item);
      return;
    }
    this.#held = this.#held === undefined ? item : merge(this.#held, item);
  }

  /** Passes what is held and forgets the window. */
  flush(): void {
    this.#rules.alarm(undefined, noop);
    this.#passed = 0;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#rules.emit(held);
  }

  #turn(): void {
    this.#passed = 0;
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    // The flood may go on: what was held counts as the first of the next window.
    this.push(held);
    this.#passed = this.#rules.free;
  }
}

function noop(): void {}
