import { ApiError } from "../../base/errors.js";
import { isJsonObject, type JsonObject } from "../../model/json.js";
import { badResponse } from "../api-error.js";
import { objectIn, textOf } from "../read.js";

/** Items asked for in one page. */
export const PAGE_SIZE = 100;

/** One page of a list. */
export interface NumberedPage<Item> {
  readonly items: readonly Item[];
  /** What the page had, those that could not be read included. */
  readonly count: number;
  /** Pages in all, where the response says so. */
  readonly total: number | undefined;
}

/** What a walk needs to know of a list. */
export interface NumberedList<Item> {
  /** The response as errors name it. */
  readonly what: string;
  readonly maxPages: number;
  readonly idOf: (item: Item) => string;
}

/**
 * Walks a list of generation 1 by its page numbers, which count from 1. Where the response does not say how many
 * there are, it is walked until a page brings nothing new: some servers have pages that are shorter than what was
 * asked for, and some know one page alone. An item that has moved to a later page meanwhile is given once.
 *
 * @throws ApiError ERR_BAD_ANSWER after `maxPages` pages
 */
export async function* numberedPages<Item>(
  fetch: (page: number) => Promise<NumberedPage<Item>>,
  { what, maxPages, idOf }: NumberedList<Item>,
): AsyncGenerator<readonly Item[]> {
  const seen = new Set<string>();
  let longest = 0;
  for (let page = 1; ; page += 1) {
    const { items, count, total } = await fetch(page);
    const fresh = items.filter((item) => !seen.has(idOf(item)));
    for (const item of items) seen.add(idOf(item));
    yield fresh;
    const isLast = total === undefined ? count < longest || fresh.length === 0 : page >= total;
    if (isLast || count === 0) return;
    longest = Math.max(longest, count);
    if (page >= maxPages) {
      throw badResponse(what, `goes on after ${maxPages} pages, the most that are read (\`maxPages\`)`);
    }
  }
}

/**
 * How many pages there are. The API description says that `pageInfo` is a list of one; the platform answers with a
 * plain object.
 */
export function totalPages(response: JsonObject): number | undefined {
  return countIn(response, "totalPages");
}

/** Which page the response says that it is. */
export function currentPage(response: JsonObject): number | undefined {
  return countIn(response, "currentPage");
}

function countIn(response: JsonObject, name: string): number | undefined {
  const info: unknown = Array.isArray(response.pageInfo) ? response.pageInfo[0] : response.pageInfo;
  const said = isJsonObject(info) ? (info[name] ?? response[name]) : response[name];
  const count = typeof said === "string" && /^\d{1,9}$/.test(said) ? Number(said) : said;
  return typeof count === "number" && Number.isFinite(count) ? count : undefined;
}

/** How many items a page had. */
export function countOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

/**
 * Reads generation 1's `{status, message, …}`, which says "error" in a 200 too.
 *
 * @throws ApiError ERR_API with the platform's words
 */
export function successIn(response: unknown, what: string): JsonObject {
  // Some of these calls are answered with nothing at all.
  if (response === undefined) return {};
  const members = objectIn(response, what);
  const status = textOf(members.status)?.toLowerCase();
  if (status === "error" || status === "failed" || status === "failure") {
    const words = textOf(members.message) ?? "no reason given";
    throw new ApiError("ERR_API", `The platform refused ${what}: ${words}`, {
      status: 200,
      details: members,
    });
  }
  return members;
}
