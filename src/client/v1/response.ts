import { ApiError } from "../../base/errors.js";
import { isJsonObject, type JsonObject } from "../../model/json.js";
import { badResponse } from "../api-error.js";
import { objectIn, optionalText } from "../read.js";

/** Items requested in one page. */
export const PAGE_SIZE = 100;

/** One page of a list. */
export interface NumberedPage<Item> {
  readonly items: readonly Item[];
  /** The items of the page, those that could not be read included. */
  readonly count: number;
  /** Pages in all, where the response has the number. */
  readonly total: number | undefined;
}

/** A list to read page by page. */
export interface NumberedList<Item> {
  /** The name of the response in errors. */
  readonly what: string;
  readonly maxPages: number;
  readonly idOf: (item: Item) => string;
}

/**
 * Reads a list of generation 1 by its page numbers, which count from 1. Where the response has no number of pages, the
 * list ends with the first page that has nothing new: some servers have shorter pages than requested, and some have
 * one page only. An item that has moved to a later page meanwhile is listed once.
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

/** The page number in the response. */
export function currentPage(response: JsonObject): number | undefined {
  return countIn(response, "currentPage");
}

function countIn(response: JsonObject, name: string): number | undefined {
  const info: unknown = Array.isArray(response.pageInfo) ? response.pageInfo[0] : response.pageInfo;
  const said = isJsonObject(info) ? (info[name] ?? response[name]) : response[name];
  const count = typeof said === "string" && /^\d{1,9}$/.test(said) ? Number(said) : said;
  return typeof count === "number" && Number.isFinite(count) ? count : undefined;
}

/** The number of items on a page. */
export function countOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

/**
 * Reads generation 1's `{status, message, …}`, where a 200 can have the status "error".
 *
 * @throws ApiError ERR_API with the platform's message
 */
export function successIn(response: unknown, what: string): JsonObject {
  // Some of these calls have an empty response.
  if (response === undefined) return {};
  const members = objectIn(response, what);
  const status = optionalText(members.status)?.toLowerCase();
  if (status === "error" || status === "failed" || status === "failure") {
    const words = optionalText(members.message) ?? "no reason given";
    throw new ApiError("ERR_API", `The platform rejected ${what}: ${words}`, {
      status: 200,
      details: members,
    });
  }
  return members;
}
