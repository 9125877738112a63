import { Queue } from "./queue.js";

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
