import { type Clock, sleep, type Timer } from "../../base/clock.js";
import { ApiError, EarshotError, messageOf } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import { fullJitterMs } from "../../base/retry.js";
import type { ClockAhead, LogDoubt } from "../../model/platform.js";
import { LogReading, type ReadingTools } from "./log-reading.js";
import { addSpan, type Gap, least, type Span } from "./span.js";

/** What {@link CatchUp} takes. `receive` is the path: it resolves when kept, with true where it was not known. */
export interface CatchUpOptions extends ReadingTools {
  readonly send: (report: ListenerEvent) => void;
  readonly clock: Clock;
  readonly random?: () => number;
  /** Nothing older is read, epoch milliseconds. Default: no such bound. */
  readonly notBefore?: () => number | undefined;
  /** Read this much beyond both ends of a gap: clocks differ. Default 30,000. */
  readonly overlapMs?: number;
  /** So late, at most, does an event stand in the log; a gap's end is read again then. Default 15,000. */
  readonly logDelayMs?: number;
  /** How far the platform's clock is ahead of ours. Default: not at all. */
  readonly clockAhead?: (() => ClockAhead) | undefined;
  /** Tries to read the log before the gap is reported as unfilled. Default 8. */
  readonly maxTries?: number;
}

/** So far beside a gap, a line may belong to it: clocks are compared by whole seconds, milliseconds. */
const CLOSE_MS = 5000;
/** How exactly the difference of two clocks is known, milliseconds. */
const CLOCK_MS = 1000;
/** Reasons that one report names. */
const MOST_REASONS = 5;

const pauses = { baseMs: 1000, capMs: 60_000 };

/** What may pass by itself, however long it takes. So does a 5xx, whatever its body. */
const passing: ReadonlySet<string> = new Set(["ERR_NETWORK", "ERR_TIMEOUT", "ERR_RATE_LIMITED"]);

/**
 * Fills gaps from the platform's log, one at a time, oldest first. What lies in the overlap is known to the
 * inbox already and is not run again.
 */
export class CatchUp {
  readonly #options: CatchUpOptions;
  readonly #overlapMs: number;
  readonly #logDelayMs: number;
  readonly #queue: Span[] = [];
  /** Second looks that are still to come. */
  readonly #later = new Map<Timer, Span>();
  readonly #ending = new AbortController();
  #current: Span | undefined;
  #working: Promise<void> | undefined;
  /** The start of the earliest gap that was given up, which a restart may still fill. */
  #givenUpFrom: number | undefined;

  constructor(options: CatchUpOptions) {
    this.#options = options;
    this.#overlapMs = options.overlapMs ?? 30_000;
    this.#logDelayMs = options.logDelayMs ?? 15_000;
  }

  /** Fills a gap, and looks at its end once more after the log's delay. */
  fill({ from, to, heardAt }: Gap): void {
    this.#add({ from, to, heardAt, openedAt: from, look: "first" });
  }

