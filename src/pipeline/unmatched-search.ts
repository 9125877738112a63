import type { Clock, Timer } from "../base/clock.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import type { Claimed, Inbox, InboxRecord } from "../inbox/contract.js";

/** Options of {@link UnmatchedSearch}. */
export interface UnmatchedSearchOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  /** How many records more may run here now. */
  readonly room: () => number;
  /** The trigger names in filters, in upper case; `undefined` for any, an empty list for none. */
  readonly names: () => readonly string[] | undefined;
  /** Called before each search: what `matches` needs is brought up to date. */
  readonly prepare: () => MaybePromise<unknown>;
  /** Whether a callback here matches the record and has not done it. MUST NOT throw. */
  readonly matches: (record: InboxRecord) => boolean;
  readonly offer: (claimed: Claimed) => void;
  readonly onError: (error: unknown) => void;
}

/** Between two searches for records that other processes left, milliseconds. */
const INTERVAL_MS = 500;
/** After a callback is registered, milliseconds: more are likely to follow at once. */
const BATCH_MS = 10;
const PAGE = 100;

/**
 * Finds unmatched records that a callback here matches: other processes left them, or they were stored before the
 * callback was registered. Each record is checked once, and all are checked again when a callback is registered.
 */
export class UnmatchedSearch {
  readonly #options: UnmatchedSearchOptions;
  #after: string | undefined;
  /** Grows with each registration; a page that was read before one does not count. */
  #round = 0;
  #timer: Timer | undefined;
  #isSearching = false;
  #searching: Promise<void> | undefined;
  #isOn = false;

  constructor(options: UnmatchedSearchOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.inbox.unmatched === undefined) return;
    this.#isOn = true;
    this.#searchIn(0);
  }

  /** Resolves when no search is in progress. */
  async stop(): Promise<void> {
    this.#isOn = false;
    this.#timer?.clear();
    await this.#searching;
  }

  /** A callback has been registered: it may match records that were checked before. */
  again(): void {
    this.#round += 1;
    this.#after = undefined;
    if (this.#isOn && !this.#isSearching) this.#searchIn(BATCH_MS);
  }

  #searchIn(ms: number): void {
    this.#timer?.clear();
    this.#timer = this.#options.clock.after(ms, () => {
      this.#searching = this.#search();
    });
  }

  async #search(): Promise<void> {
    this.#isSearching = true;
    const round = this.#round;
    let isAtEnd = true;
    try {
      isAtEnd = await this.#page(round);
    } catch (error) {
      if (this.#isOn) this.#options.onError(error);
    }
    this.#isSearching = false;
    if (this.#isOn) this.#searchIn(round !== this.#round ? BATCH_MS : isAtEnd ? INTERVAL_MS : 0);
  }

  /** @returns whether all records have been checked for now */
  async #page(round: number): Promise<boolean> {
    const { inbox, room, names, matches, offer } = this.#options;
    const requested = names();
    if (requested?.length === 0 || room() === 0) return true;
    await this.#options.prepare();
    const page = await inbox.unmatched?.(this.#after, PAGE, requested);
    if (page === undefined || !this.#isOn || round !== this.#round) return true;
    const ids = page.records.filter(matches).map(({ id }) => id);
    const now = ids.slice(0, room());
    const taken = now.length === 0 ? [] : ((await inbox.claimUnmatched?.(now)) ?? []);
    if (!this.#isOn) {
      // The worker claims no more records.
      if (taken.length > 0) await inbox.release(taken);
      return true;
    }
    for (const one of taken) offer(one);
    // Records without room are found again.
    if (now.length < ids.length) return true;
    if (round === this.#round) this.#after = page.next;
    return page.records.length < PAGE;
  }
}
