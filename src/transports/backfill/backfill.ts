import { type Clock, sleep, type Timer } from "../../base/clock.js";
import { ApiError, EarshotError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import { messageOf } from "../../base/message-of.js";
import { fullJitterMs } from "../../base/retry.js";
import type { LogDoubt } from "../../model/platform.js";
import type { Transport } from "../transport.js";
import { type Gap, least } from "./gap.js";
import type { GapLog } from "./gap-log.js";
import { LogReading } from "./log-reading.js";

/** What {@link Backfill} takes. */
export interface BackfillOptions {
  readonly log: GapLog;
  readonly send: (event: ListenerEvent) => void;
  readonly clock: Clock;
  readonly random?: () => number;
  /** Lines before this time are not read, epoch milliseconds. Default: no bound. */
  readonly notBefore?: () => number | undefined;
  /** Read this far beyond both ends of a gap, since clocks differ, milliseconds. Default 30,000. */
  readonly overlapMs?: number;
  /** An event is in the log this late at most, milliseconds; a gap's end is then read again. Default 15,000. */
  readonly logDelayMs?: number;
  /** Tries to read the log before the gap is reported as unfilled. Default 8. */
  readonly maxTries?: number;
}

/** A line this far outside a gap may belong to it, milliseconds: clocks are compared by whole seconds. */
const CLOSE_MS = 5000;
/** The precision of the difference between two clocks, milliseconds. */
const CLOCK_PRECISION_MS = 1000;
/** Reasons that one listener event lists. */
const MAX_REASONS = 5;

/** A reading that brings nothing for this long is reported, milliseconds. */
const STALLED_MS = 300_000;

const pauses = { baseMs: 1000, capMs: 60_000 };
/** A `Retry-After` is followed up to here, milliseconds: a wrong one must not leave a gap open, unreported, for ever. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** Errors that may pass without our doing, however long it takes. A 5xx may too, whatever its body. */
const temporary: ReadonlySet<string> = new Set(["ERR_NETWORK", "ERR_TIMEOUT", "ERR_RATE_LIMITED"]);

/** A gap that is to be read. */
interface Span extends Pick<Gap, "from" | "to" | "lastEventAt"> {
  /** Where the gap began: the second reading covers only its end. */
  readonly openedAt: number;
  readonly pass: "first" | "second";
}

/**
 * Fills gaps from a log of events, one at a time, oldest first. The overlap holds duplicates, which the inbox does
 * not run again.
 */
export class Backfill implements Pick<Transport, "stop"> {
  readonly #options: BackfillOptions;
  readonly #overlapMs: number;
  readonly #logDelayMs: number;
  readonly #queue: Span[] = [];
  /** Second readings that are still due. */
  readonly #due = new Map<Timer, Span>();
  readonly #ending = new AbortController();
  #current: Span | undefined;
  #working: Promise<void> | undefined;
  /** The start of the earliest gap that was given up. A restart may still fill it. */
  #givenUpFrom: number | undefined;

  constructor(options: BackfillOptions) {
    this.#options = options;
    this.#overlapMs = options.overlapMs ?? 30_000;
    this.#logDelayMs = options.logDelayMs ?? 15_000;
  }

  /** Fills a gap, and reads its end once more after the log's delay. */
  fill({ from, to, lastEventAt }: Omit<Gap, "detail">): void {
    this.#add({ from, to, lastEventAt, openedAt: from, pass: "first" });
  }

  /** Since when events may be missing that were not read from the log yet, epoch milliseconds. */
  get pendingSince(): number | undefined {
    const spans = [...this.#queue, ...this.#due.values()];
    return least(this.#givenUpFrom, this.#current?.from, ...spans.map(({ from }) => from));
  }

  /** Resolves when no gap is being filled. A second reading that is still due does not count. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** Stops filling. {@link pendingSince} still covers the gaps that are not filled. */
  async stop(): Promise<void> {
    this.#ending.abort(new EarshotError("ERR_ABORTED", "The listener has stopped."));
    for (const timer of this.#due.keys()) timer.clear();
    await this.idle();
  }

  #add(span: Span): void {
    addSpan(this.#queue, span, this.#overlapMs);
    if (this.#ending.signal.aborted || this.#working !== undefined) return;
    this.#working = this.#work();
  }

  async #work(): Promise<void> {
    // In the next turn, so that gaps which open together are read together.
    await Promise.resolve();
    while (!this.#ending.signal.aborted) {
      this.#current = this.#queue.shift();
      if (this.#current === undefined) break;
      await this.#fillOne(this.#current);
    }
    // In the same turn as the last check of the queue, so that no gap is added in between and then forgotten.
    this.#working = undefined;
  }

  async #fillOne(span: Span): Promise<void> {
    const { clock, send, log, maxTries = 8 } = this.#options;
    const { signal } = this.#ending;
    const began = clock.now();
    // The log's times are those of the other side's clock.
    const ahead = log.clockAhead?.() ?? { first: 0, least: 0, most: 0 };
    const since = Math.max(
      (least(span.from, span.lastEventAt) ?? span.from) + ahead.least - this.#overlapMs,
      (this.#options.notBefore?.() ?? Number.NEGATIVE_INFINITY) + ahead.first,
    );
    const until = span.to + ahead.most + this.#overlapMs;
    const reading = new LogReading(log, { since, until });
    let storedUntil = reading.storedUntil;
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#run(reading, span);
        if (span.pass === "first") this.#readAgain(span, began);
        this.#report(span, reading, began, ahead.first);
        return;
      } catch (thrown) {
        if (signal.aborted) return;
        // It broke off again, but further on: the log can be read.
        if (reading.storedUntil > storedUntil) failures = 1;
        storedUntil = reading.storedUntil;
        // A temporary error is retried after it was reported, however long it takes.
        const final = isUnauthorized(thrown) || (failures >= maxTries && !isTemporary(thrown));
        if (final) this.#givenUpFrom = least(this.#givenUpFrom, span.from);
        if (final || failures === maxTries) {
          const message = `${log.name} could not be read: ${messageOf(thrown)}`;
          send({ ...bounds(span.from, span.to), type: "gap.unfilled", error: gapError(message, thrown) });
        }
        if (final) return;
        await sleep(clock, this.#pauseMs(thrown, failures), signal).catch(() => undefined);
      }
    }
  }

  /** Runs a reading. A list of the user may never answer: that is reported, and waited for. */
  async #run(reading: LogReading, { from, to }: Span): Promise<void> {
    const { clock, send, log } = this.#options;
    const look = (before: number) =>
      clock.after(STALLED_MS, () => {
        if (reading.found > before) {
          timer = look(reading.found);
          return;
        }
        const message = `${log.name} has brought nothing for ${STALLED_MS} ms: it does not answer, or the inbox is full. The reading goes on.`;
        send({ ...bounds(from, to), type: "gap.unfilled", error: gapError(message) });
      });
    let timer = look(reading.found);
    try {
      await reading.run(this.#ending.signal);
    } finally {
      timer.clear();
    }
  }

  #pauseMs(thrown: unknown, failures: number): number {
    const asked = thrown instanceof ApiError ? (thrown.retryAfterMs ?? 0) : 0;
    return Math.min(asked, LONGEST_RETRY_AFTER_MS) + fullJitterMs(pauses, failures, this.#options.random);
  }

  /** Events that fired within the log's delay before we began may not have been in it yet. */
  #readAgain({ from, to, lastEventAt, openedAt }: Span, began: number): void {
    const { clock } = this.#options;
    const open = Math.max(from, began - this.#logDelayMs);
    if (open > to || this.#ending.signal.aborted) return;
    const span: Span = { from: open, to, lastEventAt, openedAt, pass: "second" };
    // No longer than the delay, where the wall clock was set back since the gap ended.
    const waitMs = Math.min(this.#logDelayMs, Math.max(0, to + this.#logDelayMs - clock.now()));
    const timer = clock.after(waitMs, () => {
      this.#due.delete(timer);
      this.#add(span);
    });
    this.#due.set(timer, span);
  }

  #report(span: Span, reading: LogReading, began: number, aheadMs: number): void {
    const { send, log } = this.#options;
    const { found, missed, unusable, firstAt } = reading;
    if (unusable > 0 && span.pass === "first") {
      const message = `${log.name} has ${unusable} events around the gap without a payload to run them with.`;
      send({ type: "warning", error: gapError(message) });
    }
    if (this.#reportDoubts(span, reading, aheadMs)) return;
    const reach = this.#reachOf(span, firstAt === undefined ? undefined : firstAt - aheadMs, began);
    if (reach !== undefined) {
      const error = gapError(`${log.name} does not reach back as far as the gap.`);
      send({ ...bounds(span.openedAt, Math.min(reach, span.to)), type: "gap.unfilled", error });
    }
    const from = reach ?? span.from;
    if (from <= span.to && (span.pass === "first" || missed > 0)) {
      send({ ...bounds(from, span.to), type: "gap.filled", found, missed });
    }
  }

  /**
   * Reports the lines that may not have been read: the gap is then not filled, though the others were delivered.
   *
   * @returns whether there are such lines within the gap
   */
  #reportDoubts({ from, to }: Span, { doubts }: LogReading, aheadMs: number): boolean {
    const { send, log } = this.#options;
    const within = ({ at }: LogDoubt) =>
      at === undefined || (at - aheadMs >= from - CLOSE_MS && at - aheadMs <= to + CLOSE_MS);
    const others = doubts.filter((doubt) => !within(doubt));
    if (others.length > 0) {
      const message = `${log.name} could not be read whole beside the gap: ${reasonsOf(others)}.`;
      send({ type: "warning", error: gapError(message) });
    }
    const inside = doubts.filter(within);
    if (inside.length === 0) return false;
    const times = inside.map(({ at }) => (at === undefined ? undefined : at - aheadMs));
    const known = times.filter((at) => at !== undefined);
    const isAnywhere = known.length < times.length;
    const bound = (at: number) => Math.min(Math.max(at, from), to);
    // Clocks that differ are compared by whole seconds.
    const blurMs = aheadMs === 0 ? 0 : CLOCK_PRECISION_MS;
    const first = isAnywhere ? from : bound(Math.min(...known) - blurMs);
    // A time without milliseconds stands for its whole second.
    const ends = known.map((at) => (at % 1000 === 0 ? at + 999 : at));
    const last = isAnywhere ? to : bound(Math.max(...ends) + blurMs);
    const message = `${log.name} could not be read whole: ${reasonsOf(inside)}.`;
    send({ ...bounds(first, last), type: "gap.unfilled", error: gapError(message) });
    return true;
  }

  /** @returns the start of the log, if it no longer has the beginning of the gap */
  #reachOf({ from, lastEventAt }: Span, firstAt: number | undefined, began: number): number | undefined {
    const { retentionMs } = this.#options.log;
    if (retentionMs !== undefined && began - retentionMs > from) return began - retentionMs;
    // An event this recent may not be in the log yet.
    if (lastEventAt === undefined || began - lastEventAt < this.#logDelayMs) return undefined;
    const reach = firstAt ?? Number.POSITIVE_INFINITY;
    return reach > lastEventAt + this.#overlapMs && reach > from ? reach : undefined;
  }
}

function isUnauthorized(thrown: unknown): boolean {
  return thrown instanceof EarshotError && thrown.code === "ERR_UNAUTHORIZED";
}

function isTemporary(thrown: unknown): boolean {
  if (!(thrown instanceof EarshotError)) return false;
  return temporary.has(thrown.code) || (thrown instanceof ApiError && (thrown.status ?? 0) >= 500);
}

function reasonsOf(doubts: readonly LogDoubt[]): string {
  const reasons = [...new Set(doubts.map(({ reason }) => reason))];
  const rest = reasons.length - MAX_REASONS;
  return `${reasons.slice(0, MAX_REASONS).join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
}

function gapError(message: string, cause?: unknown): EarshotError {
  return new EarshotError("ERR_GAP", message, { cause });
}

function bounds(from: number, to: number) {
  return { from: new Date(from), to: new Date(to) };
}

/** Adds a span, merged with those of the same pass whose readings overlap. */
function addSpan(spans: Span[], span: Span, overlapMs: number): void {
  let whole = span;
  for (let index = spans.length - 1; index >= 0; index -= 1) {
    const other = spans[index];
    if (other === undefined || other.pass !== span.pass) continue;
    if (other.from - overlapMs > whole.to + overlapMs || whole.from - overlapMs > other.to + overlapMs)
      continue;
    spans.splice(index, 1);
    whole = {
      from: Math.min(whole.from, other.from),
      to: Math.max(whole.to, other.to),
      lastEventAt: least(whole.lastEventAt, other.lastEventAt),
      openedAt: Math.min(whole.openedAt, other.openedAt),
      pass: span.pass,
    };
  }
  spans.push(whole);
  spans.sort((a, b) => a.from - b.from);
}
