import { EarshotError, type ErrorCode, messageOf } from "../../base/errors.js";
import { type Abandoned, Chunks } from "./reassembly.js";
import { quote, readChunk } from "./protocol.js";
import { type Gap, gapOf, mergeGaps } from "../backfill/gap.js";
import type { SocketSettings } from "./options.js";
import { Pressure } from "./backpressure.js";
import { type Alarm, Throttle } from "./throttle.js";
import type { Timers } from "./timers.js";

/** The timers that {@link Inbound} uses of its owner's. */
export type InboundTimer = "chunks" | "warnings" | "gaps";

/** The owner has further timers, and takes all of them back. */
type OwnersTimers = Pick<Timers<InboundTimer>, "set" | "clear" | "has">;

interface Warning {
  readonly error: EarshotError;
  /** Further ones that are not told one by one. */
  readonly more: number;
}

/** So many warnings, and so many gaps, a window are told one by one. */
const FREE_WARNINGS = 20;
const FREE_GAPS = 5;
const WINDOW_MS = 1000;

/**
 * From the frames of a connection to the listener: deliveries, whole or put together from parts, and what is
 * to be said where that did not work. It outlives connections: the parts of a message may come over two.
 */
export class Inbound {
  readonly pressure: Pressure;
  /** When the last event came, epoch milliseconds. */
  lastEventAt: number | undefined;
  readonly #settings: SocketSettings;
  readonly #timers: OwnersTimers;
  readonly #chunks: Chunks;
  readonly #warnings: Throttle<Warning>;
  readonly #gaps: Throttle<Gap>;
  /** When the deliveries came that are not kept yet, oldest first. */
  readonly #unkept = new Set<{ readonly receivedAt: number }>();
  #stopped = false;

  constructor(
    settings: SocketSettings,
    timers: OwnersTimers,
    hooks: { readonly reading: (reading: boolean) => void; readonly gap: (gap: Gap) => void },
  ) {
    const { clock, maxInFlight } = settings;
    this.#settings = settings;
    this.#timers = timers;
    this.pressure = new Pressure(maxInFlight, () => clock.monotonic(), hooks.reading);
    this.#chunks = new Chunks(
      // Parts that wait in the network because we do not read are not late.
      { now: () => clock.now(), monotonic: () => this.pressure.readingMs() },
      settings.chunks,
      (message) => this.#onAbandoned(message),
    );
    const alarm =
      (name: InboundTimer): Alarm =>
      (delayMs, fn) =>
        delayMs === undefined ? timers.clear(name) : timers.set(name, delayMs, fn);
    this.#warnings = new Throttle({
      free: FREE_WARNINGS,
      windowMs: WINDOW_MS,
      alarm: alarm("warnings"),
      emit: ({ error, more }) => {
        const further = ` (and ${more} more such warnings)`;
        const told =
          more === 0 ? error : new EarshotError(error.code, error.message + further, { cause: error });
        settings.send({ type: "warning", error: told });
      },
      merge: (earlier, later) => ({ error: earlier.error, more: earlier.more + later.more + 1 }),
    });
    this.#gaps = new Throttle({
      free: FREE_GAPS,
      windowMs: WINDOW_MS,
      alarm: alarm("gaps"),
      emit: hooks.gap,
      merge: mergeGaps,
    });
  }

  /**
   * Since when parts of a large message have been waiting for the rest, or a gap for being told, epoch
   * milliseconds.
   */
  get unfinishedSince(): number | undefined {
    return earlier(this.#chunks.unfinishedSince, this.#gaps.held?.from);
  }

  /** When the oldest delivery came that is not kept yet, epoch milliseconds. */
  get unkeptSince(): number | undefined {
    for (const { receivedAt } of this.#unkept) return receivedAt;
    return undefined;
  }

  /** Hands a delivery over. Where `receive` is synchronous, so is this. */
  deliver(body: string, receivedAt: number): void {
    this.lastEventAt = receivedAt;
    let keeping: void | Promise<void>;
    try {
      keeping = this.#settings.receive({ source: "websocket", body, receivedAt });
    } catch (error) {
      this.#onUnkept(receivedAt, error);
      return;
    }
    if (keeping === undefined) return;
    this.pressure.began();
    const unkept = { receivedAt };
    this.#unkept.add(unkept);
    keeping.then(
      () => {
        this.#unkept.delete(unkept);
        this.pressure.ended();
      },
      (error: unknown) => {
        // It is a gap from here on, or, after the stop, stays unkept: nobody fills gaps any more.
        if (!this.#stopped) this.#unkept.delete(unkept);
        this.pressure.ended();
        this.#onUnkept(receivedAt, error);
      },
    );
  }

  /** Takes the `data` of a chunk frame. */
  chunk(data: unknown, text: string, receivedAt: number): void {
    const chunk = readChunk(data);
    if (chunk === undefined) {
      this.unread(`A part of a large message is not in the form of one: ${quote(text)}`, receivedAt);
      return;
    }
    const whole = this.#chunks.add(chunk);
    if (whole !== undefined) this.deliver(whole, receivedAt);
    if (!this.#timers.has("chunks")) this.#watchChunks();
  }

  /** ListenerEvents a frame that may have held an event and could not be read: what it held is looked for in the log. */
  unread(message: string, receivedAt: number): void {
    this.warn(message);
    this.#lost(receivedAt, message);
  }

  /** ListenerEvents a frame that could not be used, or what the code says. */
  warn(message: string, code: ErrorCode = "ERR_FRAME"): void {
    this.#warn(new EarshotError(code, message));
  }

  /** Gives up what is unfinished and tells what is held back. Later frames are still delivered, but nothing waits. */
  stop(): void {
    this.#stopped = true;
    this.#chunks.clear();
    this.#warnings.flush();
    this.#gaps.flush();
  }

  #watchChunks(): void {
    const dueInMs = this.#chunks.dueInMs;
    if (dueInMs === undefined || this.#stopped) return;
    this.#timers.set("chunks", dueInMs, () => {
      this.#chunks.expire();
      this.#watchChunks();
    });
  }

  #onAbandoned({ id, firstAt, parts, total, why }: Abandoned): void {
    const of = total === undefined ? "" : ` of ${total}`;
    const message = `A large message was given up (${why}): ${parts}${of} parts came; its id is ${quote(id)}`;
    if (why !== "stopped") this.#warn(new EarshotError("ERR_CHUNKS", message));
    this.#lost(firstAt, message);
  }

  #onUnkept(receivedAt: number, error: unknown): void {
    const message = `A delivery could not be kept: ${messageOf(error)}`;
    const told = new EarshotError("ERR_INBOX_UNAVAILABLE", message, { cause: error });
    this.#warn(error instanceof EarshotError ? error : told);
    this.#lost(receivedAt, message);
  }

  #warn(error: EarshotError): void {
    this.#warnings.push({ error, more: 0 });
    // A delivery may fail after the stop, when nobody takes timers back any more.
    if (this.#stopped) this.#warnings.flush();
  }

  #lost(from: number, detail: string): void {
    this.#gaps.push(gapOf(from, this.#settings.clock.now(), detail));
    if (this.#stopped) this.#gaps.flush();
  }
}

/** The smaller of two times, where there are two. */
export function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || (other !== undefined && other < one) ? other : one;
}

/** The greater of two times, where there are two. */
export function later(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || (other !== undefined && other > one) ? other : one;
}
