import type { Clock } from "../../clock.js";
import type { Delivery } from "../../model/delivery.js";
import type { PlatformLink } from "../../model/platform.js";
import { logDelivery } from "./log-delivery.js";

/** After so many lines, other work gets its turn: live events do not wait for old ones. */
const LINES_A_TURN = 50;

/** What a reading works with. */
export interface ReadingTools {
  readonly logs: PlatformLink["logs"];
  readonly receive: (delivery: Delivery) => boolean | Promise<boolean>;
  readonly clock: Clock;
}

/**
 * One range of the platform's log, handed on oldest first. What it has counted stands however often the reading
 * breaks off; the next `run` goes on where everything before was kept.
 */
export class LogReading {
  /** Lines read; one may be read again after a break. */
  found = 0;
  /** Events that had not been known. */
  missed = 0;
  /** Lines of events without a payload that could be read: nothing can be run with them. */
  unusable = 0;
  /** When the oldest line was written, epoch milliseconds. */
  firstAt: number | undefined;
  readonly #tools: ReadingTools;
  readonly #until: number;
  #since: number;

  /** Up to when everything is kept, epoch milliseconds; moves on as the reading does. */
  get keptUntil(): number {
    return this.#since;
  }

  /** @param range epoch milliseconds, without `until` itself */
  constructor(tools: ReadingTools, range: { readonly since: number; readonly until: number }) {
    this.#tools = tools;
    this.#since = range.since;
    this.#until = range.until;
  }

  /**
   * Resolves when all of it is kept.
   *
   * @throws what the log or the path threw; the signal's reason as soon as it is aborted, whatever is pending
   */
  async run(signal: AbortSignal): Promise<void> {
    const { logs, clock } = this.#tools;
    let keeping: Promise<void>[] = [];
    let lines = 0;
    for await (const line of logs({ since: this.#since, until: this.#until, signal })) {
      signal.throwIfAborted();
      const at = line.createdAt.getTime();
      this.firstAt ??= at;
      this.found += 1;
      lines += 1;
      const delivery = logDelivery(line, clock.now());
      if (delivery !== undefined) this.#hand(delivery, keeping);
      else if (line.triggerName !== "") this.unusable += 1;
      if (lines % LINES_A_TURN !== 0) continue;
      await unlessAborted(Promise.all(keeping), signal);
      keeping = [];
      // Lines of this very millisecond may follow.
      this.#since = Math.max(this.#since, at);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await unlessAborted(Promise.all(keeping), signal);
  }

  /** As on the socket, the next is offered before the last is kept: the inbox keeps the order of the calls. */
  #hand(delivery: Delivery, keeping: Promise<void>[]): void {
    const kept = this.#tools.receive(delivery);
    if (typeof kept === "boolean") {
      this.#count(kept);
      return;
    }
    const counted = kept.then((isNew) => this.#count(isNew));
    // Where the reading breaks off, nobody waits for it any more.
    counted.catch(() => undefined);
    keeping.push(counted);
  }

  #count(isNew: boolean): void {
    if (isNew) this.missed += 1;
  }
}

/** A full inbox keeps its callers waiting until it is told to stop, and that comes after us. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
