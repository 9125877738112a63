import type { Clock } from "../base/clock.js";
import type { ListenerEvent, ListenerEventOf } from "../base/listener-events.js";

/** So often an outage that goes on is reported again, milliseconds. */
const REPEAT_MS = 60_000;

type TroubleReport = ListenerEventOf<"inbox.error">;

/**
 * ListenerEvents an outage of the inbox once, then at most once a minute with a count. An outage begins with the first
 * failure, and ends when something is stored again.
 */
export class InboxOutage {
  readonly #clock: Clock;
  readonly #send: (report: ListenerEvent) => void;
  #isOpen = false;
  /** Whether something could not be stored in it. */
  #lost = false;
  #refused = 0;
  /** Failures since the last report. */
  #held = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, send: (report: ListenerEvent) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Whether an outage goes on. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * The inbox could not store, or says so itself.
   *
   * @param refused deliveries that it did not store
   * @param isNotice it stores all the same: that is no outage
   */
  notStored(error: Error, refused: number, isNotice = false): void {
    if (isNotice) {
      this.#send({ type: "inbox.error", error });
      return;
    }
    const first = !this.#isOpen;
    this.#isOpen = true;
    this.#lost = true;
    this.#refused += refused;
    if (first) this.#held = 0;
    this.#held += 1;
    if (first || this.#isDue()) this.#report(error);
  }

  /**
   * Decides on a report of other trouble with the inbox: of claiming, renewing or settling.
   *
   * @returns the report to send; `undefined` where it only counts
   */
  readonly limit = (report: TroubleReport): TroubleReport | undefined => {
    this.#held += 1;
    if (!this.#isDue()) return undefined;
    this.#isOpen = true;
    return this.#counted(report.error);
  };

  /** Something was stored. To be called where an outage goes on. */
  stored(): void {
    this.#isOpen = false;
    if (!this.#lost) return;
    this.#lost = false;
    const refused = this.#refused;
    this.#refused = 0;
    this.#held = 0;
    this.#send({ type: "inbox.ready", refused });
  }

  #isDue(): boolean {
    return this.#clock.monotonic() - this.#reportedAt >= REPEAT_MS;
  }

  #report(error: Error): void {
    this.#send(this.#counted(error));
  }

  #counted(error: Error): TroubleReport {
    const count = this.#held;
    this.#held = 0;
    this.#reportedAt = this.#clock.monotonic();
    return { type: "inbox.error", error, count };
  }
}
