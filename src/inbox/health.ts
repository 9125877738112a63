import { asError } from "../base/as-error.js";
import type { Clock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import type { ListenerEventEmitter } from "../base/listener-event-emitter.js";
import type { ListenerEvent, ListenerEventOf } from "../base/listener-events.js";
import { describe } from "../base/warning.js";
import type { Inbox } from "./contract.js";

const FULL = "It holds as many unfinished records as it may.";

/** The health of the inbox: reports its outages, and knows whether it would store the next delivery. */
export class InboxHealth {
  readonly #outage: InboxOutage;
  readonly #readiness: InboxReadiness;
  readonly #reports: ListenerEventEmitter;

  constructor(inbox: Inbox, clock: Clock, reports: ListenerEventEmitter) {
    this.#reports = reports;
    this.#outage = new InboxOutage(clock, (report) => reports.sendUnlimited(report));
    this.#readiness = new InboxReadiness(inbox, clock);
    reports.limitInboxErrors(this.#outage.limit);
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

  /** A warning of the inbox, or why it could not be closed. After some, it still stores. */
  readonly warned = (thrown: unknown): void => {
    const error = asError(thrown);
    if (error instanceof EarshotError && error.code === "ERR_UNMATCHED_EXPIRED") {
      this.#reports.send({ type: "warning", error });
      return;
    }
    const isNotice = notices.has(kindOf(error));
    this.#outage.notStored(error, 0, isNotice);
    if (!isNotice) this.#readiness.notStored(error);
  };

  /** What is known now. @param isOpen whether the inbox is open */
  known(isFull: boolean, isOpen: boolean): Readiness {
    if (isFull) return { ready: false, reason: FULL };
    return isOpen ? this.#readiness.latest : { ready: false, reason: "It is not open." };
  }

  check(): Promise<Readiness> {
    return this.#readiness.check();
  }

  /** How many batches were open at the last check. */
  get openBatches(): number | undefined {
    return this.#readiness.openBatches;
  }
}

/** What an inbox warns of while it stores as before. */
const notices: ReadonlySet<string> = new Set(["ERR_INBOX_WEAK", "ERR_DEAD_LETTERS_DROPPED"]);

function kindOf(error: Error): string {
  return error instanceof EarshotError ? error.code : "";
}

/** An outage that goes on is reported again after this, milliseconds. */
const REPEAT_MS = 60_000;

type TroubleReport = ListenerEventOf<"inbox.error">;

/**
 * Reports an outage of the inbox once, then at most once a minute with a count. An outage begins with the first
 * failure, and ends when something is stored again. A code that is new in it is reported at once: after a server was
 * away, it may be found that it has lost events.
 */
export class InboxOutage {
  readonly #clock: Clock;
  readonly #send: (report: ListenerEvent) => void;
  #isOpen = false;
  /** Whether something could not be stored in it. */
  #lost = false;
  #rejected = 0;
  /** Failures since the last report. */
  #held = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;
  /** Codes that were reported in it. */
  readonly #reported = new Set<string>();

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
   * @param rejected deliveries that it did not store
   * @param isNotice it stores all the same: that is no outage
   */
  notStored(error: Error, rejected: number, isNotice = false): void {
    if (isNotice) {
      this.#send({ type: "inbox.error", error });
      return;
    }
    const first = !this.#isOpen;
    this.#isOpen = true;
    this.#lost = true;
    this.#rejected += rejected;
    if (first) this.#held = 0;
    this.#held += 1;
    if (first || !this.#reported.has(kindOf(error)) || this.#isDue()) this.#report(error);
  }

  /**
   * Decides on a report of other errors of the inbox: of claiming, renewing or settling.
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
    this.#reported.clear();
    if (!this.#lost) return;
    this.#lost = false;
    const rejected = this.#rejected;
    this.#rejected = 0;
    this.#held = 0;
    this.#send({ type: "inbox.ready", rejected });
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
    this.#reported.add(kindOf(error));
    return { type: "inbox.error", error, count };
  }
}

/** A readiness check counts for this long, milliseconds. */
const FRESH_MS = 1000;
/** An inbox that does not answer within this time counts as not ready, milliseconds. */
const ANSWER_MS = 2000;
/** Where an inbox cannot say whether it is ready, metadata of this name is written to find out. */
const MARK = "earshot.readiness";

/** Whether the next delivery would be stored. */
export interface Readiness {
  readonly ready: boolean;
  /** Why it would not. */
  readonly reason?: string | undefined;
}

const READY: Readiness = Object.freeze({ ready: true });

/** Knows whether the inbox would store the next delivery. */
export class InboxReadiness {
  readonly #inbox: Inbox;
  readonly #clock: Clock;
  #latest: Readiness = READY;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<Readiness> | undefined;
  /** `undefined` before the first check, and where the inbox does not count them. */
  openBatches: number | undefined;

  constructor(inbox: Inbox, clock: Clock) {
    this.#inbox = inbox;
    this.#clock = clock;
  }

  /** What was known last. Asks the inbox again where that is more than a second old. */
  get latest(): Readiness {
    void this.check();
    return this.#latest;
  }

  /** Whether it would store now. Never rejects, and settles within 2 s. */
  check(): Promise<Readiness> {
    if (this.#asking !== undefined) return this.#asking;
    if (this.#clock.monotonic() - this.#askedAt < FRESH_MS) return Promise.resolve(this.#latest);
    const asking = this.#ask();
    this.#asking = asking;
    return asking.then((readiness) => {
      this.#asking = undefined;
      this.#askedAt = this.#clock.monotonic();
      this.#latest = readiness;
      return readiness;
    });
  }

  /** Something was stored. */
  stored(): void {
    this.#latest = READY;
  }

  /** Something could not be stored, or the inbox has said that it cannot. */
  notStored(error: unknown): void {
    this.#latest = { ready: false, reason: describe(error) };
    // Counts at once, and the inbox is asked again by the next look.
    this.#askedAt = Number.NEGATIVE_INFINITY;
  }

  #ask(): Promise<Readiness> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(ANSWER_MS, () =>
        resolve({ ready: false, reason: `The inbox did not answer within ${ANSWER_MS} ms.` }),
      );
      this.#askInbox()
        .catch((error: unknown): Readiness => ({ ready: false, reason: describe(error) }))
        .then((readiness) => {
          timer.clear();
          resolve(readiness);
        });
    });
  }

  async #askInbox(): Promise<Readiness> {
    const inbox = this.#inbox;
    this.openBatches = await inbox.openBatches?.();
    if (inbox.ready !== undefined) {
      const { ready, reason } = await inbox.ready();
      return ready ? READY : { ready: false, reason: reason ?? "The inbox gives no reason." };
    }
    // A record in this process's memory needs nothing that could be away.
    if (inbox.durable) await inbox.writeMetadata(MARK, String(this.#clock.now()));
    return READY;
  }
}
