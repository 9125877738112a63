/** The last `capacity` items added, oldest first; an item that is removed leaves no hole to the reader. */
export class Ring<T> implements Iterable<T> {
  readonly #capacity: number;
  readonly #items = new Set<T>();
  /** Goes on where it stands: from the beginning, it would step over all that was removed before. */
  #walk = this.#items.values();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#items.size;
  }

  add(item: T): void {
    if (this.#capacity === 0) return;
    this.#items.add(item);
    if (this.#items.size > this.#capacity) this.#items.delete(this.#oldest());
  }

  remove(item: T): void {
    this.#items.delete(item);
  }

  #oldest(): T {
    let next = this.#walk.next();
    if (next.done === true) {
      this.#walk = this.#items.values();
      next = this.#walk.next();
    }
    return next.value as T;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items.values();
  }
}
