import { isJsonObject, type JsonObject } from "../../model/json.js";

/** Items asked for in one page. */
export const PAGE_SIZE = 100;

/** One page of a list, and whether there are more after it. */
export interface NumberedPage<Item> {
  readonly items: readonly Item[];
  readonly more: boolean;
}

/** Walks a list of generation 1 by its page numbers, which count from 1. */
export async function* numberedPages<Item>(
  fetch: (page: number) => Promise<NumberedPage<Item>>,
): AsyncGenerator<readonly Item[]> {
  for (let page = 1; ; page += 1) {
    const { items, more } = await fetch(page);
    yield items;
    if (!more || items.length === 0) return;
  }
}

/**
 * Whether a page has others after it. The API description says that `pageInfo` is a list of one; the platform
 * answers with a plain object. Where it says nothing, a full page means that there may be more.
 */
export function hasMore(answer: JsonObject, page: number, items: number): boolean {
  const info: unknown = Array.isArray(answer.pageInfo) ? answer.pageInfo[0] : answer.pageInfo;
  const total = isJsonObject(info) ? info.totalPages : answer.totalPages;
  return typeof total === "number" ? page < total : items >= PAGE_SIZE;
}
