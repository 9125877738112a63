import type { NumberedPage } from "./pages.js";

/** Items held at one time; what is older is fetched again on the way back. */
const HELD = 400;

/** How to read a list from its far end. */
export interface Backwards<Item> {
  readonly idOf: (item: Item) => string;
  /** Whether an item is wanted. */
  readonly isInside: (item: Item) => boolean;
  /** Whether an item lies beyond everything that is wanted. */
  readonly isPast: (item: Item) => boolean;
}

/**
 * Reads a list that grows at its front from its far end, without holding all of it: first forwards, to learn the
 * ids and where the end is, then back. What came in meanwhile pushes everything to later pages, so each item is
 * looked for by its id, and none is skipped or given twice. A list that grows by more than a page for every page
 * that is read cannot be read this way: there is no end to come to.
 */
export async function* backwards<Item>(
  fetch: (page: number) => Promise<NumberedPage<Item>>,
  { idOf, isInside, isPast }: Backwards<Item>,
): AsyncGenerator<Item> {
  const { ids, held } = await survey(fetch, { idOf, isInside, isPast });
  // From here on `ids` is used up from its end, the oldest.
  while (ids.length > held.length) {
    const items = new Map<string, Item>();
    let next = ids.at(-1)?.page ?? 1;
    // The oldest that is left may have been pushed over to a later page since.
    for (;;) {
      const { items: found, more } = await fetch(next);
      for (const item of found) items.set(idOf(item), item);
      const oldest = ids.at(-1);
      if (!more || found.length === 0 || oldest === undefined || items.has(oldest.id)) break;
      next += 1;
    }
    let taken = 0;
    for (;;) {
      const oldest = ids.at(-1);
      const item = oldest && items.get(oldest.id);
      if (ids.length <= held.length || item === undefined) break;
      ids.pop();
      taken += 1;
      yield item;
    }
    // Gone from the log altogether: nobody can give it any more.
    if (taken === 0) ids.pop();
  }
  yield* held.reverse();
}

/** Goes through the list once. `page` is where an item was found; `held` are the newest items. */
async function survey<Item>(
  fetch: (page: number) => Promise<NumberedPage<Item>>,
  { idOf, isInside, isPast }: Backwards<Item>,
): Promise<{ ids: { readonly id: string; readonly page: number }[]; held: Item[] }> {
  const ids: { readonly id: string; readonly page: number }[] = [];
  const held: Item[] = [];
  const seen = new Set<string>();
  for (let page = 1; ; page += 1) {
    const { items, more } = await fetch(page);
    for (const item of items) {
      const id = idOf(item);
      if (!isInside(item) || seen.has(id)) continue;
      seen.add(id);
      ids.push({ id, page });
      if (held.length < HELD) held.push(item);
    }
    const last = items.at(-1);
    if (!more || last === undefined || isPast(last)) return { ids, held };
  }
}
