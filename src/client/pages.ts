/**
 * A list in pages, fetched on use. `await` it for an array of all items, or iterate it with `for await` and stop when
 * you have enough: only the pages you reach are fetched.
 *
 * Awaiting it twice returns the same array; every iteration starts at the first page.
 *
 * @example
 * const triggers = await toolset.activeTriggers();
 * for await (const trigger of toolset.activeTriggers()) { … }
 */
export class Pages<Item> implements PromiseLike<Item[]>, AsyncIterable<Item> {
  readonly #fetch: () => AsyncIterable<readonly Item[]>;
  #all: Promise<Item[]> | undefined;

  /** @param fetch starts at the first page and yields page after page */
  constructor(fetch: () => AsyncIterable<readonly Item[]>) {
    this.#fetch = fetch;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Item, undefined, undefined> {
    for await (const page of this.#fetch()) yield* page;
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is what this class is for
  then<Result = Item[], Failure = never>(
    onFulfilled?: ((items: Item[]) => Result | PromiseLike<Result>) | null,
    onRejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Result | Failure> {
    this.#all ??= this.#collect();
    return this.#all.then(onFulfilled, onRejected);
  }

  async #collect(): Promise<Item[]> {
    const all: Item[] = [];
    for await (const item of this) all.push(item);
    return all;
  }
}
