import type { Clock } from "../base/clock.js";
import type { ListenerEvent } from "../base/listener-events.js";
import { messageOf } from "../base/message-of.js";

/** What {@link CircuitBreaker} takes. Times in milliseconds. */
export interface CircuitBreakerOptions {
  /** Distinct events that fail in a row with the same error before it opens. */
  readonly failures: number;
  readonly probeMs: number;
  readonly maxProbeMs: number;
  /** How long it stays open at most: the time of the callback's retries. After that, attempts are counted again. */
  readonly maxOpenMs: number;
  /** The callback's name. */
  readonly name: string;
  readonly clock: Clock;
  readonly send: (event: ListenerEvent) => void;
}

interface Open {
  readonly sinceMs: number;
  /** When the next event may be tried. */
  probeAtMs: number;
  /** After the next failed probe. */
  pauseMs: number;
  /** The record that is tried now. */
  probing: string | undefined;
  probes: number;
}

/** Characters of an error's message that count. */
const MAX_KEY = 200;

/**
 * The circuit breaker of a callback. It opens when several events in a row fail with the same error: then not the
 * events are at fault, but what the callback depends on. While it is open, one event at a time is tried (half-open).
 * The first success closes it.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  /** Of the failures in a row; `undefined` after a success. */
  #errorKey: string | undefined;
  /** The records that failed in a row. */
  readonly #failed = new Set<string>();
  #open: Open | undefined;
  /** It was open for as long as it may be: it stays closed until something succeeds. */
  #isExpired = false;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  /** The callback that it belongs to. */
  get name(): string {
    return this.#options.name;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** How many records may be tried now: 0, 1 or any number. */
  get room(): number {
    if (this.#current() === undefined) return Number.POSITIVE_INFINITY;
    return this.pauseMs === 0 ? 1 : 0;
  }

  /** Milliseconds until a record may be tried; `Infinity` while one is tried. */
  get pauseMs(): number {
    const open = this.#current();
    if (open === undefined) return 0;
    return open.probing === undefined ? this.#pauseOf(open) : Number.POSITIVE_INFINITY;
  }

  /** Milliseconds until a record may be tried. With 0 it is to be tried now, and its result to be reported. */
  admit(recordId: string): number {
    const open = this.#current();
    if (open === undefined) return 0;
    const pauseMs = this.#pauseOf(open);
    if (pauseMs > 0) return pauseMs;
    // Redelivered by its inbox, it is the same probe again.
    if (open.probing !== undefined && open.probing !== recordId) return open.pauseMs;
    open.probing = recordId;
    open.probes += 1;
    return 0;
  }

  succeeded(): void {
    // On the path of every event: mostly there is nothing to do.
    if (this.#errorKey === undefined) return;
    this.#errorKey = undefined;
    this.#isExpired = false;
    this.#close();
  }

  /** @returns milliseconds until the record is tried again, without counting this attempt; `undefined` to count it */
  failed(recordId: string, error: unknown): number | undefined {
    const key = errorKey(error);
    const open = this.#current();
    if (open === undefined) {
      this.#count(recordId, key, error);
      return undefined;
    }
    if (open.probing === recordId) this.#probeFailed(open);
    return key === this.#errorKey ? Math.max(1, this.#pauseOf(open)) : undefined;
  }

  /** The run says nothing about what the callback depends on. */
  skipped(recordId: string): void {
    if (this.#open?.probing === recordId) this.#open.probing = undefined;
  }

  #count(recordId: string, key: string, error: unknown): void {
    const { failures, probeMs, maxOpenMs, name, clock, send } = this.#options;
    if (key !== this.#errorKey) this.#failed.clear();
    this.#errorKey = key;
    if (this.#isExpired || maxOpenMs === 0) return;
    this.#failed.add(recordId);
    if (this.#failed.size < failures) return;
    const sinceMs = clock.monotonic();
    this.#open = { sinceMs, probeAtMs: sinceMs + probeMs, pauseMs: probeMs, probing: undefined, probes: 0 };
    send({ type: "callback.paused", callback: name, error, failures, probeInMs: probeMs });
  }

  #probeFailed(open: Open): void {
    const { maxProbeMs, clock } = this.#options;
    open.probing = undefined;
    open.pauseMs = Math.min(Math.max(maxProbeMs, this.#options.probeMs), open.pauseMs * 2);
    open.probeAtMs = clock.monotonic() + open.pauseMs;
  }

  #pauseOf({ probeAtMs }: Open): number {
    return Math.max(0, Math.ceil(probeAtMs - this.#options.clock.monotonic()));
  }

  /** What keeps failing has to reach the dead-letter queue in the end. */
  #current(): Open | undefined {
    if (this.#open === undefined) return undefined;
    const { clock, maxOpenMs } = this.#options;
    if (clock.monotonic() - this.#open.sinceMs < maxOpenMs) return this.#open;
    this.#isExpired = true;
    this.#close();
    return undefined;
  }

  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    this.#failed.clear();
    if (open === undefined) return;
    const { clock, name, send } = this.#options;
    const pausedMs = clock.monotonic() - open.sinceMs;
    send({ type: "callback.resumed", callback: name, pausedMs, probes: open.probes });
  }
}

/**
 * What two errors of one cause have in common: the kind and the code or HTTP status, else the message without the
 * numbers and ids in it. Never throws.
 */
function errorKey(error: unknown): string {
  try {
    if (typeof error !== "object" || error === null) return typeof error;
    const { name, code, status, statusCode } = error as Record<string, unknown>;
    const number = [code, status, statusCode].find((each) => each !== undefined && each !== null);
    if (number !== undefined) return `${String(name)} ${String(number)}`.slice(0, MAX_KEY);
    const message = messageOf(error).slice(0, MAX_KEY);
    return `${String(name)} ${message.replace(/[\w-]*\d[\w-]*/g, "#")}`;
  } catch {
    return "unreadable";
  }
}
