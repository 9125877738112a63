import type { JsonObject } from "../../model/json.js";
import type { ApiRoute } from "../../protocol/routes.js";
import { badResponse } from "../api-error.js";
import { type QueryValues, repeatQuery } from "../query.js";
import { itemsIn, objectIn, optionalText } from "../read.js";
import type { Requester } from "../request.js";

/** Items requested in one page: the limit of nearly all lists of the platform. */
const PAGE_SIZE = 50;
/** Items requested in one page of a list without a documented limit. */
export const LONG_PAGE = 100;

/** Reads a list of generation 3 by its cursors, page by page on demand. */
export async function* cursorPages<Item, Path extends string>(
  requester: Requester,
  at: ApiRoute<Path>,
  params: QueryValues,
  read: (item: JsonObject) => Item,
  signal: AbortSignal | undefined,
  pageSize = PAGE_SIZE,
): AsyncGenerator<Item[]> {
  const what = `GET ${at.path}`;
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const queryString = repeatQuery({ ...params, limit: pageSize, cursor });
    const page = objectIn(await requester.call(at as ApiRoute, {}, { query: queryString, signal }), what);
    yield itemsIn(page.items, what, read, (warning) => requester.warn(warning));
    cursor = nextCursor(page.next_cursor, what);
    if (cursor === undefined) return;
    // A repeated cursor would never end.
    if (seen.has(cursor)) throw badResponse(what, "names the same next page twice");
    seen.add(cursor);
    if (pages >= requester.maxPages) throw endless(what, requester.maxPages);
  }
}

/** The cursor of the next page; `undefined` at the end. @throws ApiError ERR_BAD_ANSWER for anything else */
export function nextCursor(value: unknown, what: string): string | undefined {
  if (value === undefined || value === null || value === "" || value === false) return undefined;
  const cursor = optionalText(value);
  if (cursor === undefined) throw badResponse(what, "has a cursor for its next page that is no text");
  return cursor;
}

/** The error for a list that does not end. */
export function endless(what: string, maxPages: number) {
  return badResponse(what, `goes on after ${maxPages} pages, the most that are read (\`maxPages\`)`);
}
