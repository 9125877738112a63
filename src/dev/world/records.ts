/** How many records of a kind are kept, and in how much memory. */
const MOST = 5_000;
const MOST_BYTES = 16 * 1024 * 1024;

interface Kept<Item> {
  readonly item: Item;
  readonly bytes: number;
}

/** Records of one kind in the order they were added, found by key. The oldest go where there are too many. */
export class Records<Item extends object> {
  readonly #keyOf: (item: Item) => string;
  readonly #kept = new Map<string, Kept<Item>>();
  readonly #changed: () => void;
  #bytes = 0;

  constructor(keyOf: (item: Item) => string, changed: () => void) {
    this.#keyOf = keyOf;
    this.#changed = changed;
  }

  get(key: string): Item | undefined {
    return this.#kept.get(key)?.item;
  }

  /** Oldest first. */
  all(): Item[] {
    return [...this.#kept.values()].map(({ item }) => item);
  }

  filter(fits: (item: Item) => boolean): Item[] {
    return this.all().filter(fits);
  }

  /** Adds a record, or replaces the one with its key, which keeps its place. */
  put<Put extends Item>(item: Put): Put {
    const key = this.#keyOf(item);
    const bytes = JSON.stringify(item).length;
    this.#bytes += bytes - (this.#kept.get(key)?.bytes ?? 0);
    this.#kept.set(key, { item, bytes });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST && this.#bytes <= MOST_BYTES) break;
      if (oldest !== key) this.delete(oldest);
    }
    this.#changed();
    return item;
  }

  delete(key: string): boolean {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    const isThere = this.#kept.delete(key);
    if (isThere) this.#changed();
    return isThere;
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
    this.#changed();
  }
}
