import type { Clock, Timer } from "../base/clock.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import type { CircuitBreaker } from "./breaker.js";
import type { RateLimit } from "./rate-limit.js";

/** A limit that all processes share. @returns milliseconds until a run may begin; with 0 it has begun */
export type SharedLimit = () => Promise<number>;

/** What a {@link CallbackGate} consists of. */
export interface GateParts {
  readonly breaker?: CircuitBreaker | undefined;
  readonly limit?: RateLimit | undefined;
  readonly shared?: SharedLimit | undefined;
}

/** After a shared limit that could not be read, milliseconds. */
const SHARED_RETRY_MS = 1000;

/** Decides whether a callback may run now: its circuit breaker, and its limit. */
export class CallbackGate {
  readonly #gates: CallbackGates;
  readonly #parts: GateParts;
  /** What the shared limit has said: no run begins before. */
  #sharedUntilMs = Number.NEGATIVE_INFINITY;
  #isRemoved = false;

  constructor(gates: CallbackGates, parts: GateParts) {
    this.#gates = gates;
    this.#parts = parts;
    if (parts.limit !== undefined || parts.shared !== undefined) gates.watch(this);
  }

  get isLimited(): boolean {
    return this.#parts.limit !== undefined || this.#parts.shared !== undefined;
  }

  /** The name of the callback while it is paused. */
  get pausedName(): string | undefined {
    const { breaker } = this.#parts;
    return breaker?.isOpen === true ? breaker.name : undefined;
  }

  /** How many records may be claimed for the callback now. */
  get room(): number {
    if (this.#sharedUntilMs > this.#gates.clock.monotonic()) return 0;
    const { breaker, limit } = this.#parts;
    return Math.min(breaker?.room ?? Number.POSITIVE_INFINITY, limit?.room ?? Number.POSITIVE_INFINITY);
  }

  /** Milliseconds until there is room; `Infinity` where the end of a run decides. */
  get pauseMs(): number {
    const { breaker, limit } = this.#parts;
    const sharedMs = this.#sharedUntilMs - this.#gates.clock.monotonic();
    return Math.max(breaker?.pauseMs ?? 0, limit?.pauseMs ?? 0, sharedMs);
  }

  /** Milliseconds until the callback may run for a record; 0 for now. */
  admit(recordId: string): MaybePromise<number> {
    const { breaker, limit, shared } = this.#parts;
    const pauseMs = breaker?.admit(recordId) ?? 0;
    if (pauseMs > 0) return pauseMs;
    const limitMs = limit?.admit() ?? 0;
    if (limitMs > 0) breaker?.skipped(recordId);
    return limitMs > 0 || shared === undefined ? limitMs : this.#admitShared(recordId, shared);
  }

  succeeded(): void {
    const { breaker } = this.#parts;
    if (breaker === undefined) return;
    const wasOpen = breaker.isOpen;
    breaker.succeeded();
    if (wasOpen) this.#changed();
  }

  /** @returns milliseconds until the record is tried again, without counting this attempt; `undefined` to count it */
  failed(recordId: string, error: unknown): number | undefined {
    const { breaker } = this.#parts;
    const pauseMs = breaker?.failed(recordId, error);
    if (breaker?.isOpen === true) this.#changed();
    return pauseMs;
  }

  /** The run has ended, and says nothing about what the callback depends on. */
  skipped(recordId: string): void {
    this.#parts.breaker?.skipped(recordId);
    if (this.#parts.breaker?.isOpen === true) this.#changed();
  }

  /** The callback is removed. A run that ends later holds nothing up any more. */
  remove(): void {
    this.#isRemoved = true;
    this.#gates.remove(this);
  }

  #changed(): void {
    if (!this.#isRemoved) this.#gates.changed(this);
  }

  async #admitShared(recordId: string, shared: SharedLimit): Promise<number> {
    // A limit that cannot be read holds: the events are stored, and wait.
    const pauseMs = await shared().catch(() => SHARED_RETRY_MS);
    if (pauseMs === 0) return 0;
    this.#parts.breaker?.skipped(recordId);
    this.#sharedUntilMs = this.#gates.clock.monotonic() + pauseMs;
    return pauseMs;
  }
}

/** The gates of a listener's callbacks: while all of them are closed, no records are claimed. */
export class CallbackGates {
  readonly clock: Clock;
  /** How much there is to run records for, what has no gate included. */
  readonly #callbacks: () => number;
  /** Called when records may be claimed again. */
  readonly #wake: () => void;
  /** Gates that may be closed: of paused callbacks, and of all that have a limit. */
  readonly #watched = new Set<CallbackGate>();
  #timer: Timer | undefined;

  constructor(clock: Clock, callbacks: () => number, wake: () => void) {
    this.clock = clock;
    this.#callbacks = callbacks;
    this.#wake = wake;
  }

  /** How many records may be claimed now. On the path of every event: one comparison, as long as a gate is open. */
  get room(): number {
    if (this.#watched.size === 0 || this.#watched.size < this.#callbacks()) return Number.POSITIVE_INFINITY;
    let most = 0;
    for (const { room } of this.#watched) most = Math.max(most, room);
    if (most === 0) this.#wakeLater();
    return most;
  }

  /** The names of the callbacks that are paused. */
  get paused(): readonly string[] {
    return [...this.#watched].flatMap(({ pausedName }) => pausedName ?? []);
  }

  /** The gate may be closed from now on. */
  watch(gate: CallbackGate): void {
    this.#watched.add(gate);
  }

  /** The gate's callback was paused, resumed or tried. */
  changed(gate: CallbackGate): void {
    if (gate.room === Number.POSITIVE_INFINITY && !gate.isLimited) this.#watched.delete(gate);
    else this.#watched.add(gate);
    this.#wake();
  }

  remove(gate: CallbackGate): void {
    if (this.#watched.delete(gate)) this.#wake();
  }

  stop(): void {
    this.#timer?.clear();
    this.#watched.clear();
  }

  #wakeLater(): void {
    let pauseMs = Number.POSITIVE_INFINITY;
    for (const gate of this.#watched) pauseMs = Math.min(pauseMs, gate.pauseMs);
    this.#timer?.clear();
    // The end of the run that is tried wakes it.
    if (pauseMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.clock.after(Math.max(1, pauseMs), this.#wake);
  }
}
