import type { Clock, Timer } from "../base/clock.js";
import type { Claimed, Inbox, InboxRecord } from "../inbox/contract.js";

/** What {@link UnmatchedSearch} takes. */
export interface UnmatchedSearchOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  /** How many records more may run here now. */
  readonly room: () => number;
  /** The trigger names asked for, in upper case; `undefined` for any. An empty list: nothing is asked for. */
  readonly names: () => readonly string[] | undefined;
  /** Whether a callback here asks for the record and has not done it. MUST NOT throw. */
  readonly asksFor: (record: InboxRecord) => boolean;
  readonly offer: (taken: Claimed) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** How often to look for what other processes left, milliseconds. */
const EVERY_MS = 500;
/** After a callback is registered: more are likely to follow at once. */
const SOON_MS = 10;
const PAGE = 100;

/**
 * Looks for unmatched records that a callback here asks for: what other processes left, and what came before the
 * callback was registered. Each record is looked at once, and all are once more when a callback is registered.
 */
export class UnmatchedSearch {
  readonly #options: UnmatchedSearchOptions;
  #after: string | undefined;
  /** Grows with each registration; a page that was read before one does not count. */
  #round = 0;
  #timer: Timer | undefined;
  #isLooking = false;
  #looking: Promise<void> | undefined;
  #isOn = false;

  constructor(options: UnmatchedSearchOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.inbox.unmatched === undefined) return;
    this.#isOn = true;
    this.#lookIn(0);
  }

  /** Resolves when no look is under way any more. */
  async stop(): Promise<void> {
    this.#isOn = false;
    this.#timer?.clear();
    await this.#looking;
  }

  /** A callback has been registered: what was passed over may be for it. */
  again(): void {
    this.#round += 1;
    this.#after = undefined;
    if (this.#isOn && !this.#isLooking) this.#lookIn(SOON_MS);
  }

  #lookIn(ms: number): void {
    this.#timer?.clear();
    this.#timer = this.#options.clock.after(ms, () => {
      this.#looking = this.#look();
    });
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    const round = this.#round;
    let isAtEnd = true;
    try {
      isAtEnd = await this.#page(round);
    } catch (error) {
      if (this.#isOn) this.#options.onTrouble(error);
    }
    this.#isLooking = false;
    if (this.#isOn) this.#lookIn(round !== this.#round ? SOON_MS : isAtEnd ? EVERY_MS : 0);
  }

  /** @returns whether there is nothing more to look at for now */
  async #page(round: number): Promise<boolean> {
    const { inbox, room, names, asksFor, offer } = this.#options;
    const wanted = names();
    if (wanted?.length === 0 || room() === 0) return true;
    const page = await inbox.unmatched?.(this.#after, PAGE, wanted);
    if (page === undefined || !this.#isOn || round !== this.#round) return true;
    const ids = page.records.filter(asksFor).map(({ id }) => id);
    const now = ids.slice(0, room());
    const taken = now.length === 0 ? [] : ((await inbox.claimUnmatched?.(now)) ?? []);
    if (!this.#isOn) {
      // The runner takes nothing any more.
      if (taken.length > 0) await inbox.release(taken);
      return true;
    }
    for (const one of taken) offer(one);
    // What there is no room for is met again.
    if (now.length < ids.length) return true;
    if (round === this.#round) this.#after = page.next;
    return page.records.length < PAGE;
  }
}
