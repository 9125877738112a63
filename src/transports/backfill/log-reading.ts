import type { Clock } from "../../base/clock.js";
import type { Delivery } from "../../model/delivery.js";
import type { LogDoubt, PlatformAccess } from "../../model/platform.js";
import type { TriggerLog } from "../../model/trigger-log.js";
import { logDelivery } from "./log-delivery.js";

/** After so many lines, other work gets its turn: live events do not wait for old ones. */
const LINES_A_TURN = 50;

/** So many reasons are listed. */
const MOST_DOUBTS = 50;

/** What a reading works with. */
export interface ReadingTools {
  readonly logs: PlatformAccess["logs"];
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
  /** Why lines may not have been read. Each reason once for a time. */
  readonly doubts: LogDoubt[] = [];
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
    let newest = Number.NEGATIVE_INFINITY;
    const onDoubt = this.#doubt.bind(this);
    for await (const line of logs({ since: this.#since, until: this.#until, signal, onDoubt })) {
      signal.throwIfAborted();
      const at = line.createdAt.getTime();
      this.firstAt ??= at;
      this.found += 1;
      lines += 1;
      newest = at < newest ? Number.POSITIVE_INFINITY : at;
      const delivery = logDelivery(line, clock.now());
      if (delivery !== undefined) this.#hand(delivery, keeping);
      else if (line.triggerName !== "") this.#unusable(line, at);
      if (delivery !== undefined && line.triggerName === "") {
        this.#doubt({ reason: `the line ${line.id} has no trigger's name`, at });
      }
      if (lines % LINES_A_TURN !== 0) continue;
      await unlessAborted(Promise.all(keeping), signal);
      keeping = [];
      // Lines of this very millisecond may follow. Out of order, any may.
      if (at >= newest) this.#since = Math.max(this.#since, Math.min(at, this.#until));
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

  /** Where the platform itself failed, there was no event to be received. */
  #unusable({ id, error }: TriggerLog, at: number): void {
    this.unusable += 1;
    if (error === undefined) this.#doubt({ reason: `the line ${id} has no payload that can be read`, at });
  }

  #doubt(doubt: LogDoubt): void {
    const isKnown = this.doubts.some(({ reason, at }) => reason === doubt.reason && at === doubt.at);
    if (!isKnown && this.doubts.length < MOST_DOUBTS) this.doubts.push(doubt);
    // What is not listed any more counts for the whole range.
    else if (!isKnown) this.doubts[MOST_DOUBTS - 1] = { reason: "there are many such lines", at: undefined };
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
