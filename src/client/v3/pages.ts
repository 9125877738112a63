import type { JsonObject } from "../../model/json.js";
import type { Route } from "../../protocol/routes.js";
import { badResponse } from "../api-error.js";
import { type QueryParams, repeatQuery } from "../query.js";
import { itemsIn, objectIn, textOf } from "../read.js";
import type { Requester } from "../request.js";

/** Items asked for in one page: the most that the platform allows for nearly all of its lists. */
const PAGE_SIZE = 50;
/** For a list whose most is not named. */
export const LONG_PAGE = 100;

/** Walks a list of generation 3 by its cursors, page after page as they are asked for. */
export async function* cursorPages<Item, Path extends string>(
  requester: Requester,
  at: Route<Path>,
  query: QueryParams,
  read: (item: JsonObject) => Item,
  signal: AbortSignal | undefined,
  pageSize = PAGE_SIZE,
): AsyncGenerator<Item[]> {
  const what = `GET ${at.path}`;
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const asked = repeatQuery({ ...query, limit: pageSize, cursor });
    const page = objectIn(await requester.call(at as Route, {}, { query: asked, signal }), what);
    yield itemsIn(page.items, what, read, (warning) => requester.warn(warning));
    cursor = nextCursor(page.next_cursor, what);
    if (cursor === undefined) return;
    // A cursor that comes back would have us walk for ever.
    if (seen.has(cursor)) throw badResponse(what, "names the same next page twice");
    seen.add(cursor);
    if (pages >= requester.maxPages) throw endless(what, requester.maxPages);
  }
}

/** Where the list goes on; `undefined` at its end. @throws ApiError ERR_BAD_ANSWER for what is no cursor */
export function nextCursor(value: unknown, what: string): string | undefined {
  if (value === undefined || value === null || value === "" || value === false) return undefined;
  const cursor = textOf(value);
  if (cursor === undefined) throw badResponse(what, "has a cursor for its next page that is no text");
  return cursor;
}

/** The error for a list that does not end. */
export function endless(what: string, maxPages: number) {
  return badResponse(what, `goes on after ${maxPages} pages, the most that are read (\`maxPages\`)`);
}
