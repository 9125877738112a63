import { EarshotError } from "../../base/errors.js";
import type { InboxContext } from "../contract.js";

/** So often at the most it is reported, milliseconds. */
const REPORT_MS = 60_000;

/** ListenerEvents dead letters that had to go, since there is room for so many only. */
export class DroppedDeadLetters {
  readonly #limits: string;
  /** Since the last report. */
  #count = 0;
  /** By the monotonic clock. */
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(records: number, bytes: number) {
    this.#limits = `the memory inbox holds ${records} of them and ${bytes} bytes`;
  }

  add(count: number, { clock, warn }: InboxContext): void {
    this.#count += count;
    if (clock.monotonic() - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = clock.monotonic();
    const what = `${this.#count} dead-lettered ${this.#count === 1 ? "record was" : "records were"} dropped`;
    warn(new EarshotError("ERR_DEAD_LETTERS_DROPPED", `${what}: ${this.#limits}.`));
    this.#count = 0;
  }
}
