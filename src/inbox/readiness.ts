import type { Clock } from "../base/clock.js";
import { describe } from "../base/warning.js";
import type { Inbox } from "./contract.js";

/** An answer of the inbox counts for this long, milliseconds. */
const FRESH_MS = 1000;
/** An inbox that says nothing within this time could not store either, milliseconds. */
const ANSWER_MS = 2000;
/** Where an inbox cannot say whether it is ready, this mark is written to find out. */
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
    if (inbox.ready !== undefined) {
      const { ready, reason } = await inbox.ready();
      return ready ? READY : { ready: false, reason: reason ?? "The inbox gives no reason." };
    }
    // A record in this process's memory needs nothing that could be away.
    if (inbox.durable) await inbox.writeMetadata(MARK, String(this.#clock.now()));
    return READY;
  }
}
