import type { JsonObject } from "../../model/json.js";
import type { Route } from "../../wire/routes.js";
import { badAnswer } from "../api-error.js";
import { type Query, repeatQuery } from "../query.js";
import { objectIn, objectsIn, textOf } from "../read.js";
import type { Requester } from "../request.js";

/** Items asked for in one page; the platform allows 1,000. */
export const PAGE_SIZE = 500;

/** Walks a list of generation 3 by its cursors, page after page as they are asked for. */
export async function* cursorPages<Item, Path extends string>(
  requester: Requester,
  at: Route<Path>,
  query: Query,
  read: (item: JsonObject) => Item,
  signal: AbortSignal | undefined,
): AsyncGenerator<Item[]> {
  const what = `GET ${at.path}`;
  const seen = new Set<string>();
  for (let cursor: string | undefined; ; ) {
    const asked = repeatQuery({ ...query, limit: PAGE_SIZE, cursor });
    const page = objectIn(await requester.call(at as Route, {}, { query: asked, signal }), what);
    yield objectsIn(page.items, what).map(read);
    cursor = textOf(page.next_cursor);
    if (cursor === undefined) return;
    // A cursor that comes back would have us walk for ever.
    if (seen.has(cursor)) throw badAnswer(what, "names the same next page twice");
    seen.add(cursor);
  }
}
