/**
 * Who is next. Items of one key stand behind one another: each is let to the front only once the one before it
 * has passed. Items without a key, and those that come back, go to the front line at once.
 */
export class OrderedQueue<Item> {
  /** What may start now. */
  readonly #front = new Queue<Item>();
  /** By key: what stands behind the one that has not passed. A key is there as long as there is such a one. */
  readonly #behind = new Map<string, Queue<Item>>();

  push(item: Item, key?: string): void {
    if (key === undefined) {
      this.#front.push(item);
      return;
    }
    const behind = this.#behind.get(key);
    if (behind !== undefined) {
      behind.push(item);
      return;
    }
    this.#behind.set(key, new Queue());
    this.#front.push(item);
  }

  /** The item of this key that was last let to the front has passed: the next one follows. */
  passed(key: string): void {
    const next = this.#behind.get(key)?.shift();
    if (next === undefined) this.#behind.delete(key);
    else this.#front.push(next);
  }

  shift(): Item | undefined {
    return this.#front.shift();
  }

  clear(): void {
    this.#front.clear();
    this.#behind.clear();
  }
}

/** First in, first out, without moving what waits each time one leaves. */
class Queue<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    // The gap at the front is closed once it is half of all: each item is moved once on average.
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
