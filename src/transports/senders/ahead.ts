/**
 * Maps a list, in order, with so many calls at the same time. What a call rejects with is thrown in its turn.
 *
 * @param count calls at the same time
 */
export async function* ahead<Item, Result>(
  items: readonly Item[],
  count: number,
  map: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const pending: Promise<Result>[] = [];
  for (let at = 0; at < items.length || pending.length > 0; ) {
    while (pending.length < count && at < items.length) {
      const result = map(items[at] as Item);
      // If an earlier one rejects, nothing awaits this any more.
      result.catch(() => undefined);
      pending.push(result);
      at += 1;
    }
    const first = pending.shift();
    if (first !== undefined) yield await first;
  }
}
