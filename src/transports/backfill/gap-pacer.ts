import type { Clock, Timer } from "../../base/clock.js";
import { type Gap, mergeGaps } from "./gap.js";

/** Gaps in a row that are filled as they come. */
const FREE_GAPS = 5;
/** After those, the pauses between two fillings double from the first to the second, milliseconds. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** What {@link GapPacer} takes. */
export interface GapPacerOptions {
  readonly clock: Clock;
  /** Reads the platform's log for a gap. */
  readonly fill: (gap: Gap) => void;
}

/**
 * Limits how often the platform's log is read. A server that drops every connection, or sends message parts that
 * never fit, opens a gap each time. Gaps beyond the first few are held, and filled as one.
 */
export class GapPacer {
  readonly #options: GapPacerOptions;
  /** Fillings since the last quiet spell of {@link LONGEST_PAUSE_MS}. */
  #fillings = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #held: Gap | undefined;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: GapPacerOptions) {
    this.#options = options;
  }

  /** The start of the held gap, epoch milliseconds. */
  get heldSince(): number | undefined {
    return this.#held?.from;
  }

  /** Fills a gap now, or with others after the pause. */
  push(gap: Gap): void {
    const held = this.#held;
    if (held !== undefined || this.#stopped) {
      this.#held = held === undefined ? gap : mergeGaps(held, gap);
      return;
    }
    const { clock } = this.#options;
    const sinceMs = clock.monotonic() - this.#lastAt;
    if (sinceMs >= LONGEST_PAUSE_MS) this.#fillings = 0;
    const waitMs = this.#pauseMs() - sinceMs;
    if (waitMs <= 0) {
      this.#fill(gap);
      return;
    }
    this.#held = gap;
    this.#timer = clock.after(waitMs, () => this.#release());
  }

  /** Stops filling. {@link heldSince} still covers the held gap. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.clear();
  }

  #pauseMs(): number {
    const beyond = this.#fillings - FREE_GAPS;
    return beyond < 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(beyond, 30));
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#fill(held);
  }

  #fill(gap: Gap): void {
    this.#fillings += 1;
    this.#lastAt = this.#options.clock.monotonic();
    this.#options.fill(gap);
  }
}
