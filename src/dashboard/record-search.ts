import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock.js";
import { filterFromText } from "../callbacks/filter-text.js";
import { compilePattern } from "../callbacks/pattern.js";
import { type Inbox, type InboxRecord, type RecordState, recordStates } from "../inbox/contract.js";
import type { ListedRecord, RecordsAnswer } from "../protocol/dashboard.js";
import type { RecordReader } from "./record-view.js";

/** Searches that can be continued; the one that was not continued for longest ends first. */
const MAX_OPEN = 16;
/** One call searches for a text for about this time, so that the page is never without an answer. */
const TEXT_BUDGET_MS = 150;
/** Without a text, all records of a state match: longer, so that a busy machine still fills a page. */
const LIST_BUDGET_MS = 1_000;

/** What to look for. All that is given must hold. */
export interface RecordQuery {
  readonly state: string | undefined;
  /** An expression over the payload. */
  readonly where: string | undefined;
  /** Words in the row. */
  readonly words: string | undefined;
  /** Received at or after this, epoch milliseconds. */
  readonly since: number | undefined;
}

interface OpenSearch {
  readonly records: AsyncIterator<InboxRecord>;
  readonly matches: (record: InboxRecord, row: () => ListedRecord) => boolean;
  readonly since: number;
  readonly isKept: boolean;
  readonly budgetMs: number;
}

/**
 * Searches an inbox part by part. A search stays open between its parts: the inbox goes on where it was, so that a part
 * deep in a million records costs what the first one costs.
 */
export class RecordSearches {
  readonly #inbox: Inbox;
  readonly #reader: RecordReader;
  readonly #clock: Clock;
  readonly #open = new Map<string, OpenSearch>();

  constructor(inbox: Inbox, reader: RecordReader, clock: Clock) {
    this.#inbox = inbox;
    this.#reader = reader;
    this.#clock = clock;
  }

  /**
   * @param isKept whether the search stays open for a next part
   * @throws EarshotError ERR_FILTER
   */
  async begin(query: RecordQuery, limit: number, isKept: boolean): Promise<RecordsAnswer> {
    const matches = matcherOf(query, this.#reader);
    const state = recordStates.find((one) => one === query.state);
    // An empty state in a large inbox is not looked for.
    if (state !== undefined && (await this.#inbox.counts())[state] === 0) {
      return { rows: [], next: null, searched: 0, searchedTo: null };
    }
    const known = await this.#byId(query, state);
    if (known !== undefined) return known;
    const records = this.#inbox.find({ ...(state !== undefined && { state }) });
    const hasText = query.where !== undefined || query.words !== undefined;
    const search = {
      ...{ records: records[Symbol.asyncIterator](), matches, since: query.since ?? 0, isKept },
      budgetMs: hasText ? TEXT_BUDGET_MS : LIST_BUDGET_MS,
    };
    return this.#part(search, limit);
  }

  /** Through the index of ids: the text is often the id of one record, however old. */
  async #byId(
    { words, since }: RecordQuery,
    state: RecordState | undefined,
  ): Promise<RecordsAnswer | undefined> {
    if (words === undefined || /\s/.test(words)) return undefined;
    for await (const record of this.#inbox.find({ ids: [words], since, state, limit: 1 }))
      return {
        ...{ rows: [this.#reader.row(record)], next: null, searched: 1, searchedTo: record.receivedAt },
      };
    return undefined;
  }

  /** @returns `undefined` where the search is no longer open: it is to begin anew */
  async next(cursor: string, limit: number): Promise<RecordsAnswer | undefined> {
    const search = this.#open.get(cursor);
    if (search === undefined) return undefined;
    this.#open.delete(cursor);
    return this.#part(search, limit);
  }

  close(): void {
    for (const { records } of this.#open.values()) end(records);
    this.#open.clear();
  }

  async #part(search: OpenSearch, limit: number): Promise<RecordsAnswer> {
    const rows: ListedRecord[] = [];
    const endAt = this.#clock.monotonic() + search.budgetMs;
    let searched = 0;
    let searchedTo: number | null = null;
    for (;;) {
      const { done, value: record } = await search.records.next();
      if (done === true) return { rows, next: null, searched, searchedTo };
      searched += 1;
      searchedTo = record.receivedAt;
      // Records are stored in the order in which they were received.
      if (record.receivedAt < search.since) {
        end(search.records);
        return { rows, next: null, searched, searchedTo };
      }
      let row: ListedRecord | undefined;
      const makeRow = () => {
        row ??= this.#reader.row(record);
        return row;
      };
      if (search.matches(record, makeRow)) rows.push(makeRow());
      if (rows.length >= limit || this.#clock.monotonic() > endAt) {
        return { rows, next: this.#keep(search), searched, searchedTo };
      }
    }
  }

  #keep(search: OpenSearch): string {
    if (!search.isKept) {
      end(search.records);
      return "";
    }
    const cursor = randomUUID();
    this.#open.set(cursor, search);
    for (const [oldest, { records }] of this.#open) {
      if (this.#open.size <= MAX_OPEN) break;
      this.#open.delete(oldest);
      end(records);
    }
    return cursor;
  }
}

function matcherOf({ where, words }: RecordQuery, reader: RecordReader): OpenSearch["matches"] {
  if (where !== undefined) {
    const test = compilePattern(filterFromText(where), "payload");
    return (record) => test(reader.payloadOf(record));
  }
  const wanted = (words ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return () => true;
  return (_record, row) => {
    const { id, triggerName, appName, summary, provider, error } = row();
    const text = [id, triggerName, appName, summary, provider, error].join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
}

function end(records: AsyncIterator<unknown>): void {
  records.return?.().catch(() => undefined);
}
