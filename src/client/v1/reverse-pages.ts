import type { NumberedPage } from "./response.js";

/** Items held at one time; what is older is fetched again on the way back. */
const HELD = 400;
/** Where the list is in no order, nothing says on which page the next is: then so many are held. */
const HELD_MIXED = 5000;
/** Pages in a row without anything new, after which a server is taken to repeat itself. */
const BARREN = 3;
/** Pages read beyond the first that is past all that is wanted: a page that stands wrong shows there. */
const BEYOND = 5;

/** How to read a list from its far end. */
export interface ReverseReading<Item> {
  readonly idOf: (item: Item) => string;
  /** Whether an item is wanted. */
  readonly isInside: (item: Item) => boolean;
  /** Whether an item lies beyond everything that is wanted. */
  readonly isPast: (item: Item) => boolean;
  /** By what the list is sorted, newest first: epoch milliseconds. */
  readonly timeOf: (item: Item) => number;
  readonly maxPages: number;
  /** Called with the reason why items may not have been read, and with the time where they may stand. */
  readonly onDoubt: (reason: string, at?: number) => void;
}

/** Where an item was found. */
interface Place {
  readonly id: string;
  readonly page: number;
  readonly at: number;
}

/**
 * Reads a list that grows at its front from its far end, without holding all of it: first forwards, to learn the
 * ids and where the end is, then back. What came in meanwhile pushes everything to later pages, so each item is
 * looked for by its id, and none is skipped or given twice. A list that grows by more than a page for every page
 * that is read cannot be read this way: there is no end to come to.
 */
export async function* readOldestFirst<Item>(
  fetch: (page: number) => Promise<NumberedPage<Item>>,
  options: ReverseReading<Item>,
): AsyncGenerator<Item> {
  const { idOf, onDoubt } = options;
  const { places, held } = await survey(fetch, options);
  // From here on `places` is used up from its end, the oldest.
  for (let items = held; places.length > 0; ) {
    const oldest = places.at(-1) as Place;
    const item = items.get(oldest.id) ?? held.get(oldest.id);
    if (item !== undefined) {
      places.pop();
      yield item;
      continue;
    }
    items = await fetchFrom(fetch, oldest, idOf);
    if (items.has(oldest.id)) continue;
    onDoubt("a line has gone from the log while it was read", oldest.at);
    places.pop();
  }
}

/** The items of the pages from the one where an item was found up to where it is now. */
async function fetchFrom<Item>(
  fetch: (page: number) => Promise<NumberedPage<Item>>,
  { id, page }: Place,
  idOf: (item: Item) => string,
): Promise<Map<string, Item>> {
  const items = new Map<string, Item>();
  // It may have been pushed over to a later page since.
  for (let next = page; ; next += 1) {
    const { items: found, count } = await fetch(next);
    const before = items.size;
    for (const item of found) items.set(idOf(item), item);
    if (count === 0 || items.has(id) || items.size === before) return items;
  }
}

/** Goes through the list once. `held` are the items that came first. */
async function survey<Item>(
  fetch: (page: number) => Promise<NumberedPage<Item>>,
  { idOf, isInside, isPast, timeOf, maxPages, onDoubt }: ReverseReading<Item>,
): Promise<{ places: Place[]; held: Map<string, Item> }> {
  const places: Place[] = [];
  const held = new Map<string, Item>();
  const seen = new Set<string>();
  let last: number | undefined;
  let isMixed = false;
  let hasFallen = false;
  let barren = 0;
  let beyond = 0;
  let lastFull = 0;
  for (let page = 1; ; page += 1) {
    const { items, count, total } = await fetch(page);
    let fresh = 0;
    for (const item of items) {
      const id = idOf(item);
      if (seen.has(id)) continue;
      seen.add(id);
      fresh += 1;
      const at = timeOf(item);
      isMixed ||= last !== undefined && at > last;
      hasFallen ||= last !== undefined && at < last;
      last = at;
      if (!isInside(item)) continue;
      places.push({ id, page, at });
      if (held.size < (isMixed ? HELD_MIXED : HELD)) held.set(id, item);
    }
    if (count > 0) lastFull = page;
    if (count === 0 && total !== undefined && page > total) {
      // Some servers count one page where there is nothing at all.
      if (lastFull < total && total > 1) onDoubt(`of ${total} pages of the log, the last has no lines`);
      break;
    }
    // In order, everything further on is older still. Lines of one time show no order.
    if (count > 0) beyond = !isMixed && hasFallen && items.every(isPast) ? beyond + 1 : 0;
    if (beyond > BEYOND) break;
    barren = fresh === 0 ? barren + 1 : 0;
    if (barren >= BARREN) {
      // Empty ones are the end, unless there are said to be more.
      if (count > 0 || (total !== undefined && lastFull < total))
        onDoubt("the log has pages without new lines");
      break;
    }
    if (page >= maxPages) {
      onDoubt(`the log goes on after ${maxPages} pages (\`maxPages\`)`);
      break;
    }
  }
  if (isMixed && (await hasGrown(fetch, lastFull, (item) => seen.has(idOf(item))))) {
    onDoubt("the log is in no order, and grew while it was read");
  }
  // The sort is stable: of one time, what came first is the newest.
  return { places: places.sort((a, b) => b.at - a.at), held };
}

/** Goes through the list once more: without an order, what comes in may push any line from page to page. */
async function hasGrown<Item>(
  fetch: (page: number) => Promise<NumberedPage<Item>>,
  pages: number,
  isKnown: (item: Item) => boolean,
): Promise<boolean> {
  for (let page = 1; page <= pages + 1; page += 1) {
    const { items } = await fetch(page);
    if (!items.every(isKnown)) return true;
  }
  return false;
}
