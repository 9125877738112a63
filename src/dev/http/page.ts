import { HttpProblem } from "./http-problem.js";
import type { QueryParams } from "./query-params.js";

/** A part of a list, and where in it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
  /** 0 where there are no items at all. */
  readonly totalPages: number;
  readonly totalItems: number;
}

/** @param page from 1; one beyond the last is empty */
export function pageOf<Item>(all: readonly Item[], page: number, perPage: number): Page<Item> {
  const from = (page - 1) * perPage;
  return {
    items: all.slice(from, from + perPage),
    page,
    perPage,
    totalPages: Math.ceil(all.length / perPage),
    totalItems: all.length,
  };
}

/** Generation 1's `pageInfo`. */
export function pageInfo({ page, perPage, totalPages }: Page<unknown>) {
  return { currentPage: page, perPage, totalPages };
}

const DEFAULT_PER_PAGE = 20;
/** The longest page of generation 3, for lists that name no limit of their own. */
const MOST_PER_PAGE = 1_000;
/** The longest page of trigger types, active triggers, auth configs and webhook subscriptions. */
export const SHORT_PAGE = 50;

/**
 * A page of a list of generation 3: by cursor, which is the page and the limit in base64, or by `page` where
 * an older client counts.
 *
 * @param most more than that in `limit` is rejected; by default it is cut to 1,000
 * @throws HttpProblem 400 for a cursor that is not ours, or a `limit` beyond `most`
 */
export function cursorPage<Item>(all: readonly Item[], query: QueryParams, most?: number) {
  const cursor = query.text("cursor");
  const at = cursor === undefined ? undefined : parseCursor(cursor);
  const perPage = query.count("limit", at?.perPage ?? DEFAULT_PER_PAGE, most ?? MOST_PER_PAGE);
  if (most !== undefined && Number(query.text("limit")) > most) {
    throw new HttpProblem(400, `\`limit\` is ${most} at most, not ${query.text("limit")}`);
  }
  const page = pageOf(all, at?.page ?? query.count("page", 1, Number.MAX_SAFE_INTEGER), perPage);
  const more = page.page < page.totalPages;
  return {
    items: page.items,
    next_cursor: more ? cursorText(page.page + 1, perPage) : null,
    total_pages: page.totalPages,
    current_page: page.page,
    total_items: page.totalItems,
  };
}

function cursorText(page: number, perPage: number): string {
  return Buffer.from(`${page}-${perPage}`).toString("base64url");
}

function parseCursor(cursor: string): { readonly page: number; readonly perPage: number } {
  const match = /^(\d{1,9})-(\d{1,9})$/.exec(Buffer.from(cursor, "base64url").toString("latin1"));
  const page = Number(match?.[1] ?? 0);
  const perPage = Number(match?.[2] ?? 0);
  if (page < 1 || perPage < 1) throw new HttpProblem(400, "The cursor is not one that this endpoint gave");
  return { page, perPage };
}
