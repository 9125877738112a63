/** What a ring can hold: it writes down its place, to be found again at once. */
export interface Placed {
  ringAt: number;
}

/** The last `capacity` items added, oldest first; an item that is removed leaves no hole to the reader. */
export class Ring<T extends Placed> implements Iterable<T> {
  readonly capacity: number;
  /**
   * One array for good, written round and round. A Set from which the oldest is deleted makes a new table now and
   * then, and through the old ones the garbage collector keeps what they held: each event over the socket then
   * costs 1.3 times as much.
   */
  #items: (T | undefined)[] = [];
  /** Where the next item goes once the array is full: the place of the oldest. */
  #next = 0;
  #size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns what had to go for it */
  add(item: T): T | undefined {
    if (this.capacity === 0) return undefined;
    const isFull = this.#items.length === this.capacity;
    // Somebody has been removed: nobody needs to go for this one.
    if (isFull && this.#size < this.capacity) this.#closeHoles();
    if (this.#items.length < this.capacity) {
      item.ringAt = this.#items.push(item) - 1;
      this.#size += 1;
      return undefined;
    }
    const oldest = this.#items[this.#next];
    item.ringAt = this.#next;
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.capacity;
    return oldest;
  }

  /** Takes out the oldest. */
  shift(): T | undefined {
    const [oldest] = this;
    if (oldest !== undefined) this.remove(oldest);
    return oldest;
  }

  remove(item: T): void {
    if (this.#items[item.ringAt] !== item) return;
    this.#items[item.ringAt] = undefined;
    this.#size -= 1;
  }

  *[Symbol.iterator](): Iterator<T> {
    const { length } = this.#items;
    for (let n = 0; n < length; n += 1) {
      const item = this.#items[(this.#next + n) % length];
      if (item !== undefined) yield item;
    }
  }

  #closeHoles(): void {
    this.#items = [...this];
    this.#next = 0;
    for (const [at, item] of this.#items.entries()) (item as T).ringAt = at;
  }
}
