import type { Clock, Timer } from "../../base/clock.js";
import type { Gap } from "./index.js";

/** So many gaps in a row are filled as they come. */
const FREE_GAPS = 5;
/** Then the pauses between two fillings double from the first to the second, milliseconds. */
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
 * never fit, opens a gap each time. Gaps beyond the first few wait for their turn and are filled as one.
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

  /** Since when events may be missing that wait for their turn, epoch milliseconds. */
  get heldSince(): number | undefined {
    return this.#held?.from;
  }

  /** Fills a gap now, or with others once the pause is over. */
  push(gap: Gap): void {
    const held = this.#held;
    if (held !== undefined || this.#stopped) {
      this.#held = held === undefined ? gap : merged(held, gap);
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

  /** Fills nothing more; what is held stays told by {@link heldSince}. */
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

/** The span that covers both; what was received before the earlier one is known. */
function merged(one: Gap, other: Gap): Gap {
  const heardAt = one.from <= other.from ? one.heardAt : other.heardAt;
  return { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to), heardAt };
}
