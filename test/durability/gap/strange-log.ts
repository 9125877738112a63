import type { IncomingMessage, ServerResponse } from "node:http";

/** An event in the platform's own memory. */
export interface Fact {
  readonly id: string;
  /** Epoch milliseconds, by the platform's clock. */
  readonly at: number;
}

/** What a log does wrong. Several may go together. */
export interface Strangeness {
  /** Lines of a page, at most. Default: what was asked for. */
  readonly mostLines?: number;
  readonly order?: "ascending" | "shuffled" | "pages-shuffled";
  /** The list ends after so many pages, whatever is left. */
  readonly endsAfter?: number;
  /** This page is empty, and the lines come on the following ones. */
  readonly emptyPage?: number;
  /** From this page on, the pages are the same one. */
  readonly stuckFrom?: number;
  /** Each page begins with the last line of the one before. */
  readonly overlaps?: boolean;
  /** How times are written. */
  readonly time?: "iso" | "seconds" | "milliseconds" | "text" | "no-zone" | "whole-seconds";
  /** The clock of the platform, ahead of ours, milliseconds. */
  readonly aheadMs?: number;
  /** Whether the `Date` header tells of it. Default true. */
  readonly date?: boolean;
  /** What is wrong with one line: by its place among all. */
  readonly broken?: {
    readonly nth: number;
    readonly how: "no-id" | "no-time" | "null" | "no-payload" | "no-meta" | "same-id" | "future";
  };
  /** The times that were asked for are not looked at. */
  readonly ignoresRange?: boolean;
  /** How the number of pages is told, in generation 1. */
  readonly total?: "right" | "none" | "one" | "many";
  /** New lines come in before every page. */
  readonly grows?: boolean;
}

/** A trigger log over HTTP, in both generations, that answers as it is told to. */
export class StrangeLog {
  readonly facts: Fact[] = [];
  #strange: Strangeness = {};
  #nextOf = 0;
  #seed = 1;

  be(strange: Strangeness, seed: number): void {
    this.#strange = strange;
    this.#seed = seed;
    this.#nextOf = 0;
  }

  add(id: string, at: number): void {
    this.facts.push({ id, at: at + (this.#strange.aheadMs ?? 0) });
  }

  /** @returns whether it was a call about the log */
  handle(request: IncomingMessage, body: string, response: ServerResponse): boolean {
    const url = new URL(request.url ?? "/", "http://platform");
    const { aheadMs = 0, date = true } = this.#strange;
    response.setHeader("date", new Date(Date.now() + (date ? aheadMs : 0)).toUTCString());
    if (url.pathname === "/api/v3.1/internal/trigger/logs") {
      const asked = JSON.parse(body) as { from?: number; to?: number; limit?: number; cursor?: string };
      const page = asked.cursor === undefined ? 1 : Number(asked.cursor.split(":")[0]);
      const { lines, more } = this.#page(page, asked.limit ?? 20, asked.from, asked.to);
      const isStuck = page >= (this.#strange.stuckFrom ?? Number.POSITIVE_INFINITY);
      const next = isStuck ? String(page) : String(page + 1);
      answer(response, {
        data: lines.map((fact) => this.#line(fact, true)),
        nextCursor: more || isStuck ? next : null,
      });
      return true;
    }
    if (url.pathname === "/api/v1/triggers/logs") {
      const page = Number(url.searchParams.get("page"));
      const limit = Number(url.searchParams.get("limit"));
      const { lines, pages } = this.#page(page, limit);
      const { total = "right" } = this.#strange;
      const totalPages = total === "right" ? pages : total === "one" ? 1 : pages + 7;
      const info = total === "none" ? {} : { pageInfo: { currentPage: page, perPage: limit, totalPages } };
      answer(response, { data: lines.map((fact) => this.#line(fact, false)), ...info });
      return true;
    }
    return false;
  }

  #page(asked: number, limit: number, from = 0, to = Number.POSITIVE_INFINITY) {
    const {
      mostLines = limit,
      order,
      endsAfter,
      emptyPage,
      stuckFrom,
      overlaps,
      ignoresRange,
      grows,
    } = this.#strange;
    if (grows) {
      this.#nextOf += 1;
      this.add(`later-${this.#nextOf}`, Date.now());
    }
    const chosen = this.facts.filter(({ at }) => ignoresRange || (at >= from && at <= to));
    const sorted = chosen.sort((a, b) => (order === "ascending" ? a.at - b.at : b.at - a.at));
    if (order === "shuffled") shuffle(sorted, this.#seed);
    const size = Math.max(1, Math.min(limit, mostLines) - (overlaps ? 1 : 0));
    let pages: Fact[][] = [];
    for (let begin = 0; begin < sorted.length; begin += size) {
      pages.push(sorted.slice(Math.max(0, begin - (overlaps ? 1 : 0)), begin + size));
    }
    if (order === "pages-shuffled") shuffle(pages, this.#seed);
    if (emptyPage !== undefined && emptyPage <= pages.length) pages.splice(emptyPage - 1, 0, []);
    if (endsAfter !== undefined) pages = pages.slice(0, endsAfter);
    const number = stuckFrom === undefined ? asked : Math.min(asked, stuckFrom);
    return { lines: pages[number - 1] ?? [], more: number < pages.length, pages: pages.length };
  }

  #line(fact: Fact, isNew: boolean): unknown {
    const { broken, aheadMs = 0 } = this.#strange;
    const isBroken = broken !== undefined && this.facts[broken.nth % this.facts.length]?.id === fact.id;
    const how = isBroken ? broken.how : undefined;
    if (how === "null") return null;
    const at = how === "future" ? Date.now() + aheadMs + 3_600_000 : fact.at;
    const createdAt = how === "no-time" ? undefined : this.#time(at);
    const first = this.facts[0]?.id ?? "";
    const id = how === "no-id" ? undefined : how === "same-id" ? first : fact.id;
    if (how === "no-meta") return { id: fact.id, createdAt, meta: null };
    const payload = how === "no-payload" ? "{broken" : JSON.stringify({ id: fact.id });
    if (!isNew) {
      return {
        id,
        connectionId: "ca_1",
        triggerName: "A_TEST",
        appKey: "a",
        triggerClientPayload: payload,
        createdAt,
      };
    }
    const meta = { triggerName: "A_TEST", triggerNanoId: "ti_1", triggerClientPayload: payload };
    return {
      id,
      connectionId: "ca_1",
      entityId: "default",
      appName: "a",
      status: "success",
      createdAt,
      meta,
    };
  }

  #time(at: number): unknown {
    switch (this.#strange.time) {
      case "seconds":
        return at / 1000;
      case "milliseconds":
        return at;
      case "text":
        return String(at);
      case "no-zone":
        return new Date(at).toISOString().slice(0, -1).replace("T", " ");
      case "whole-seconds":
        return Math.floor(at / 1000);
      default:
        return new Date(at).toISOString();
    }
  }
}

function answer(response: ServerResponse, body: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

/** The same seed, the same order. */
function shuffle(list: unknown[], seed: number): void {
  let state = seed | 1;
  for (let at = list.length - 1; at > 0; at -= 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    const other = state % (at + 1);
    [list[at], list[other]] = [list[other], list[at]];
  }
}
