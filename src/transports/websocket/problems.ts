import { EarshotError } from "../../base/errors.js";
import type { Gap } from "../backfill/gap.js";
import { gapOf, mergeGaps } from "../backfill/gap.js";
import type { ConnectionEvents, ConnectionSettings } from "./options.js";
import type { Timers } from "./timers.js";

/** Items that a {@link Throttle} lets through per window before it merges. */
const FREE_WARNINGS = 20;
const FREE_GAPS = 5;
const WINDOW_MS = 1000;

/** The names of the timers that {@link Problems} sets. */
export type ProblemTimer = "warnings" | "gaps";

interface Warning {
  readonly error: EarshotError;
  /** Further warnings that were merged into this one. */
  readonly more: number;
}

/** What went wrong with single frames and deliveries: warnings, and the gaps that they open. Both are throttled. */
export class Problems {
  readonly #clock: ConnectionSettings["clock"];
  readonly #warnings: Throttle<Warning>;
  readonly #gaps: Throttle<Gap>;
  #stopped = false;

  constructor(
    clock: ConnectionSettings["clock"],
    timers: Pick<Timers<ProblemTimer>, "set" | "clear">,
    { send, onGap }: { readonly send: ConnectionEvents["send"]; readonly onGap: (gap: Gap) => void },
  ) {
    const timer =
      (name: ProblemTimer): ThrottleTimer =>
      (delayMs, fn) =>
        delayMs === undefined ? timers.clear(name) : timers.set(name, delayMs, fn);
    this.#clock = clock;
    this.#warnings = new Throttle({
      free: FREE_WARNINGS,
      windowMs: WINDOW_MS,
      timer: timer("warnings"),
      emit: (warning) => send({ type: "warning", error: errorOf(warning) }),
      merge: (earlier, later) => ({ error: earlier.error, more: earlier.more + later.more + 1 }),
    });
    this.#gaps = new Throttle({
      free: FREE_GAPS,
      windowMs: WINDOW_MS,
      timer: timer("gaps"),
      emit: onGap,
      merge: mergeGaps,
    });
  }

  /** Since when a merged gap waits to be reported, epoch milliseconds. */
  get gapSince(): number | undefined {
    return this.#gaps.held?.from;
  }

  warn(error: EarshotError): void {
    this.#warnings.push({ error, more: 0 });
    // A delivery may fail after the stop, when no timer would be cleared any more.
    if (this.#stopped) this.#warnings.flush();
  }

  /** Opens a gap from a time, epoch milliseconds, until now. */
  gap(from: number, detail: string): void {
    this.#gaps.push(gapOf(from, this.#clock.now(), detail));
    if (this.#stopped) this.#gaps.flush();
  }

  /** Reports what is held back. Later problems are reported at once. */
  stop(): void {
    this.#stopped = true;
    this.#warnings.flush();
    this.#gaps.flush();
  }
}

function errorOf({ error, more }: Warning): EarshotError {
  if (more === 0) return error;
  const message = `${error.message} (and ${more} more such warnings)`;
  return new EarshotError(error.code, message, { cause: error });
}

/** Sets a timer, replacing the one before; `undefined` clears it. */
export type ThrottleTimer = (delayMs: number | undefined, fn: () => void) => void;

interface ThrottleOptions<Item> {
  /** Items per window that are emitted one by one. */
  readonly free: number;
  readonly windowMs: number;
  readonly timer: ThrottleTimer;
  readonly emit: (item: Item) => void;
  /** Merges two items; the rest of a window is emitted as one item at its end. */
  readonly merge: (earlier: Item, later: Item) => Item;
}

/**
 * Emits a few items and merges the rest of each window into one: a server that sends a million bad frames does not
 * cause a million warnings. Every item is accounted for, and memory stays that of one item.
 */
export class Throttle<Item> {
  readonly #options: ThrottleOptions<Item>;
  #emitted = 0;
  #held: Item | undefined;

  constructor(options: ThrottleOptions<Item>) {
    this.#options = options;
  }

  /** The item that waits for the end of its window. */
  get held(): Item | undefined {
    return this.#held;
  }

  push(item: Item): void {
    const { free, windowMs, timer, emit, merge } = this.#options;
    if (this.#emitted < free) {
      if (this.#emitted === 0) timer(windowMs, () => this.#onWindowEnd());
      this.#emitted += 1;
      emit(item);
      return;
    }
    this.#held = this.#held === undefined ? item : merge(this.#held, item);
  }

  /** Emits what is held and forgets the window. */
  flush(): void {
    this.#options.timer(undefined, () => undefined);
    const held = this.#next();
    if (held !== undefined) this.#options.emit(held);
  }

  #onWindowEnd(): void {
    const held = this.#next();
    if (held === undefined) return;
    // The flood may go on: the held item counts as the whole of the next window.
    this.push(held);
    this.#emitted = this.#options.free;
  }

  #next(): Item | undefined {
    const held = this.#held;
    this.#emitted = 0;
    this.#held = undefined;
    return held;
  }
}
