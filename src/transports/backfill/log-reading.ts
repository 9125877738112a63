import type { LogDoubt } from "../../model/platform.js";
import { unlessAborted } from "../unless-aborted.js";
import type { GapLog, LogLine } from "./gap-log.js";

/** Lines per turn of the event loop: live events do not wait for old ones. */
const LINES_PER_TURN = 50;

/** Doubts that are listed one by one. */
const MAX_DOUBTS = 50;

/**
 * Reads one range of a log, oldest first, and delivers its events. The counts stay if a reading breaks
 * off; the next `run` continues from where everything before was stored.
 */
export class LogReading {
  /** Lines read; a line may be read again after a break. */
  found = 0;
  /** Events that were new. */
  missed = 0;
  /** Events without a readable payload: no callback can run with them. */
  unusable = 0;
  /** Why lines may not have been read. Each reason once for a time. */
  readonly doubts: LogDoubt[] = [];
  /** When the oldest line was written, epoch milliseconds. */
  firstAt: number | undefined;
  readonly #log: GapLog;
  readonly #until: number;
  #since: number;

  /** Up to when everything is stored, epoch milliseconds. It advances with the reading. */
  get storedUntil(): number {
    return this.#since;
  }

  /** @param range epoch milliseconds, without `until` itself */
  constructor(log: GapLog, range: { readonly since: number; readonly until: number }) {
    this.#log = log;
    this.#since = range.since;
    this.#until = range.until;
  }

  /**
   * Resolves when the whole range is stored.
   *
   * @throws the error of the log or the pipeline; the signal's reason as soon as it is aborted
   */
  async run(signal: AbortSignal): Promise<void> {
    let storing: Promise<void>[] = [];
    let lines = 0;
    let newest = Number.NEGATIVE_INFINITY;
    const onDoubt = this.#doubt.bind(this);
    for await (const line of this.#log.read({ since: this.#since, until: this.#until, signal, onDoubt })) {
      signal.throwIfAborted();
      const { at, deliver, isUnusable = false, doubt } = line;
      this.firstAt ??= at;
      this.found += 1;
      lines += 1;
      newest = at < newest ? Number.POSITIVE_INFINITY : at;
      if (deliver !== undefined) this.#deliver(deliver, storing);
      if (isUnusable) this.unusable += 1;
      if (doubt !== undefined) this.#doubt({ reason: doubt, at });
      if (lines % LINES_PER_TURN !== 0) continue;
      await unlessAborted(Promise.all(storing), signal);
      storing = [];
      // Lines of the same millisecond may follow; if out of order, any may.
      if (at >= newest) this.#since = Math.max(this.#since, Math.min(at, this.#until));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await unlessAborted(Promise.all(storing), signal);
  }

  /** As on the WebSocket, the next is delivered before the last is stored: the inbox preserves the order. */
  #deliver(deliver: NonNullable<LogLine["deliver"]>, storing: Promise<void>[]): void {
    const stored = deliver();
    if (typeof stored === "boolean") {
      this.#count(stored);
      return;
    }
    const counted = stored.then((isNew) => this.#count(isNew));
    // If the reading breaks off, nothing awaits this any more.
    counted.catch(() => undefined);
    storing.push(counted);
  }

  #doubt(doubt: LogDoubt): void {
    const isKnown = this.doubts.some(({ reason, at }) => reason === doubt.reason && at === doubt.at);
    if (!isKnown && this.doubts.length < MAX_DOUBTS) this.doubts.push(doubt);
    // A doubt that is not listed counts for the whole range.
    else if (!isKnown) this.doubts[MAX_DOUBTS - 1] = { reason: "there are many such lines", at: undefined };
  }

  #count(isNew: boolean): void {
    if (isNew) this.missed += 1;
  }
}