  /** Since when events may be missing that the log has not given yet, epoch milliseconds. */
  get pendingSince(): number | undefined {
    const spans = [...this.#queue, ...this.#later.values()];
    return least(this.#givenUpFrom, this.#current?.from, ...spans.map(({ from }) => from));
  }

  /** Resolves when no gap is being filled; a second look that is still to come does not count. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** Leaves what is not filled: {@link pendingSince} still tells of it. */
  async stop(): Promise<void> {
    this.#ending.abort(new EarshotError("ERR_ABORTED", "The listener has stopped."));
    for (const timer of this.#later.keys()) timer.clear();
    await this.idle();
  }

  #add(span: Span): void {
    addSpan(this.#queue, span, this.#overlapMs);
    if (this.#ending.signal.aborted || this.#working !== undefined) return;
    this.#working = this.#work();
  }

  async #work(): Promise<void> {
    // A turn later: gaps that are told together are read together.
    await Promise.resolve();
    while (!this.#ending.signal.aborted) {
      this.#current = this.#queue.shift();
      if (this.#current === undefined) break;
      await this.#fillOne(this.#current);
    }
    // In the same turn as the last look at the queue, so that nothing is added in between and then forgotten.
    this.#working = undefined;
  }

  async #fillOne(span: Span): Promise<void> {
    const { clock, send, maxTries = 8 } = this.#options;
    const { signal } = this.#ending;
    const began = clock.now();
    // The log's times are by the platform's clock.
    const ahead = this.#options.clockAhead?.() ?? { first: 0, least: 0, most: 0 };
    const since = Math.max(
      (least(span.from, span.heardAt) ?? span.from) + ahead.least - this.#overlapMs,
      (this.#options.notBefore?.() ?? Number.NEGATIVE_INFINITY) + ahead.first,
    );
    const until = span.to + ahead.most + this.#overlapMs;
    const reading = new LogReading(this.#options, { since, until });
    let keptUntil = reading.keptUntil;
    for (let failures = 1; ; failures += 1) {
      try {
        await reading.run(signal);
        if (span.look === "first") this.#lookAgain(span, began);
        this.#tell(span, reading, began, ahead.first);
        return;
      } catch (thrown) {
        if (signal.aborted) return;
        // Broken off once more, but further on: the log can be read.
        if (reading.keptUntil > keptUntil) failures = 1;
        keptUntil = reading.keptUntil;
        // What may pass is tried on after it was reported, however long it takes.
        const final = isUnauthorized(thrown) || (failures >= maxTries && !mayPass(thrown));
        if (final) this.#givenUpFrom = least(this.#givenUpFrom, span.from);
        if (final || failures === maxTries) {
          const message = `The platform's log could not be read: ${messageOf(thrown)}`;
          send({ ...bounds(span.from, span.to), type: "gap.unfilled", error: gapError(message, thrown) });
        }
        if (final) return;
        await sleep(clock, this.#pauseMs(thrown, failures), signal).catch(() => undefined);
      }
    }
  }

  #pauseMs(thrown: unknown, failures: number): number {
    const asked = thrown instanceof ApiError ? (thrown.retryAfterMs ?? 0) : 0;
    return asked + fullJitterMs(pauses, failures, this.#options.random);
  }

  /** Whatever fired less than the log's delay before we began may not have stood there yet. */
  #lookAgain({ from, to, heardAt, openedAt }: Span, began: number): void {
    const { clock } = this.#options;
    const open = Math.max(from, began - this.#logDelayMs);
    if (open > to || this.#ending.signal.aborted) return;
    const span: Span = { from: open, to, heardAt, openedAt, look: "second" };
    const timer = clock.after(Math.max(0, to + this.#logDelayMs - clock.now()), () => {
      this.#later.delete(timer);
      this.#add(span);
    });
    this.#later.set(timer, span);
  }

  #tell(span: Span, reading: LogReading, began: number, aheadMs: number): void {
    const { send } = this.#options;
    const { found, missed, unusable, firstAt } = reading;
    if (unusable > 0 && span.look === "first") {
      const message = `The platform's log has ${unusable} events around the gap without a payload to run them with.`;
      send({ type: "warning", error: gapError(message) });
    }
    if (this.#tellDoubts(span, reading, aheadMs)) return;
    const reach = this.#reachOf(span, firstAt === undefined ? undefined : firstAt - aheadMs, began);
    if (reach !== undefined) {
      const error = gapError("The platform's log does not reach back as far as the gap.");
      send({ ...bounds(span.openedAt, Math.min(reach, span.to)), type: "gap.unfilled", error });
    }
    const from = reach ?? span.from;
    if (from <= span.to && (span.look === "first" || missed > 0)) {
      send({ ...bounds(from, span.to), type: "gap.filled", found, missed });
    }
  }

  /**
   * Where lines may not have been read, the gap is not filled, though what could be read has been.
   *
   * @returns whether that is so
   */
  #tellDoubts({ from, to }: Span, { doubts }: LogReading, aheadMs: number): boolean {
    const { send } = this.#options;
    const within = ({ at }: LogDoubt) =>
      at === undefined || (at - aheadMs >= from - CLOSE_MS && at - aheadMs <= to + CLOSE_MS);
    const others = doubts.filter((doubt) => !within(doubt));
    if (others.length > 0) {
      const message = `The platform's log could not be read whole beside the gap: ${reasonsOf(others)}.`;
      send({ type: "warning", error: gapError(message) });
    }
    const inside = doubts.filter(within);
    if (inside.length === 0) return false;
    const times = inside.map(({ at }) => (at === undefined ? undefined : at - aheadMs));
    const known = times.filter((at) => at !== undefined);
    const isAnywhere = known.length < times.length;
    const bound = (at: number) => Math.min(Math.max(at, from), to);
    // Clocks that differ are compared by whole seconds.
    const blurMs = aheadMs === 0 ? 0 : CLOCK_MS;
    const first = isAnywhere ? from : bound(Math.min(...known) - blurMs);
    // A time without milliseconds stands for its whole second.
    const ends = known.map((at) => (at % 1000 === 0 ? at + 999 : at));
    const last = isAnywhere ? to : bound(Math.max(...ends) + blurMs);
    const message = `The platform's log could not be read whole: ${reasonsOf(inside)}.`;
    send({ ...bounds(first, last), type: "gap.unfilled", error: gapError(message) });
    return true;
  }

  /** @returns from when on the log is there, where it has forgotten the beginning of the gap */
  #reachOf({ from, heardAt }: Span, firstAt: number | undefined, began: number): number | undefined {
    // What was heard this lately may not stand in the log yet.
    if (heardAt === undefined || began - heardAt < this.#logDelayMs) return undefined;
    const reach = firstAt ?? Number.POSITIVE_INFINITY;
    return reach > heardAt + this.#overlapMs && reach > from ? reach : undefined;
  }
}

function isUnauthorized(thrown: unknown): boolean {
  return thrown instanceof EarshotError && thrown.code === "ERR_UNAUTHORIZED";
}

function mayPass(thrown: unknown): boolean {
  if (!(thrown instanceof EarshotError)) return false;
  return passing.has(thrown.code) || (thrown instanceof ApiError && (thrown.status ?? 0) >= 500);
}

function reasonsOf(doubts: readonly LogDoubt[]): string {
  const reasons = [...new Set(doubts.map(({ reason }) => reason))];
  const rest = reasons.length - MOST_REASONS;
  return `${reasons.slice(0, MOST_REASONS).join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
}

function gapError(message: string, cause?: unknown): EarshotError {
  return new EarshotError("ERR_GAP", message, { cause });
}

function bounds(from: number, to: number) {
  return { from: new Date(from), to: new Date(to) };
}
