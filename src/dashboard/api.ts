import type { Clock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { messageOf } from "../base/message-of.js";
import { VERSION } from "../base/version.js";
import type { Inbox, InboxQuery } from "../inbox/contract.js";
import { isJsonObject } from "../model/json.js";
import type { OverviewAnswer } from "../protocol/dashboard.js";
import type { ListenerNotes } from "./listener-notes.js";
import { RecordSearches } from "./record-search.js";
import { RecordReader } from "./record-view.js";

/** A call that cannot be answered. */
export class CallError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
/** Ids of one call that replays or drops. */
const MAX_IDS = 10_000;

/** Answers the calls of the page. */
export class DashboardApi {
  readonly #inbox: Inbox;
  readonly #clock: Clock;
  readonly #notes: ListenerNotes | undefined;
  readonly #readOnly: boolean;
  readonly #reader = new RecordReader();
  readonly #searches: RecordSearches;

  constructor(inbox: Inbox, notes: ListenerNotes | undefined, clock: Clock, readOnly: boolean) {
    this.#inbox = inbox;
    this.#notes = notes;
    this.#clock = clock;
    this.#readOnly = readOnly;
    this.#searches = new RecordSearches(inbox, this.#reader, clock);
  }

  close(): void {
    this.#searches.close();
    this.#notes?.close();
  }

  /**
   * @param path without the leading `api/`
   * @param readBody parses the body as JSON
   * @throws CallError
   */
  async answer(
    method: string,
    path: string,
    query: URLSearchParams,
    readBody: () => Promise<unknown>,
  ): Promise<unknown> {
    if (method === "GET") return this.#read(path, query);
    if (method !== "POST") throw new CallError(405, `There is no ${method}.`);
    if (path !== "replay" && path !== "drop") throw new CallError(404, `There is no api/${path}.`);
    if (this.#readOnly) {
      throw new CallError(
        403,
        "This dashboard is read-only. To allow changes, set `readOnly: false`, or --write.",
      );
    }
    const which = idsOf(await readBody());
    return path === "replay"
      ? { changed: await this.#inbox.replay(which) }
      : { changed: await this.#inbox.drop(which) };
  }

  async #read(path: string, query: URLSearchParams): Promise<unknown> {
    if (path === "overview") return this.#overview();
    if (path === "records") return this.#records(query);
    const id = path.startsWith("records/") ? decoded(path.slice("records/".length)) : undefined;
    if (id === undefined) throw new CallError(404, `There is no api/${path}.`);
    for await (const record of this.#inbox.find({ ids: [id], limit: 1 })) return this.#reader.full(record);
    throw new CallError(404, `The inbox has no record ${id}.`);
  }

  async #records(query: URLSearchParams): Promise<unknown> {
    const limit = numberIn(query, "limit", DEFAULT_LIMIT, MAX_LIMIT);
    const cursor = query.get("cursor");
    if (cursor !== null) {
      const part = await this.#searches.next(cursor, limit);
      if (part === undefined) throw new CallError(410, "This search has ended. Begin it again.");
      return part;
    }
    const text = (name: string) => query.get(name)?.trim() || undefined;
    const since =
      text("since") === undefined ? undefined : numberIn(query, "since", 0, Number.MAX_SAFE_INTEGER);
    try {
      return await this.#searches.begin(
        { state: text("state"), where: text("where"), words: text("words"), since },
        limit,
        query.get("once") !== "1",
      );
    } catch (error) {
      if (error instanceof EarshotError && error.code === "ERR_FILTER")
        throw new CallError(400, messageOf(error));
      throw error;
    }
  }

  async #overview(): Promise<OverviewAnswer> {
    return {
      now: this.#clock.now(),
      inbox: this.#inbox.kind,
      readOnly: this.#readOnly,
      version: VERSION,
      counts: await this.#inbox.counts(),
      oldestPending: (await this.#inbox.oldestPending?.()) ?? null,
      health: this.#notes?.health() ?? null,
      notable: this.#notes?.list() ?? null,
    };
  }
}

/** Dead letters by id; all of them only where it is asked for in so many words. */
function idsOf(body: unknown): InboxQuery {
  if (isJsonObject(body) && body.all === true) return { state: "dead" };
  const ids = isJsonObject(body) ? body.ids : undefined;
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > MAX_IDS) {
    throw new CallError(400, `The body is { "ids": [1 to ${MAX_IDS} ids] } or { "all": true }.`);
  }
  return { ids: ids.map(String), state: ["dead", "done", "unmatched"] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new CallError(400, "The path is not validly percent-encoded.");
  }
}

function numberIn(query: URLSearchParams, name: string, byDefault: number, most: number): number {
  const value = Number(query.get(name) ?? byDefault);
  if (!Number.isFinite(value) || value < 0) throw new CallError(400, `\`${name}\` is a number.`);
  return Math.min(value, most);
}
