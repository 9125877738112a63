import { EarshotError } from "../../base/errors.js";

/** One page of a list that begins with the newest. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  /** For the next page, with older items; `undefined` where this is the last. */
  readonly next: string | undefined;
}

/** Pages in memory: of longer lists, the newer pages are read twice. */
const KEPT_PAGES = 10;
/** A list that never ends would be read for ever. */
const MOST_PAGES = 10_000;
const tooLong = () => new EarshotError("ERR_BAD_ANSWER", `A list has more than ${MOST_PAGES} pages.`);

/**
 * The items of a list that begins with the newest, oldest first. It reads up to the oldest page that is wanted, noting
 * where each page begins, and then back.
 *
 * @param read a page, by what the page before it has as `next`; `undefined` for the first
 * @param isLast whether no older page is wanted
 */
export async function* oldestFirst<Item>(
  read: (cursor: string | undefined) => Promise<ListPage<Item>>,
  isLast: (items: readonly Item[]) => boolean = () => false,
): AsyncGenerator<Item> {
  const cursors: (string | undefined)[] = [];
  const kept = new Map<number, readonly Item[]>();
  const seen = new Set<string | undefined>();
  for (let cursor: string | undefined; ; ) {
    if (cursors.length === MOST_PAGES) throw tooLong();
    seen.add(cursor);
    const { items, next } = await read(cursor);
    kept.set(cursors.length, items);
    // The first page stays: read again, it would begin with what has happened since.
    if (cursors.length > KEPT_PAGES) kept.delete(cursors.length - KEPT_PAGES);
    cursors.push(cursor);
    if (next === undefined || seen.has(next) || isLast(items)) break;
    cursor = next;
  }
  for (let page = cursors.length - 1; page >= 0; page -= 1) {
    const items = kept.get(page) ?? (await read(cursors[page])).items;
    kept.delete(page);
    for (let at = items.length - 1; at >= 0; at -= 1) yield items[at] as Item;
  }
}
