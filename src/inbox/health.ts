import type { Clock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import type { ListenerEvents } from "../base/listener-events.js";
import { describe } from "../base/warning.js";
import type { Inbox } from "./contract.js";
import { InboxOutage } from "./outage.js";
import { InboxReadiness, type Readiness } from "./readiness.js";

const FULL = "It holds as many unfinished records as it may.";

/** How the inbox fares: what is reported of it, and whether it would store the next delivery. */
export class InboxHealth {
  readonly #outage: InboxOutage;
  readonly #readiness: InboxReadiness;

  constructor(inbox: Inbox, clock: Clock, reports: ListenerEvents) {
    this.#outage = new InboxOutage(clock, (report) => reports.sendAll(report));
    this.#readiness = new InboxReadiness(inbox, clock);
    reports.limitTrouble(this.#outage.limit);
  }

  /** Whether an outage goes on; then `stored` wants to be called. */
  get isAway(): boolean {
    return this.#outage.isOpen;
  }

  stored(): void {
    this.#outage.stored();
    this.#readiness.stored();
  }

  /** A delivery could not be stored. */
  notStored(error: Error): void {
    this.#outage.notStored(error, 1);
    this.#readiness.notStored(error);
  }

  /** What the inbox says by itself, or why it could not be closed. A weak setting keeps it from nothing. */
  readonly warned = (thrown: unknown): void => {
    const error = thrown instanceof Error ? thrown : new Error(describe(thrown));
    const isWeak = error instanceof EarshotError && error.code === "ERR_INBOX_WEAK";
    this.#outage.notStored(error, 0, isWeak);
    if (!isWeak) this.#readiness.notStored(error);
  };

  /** What is known now. @param isOpen whether there is an inbox to ask */
  known(isFull: boolean, isOpen: boolean): Readiness {
    if (isFull) return { ready: false, reason: FULL };
    return isOpen ? this.#readiness.latest : { ready: false, reason: "It is not open." };
  }

  check(): Promise<Readiness> {
    return this.#readiness.check();
  }
}
