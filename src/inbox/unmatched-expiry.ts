import { EarshotError } from "../base/errors.js";

/** At most one report in this time, milliseconds: where few events have a callback, events expire all day. */
const REPORT_MS = 60 * 60 * 1000;

/** Reports unmatched events that became done without a run, with their count. */
export class UnmatchedExpiry {
  readonly #inbox: string;
  readonly #warn: (error: EarshotError) => void;
  /** Since the last report. */
  #count = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  /** @param inbox its name, for the message */
  constructor(inbox: string, warn: (error: EarshotError) => void) {
    this.#inbox = inbox;
    this.#warn = warn;
  }

  /** @param nowMs epoch milliseconds */
  add(count: number, nowMs: number): void {
    this.#count += count;
    if (Math.abs(nowMs - this.#reportedAt) >= REPORT_MS) this.report(nowMs);
  }

  report(nowMs: number): void {
    if (this.#count === 0) return;
    this.#reportedAt = nowMs;
    const what = this.#count === 1 ? "1 event" : `${this.#count} events`;
    this.#count = 0;
    this.#warn(
      new EarshotError(
        "ERR_UNMATCHED_EXPIRED",
        `In ${this.#inbox}, ${what} became done without a run: no callback matched within \`unmatchedForMs\`.`,
      ),
    );
  }
}
