/** The last `capacity` items added, oldest first; an item that is removed leaves no hole to the reader. */
export class Ring<T> implements Iterable<T> {
  readonly #capacity: number;
  readonly #items = new Set<T>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#items.size;
  }

  add(item: T): void {
    if (this.#capacity === 0) return;
    this.#items.add(item);
    if (this.#items.size > this.#capacity) {
      const [oldest] = this.#items;
      this.#items.delete(oldest as T);
    }
  }

  remove(item: T): void {
    this.#items.delete(item);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items.values();
  }
}
