import type { Clock } from "../../base/clock.js";
import { Deadlines } from "./deadlines.js";

/** A request whose body is arriving. */
export interface Reading {
  /** Bytes held for it. */
  readonly heldBytes: number;
  /** Rejects it, because it took too long. */
  timeOut(): void;
  /** Rejects it, because others need its memory. */
  evict(): void;
}

export interface AdmissionLimits {
  readonly bodyTimeoutMs: number;
  readonly maxInFlight: number;
  readonly maxHeldBytes: number;
}

/**
 * Limits the requests and the memory in use at one time.
 *
 * Arriving bodies are counted apart from deliveries in work: slow uploads do not consume slots of complete requests.
 * If bodies need more memory than the limit, the oldest is evicted, because it is the least likely to end. A body
 * that arrives in one piece needs none.
 */
export class AdmissionControl {
  /** Deliveries whose response is pending. */
  working = 0;
  /** Whether the server no longer accepts requests. */
  closing = false;
  /** Deliveries are accepted, and each connection ends with its response: the listener stops soon. */
  leaving = false;
  readonly #limits: AdmissionLimits;
  readonly #reading: Deadlines<Reading>;
  #heldBytes = 0;
  #idle: (() => void)[] = [];

  constructor(clock: Clock, limits: AdmissionLimits) {
    this.#limits = limits;
    this.#reading = new Deadlines(clock, limits.bodyTimeoutMs, (reading) => {
      this.#heldBytes -= reading.heldBytes;
      reading.timeOut();
      this.#settle();
    });
  }

  get inFlight(): number {
    return this.working + this.#reading.size;
  }

  /** Whether no other delivery can be accepted. */
  get full(): boolean {
    return this.working >= this.#limits.maxInFlight;
  }

  startWork(): void {
    this.working += 1;
  }

  endWork(): void {
    this.working -= 1;
    this.#settle();
  }

  startReading(reading: Reading): void {
    this.#heldBytes += reading.heldBytes;
    this.#reading.add(reading);
    if (this.#reading.size > this.#limits.maxInFlight) this.#evictOldest();
    this.#limitMemory();
  }

  /** To be called after `reading.heldBytes` has grown by `bytes`. */
  hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#limitMemory();
  }

  /** @returns whether it was being read; false if it had timed out or was evicted */
  endReading(reading: Reading): boolean {
    if (!this.#reading.delete(reading)) return false;
    this.#heldBytes -= reading.heldBytes;
    this.#settle();
    return true;
  }

  /** Evicts every arriving body. */
  endAllReading(): void {
    while (this.#evictOldest());
  }

  /** Resolves when nothing is in flight. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#settle();
    });
  }

  #limitMemory(): void {
    while (this.#heldBytes > this.#limits.maxHeldBytes && this.#evictOldest());
  }

  /** @returns whether there was one */
  #evictOldest(): boolean {
    const oldest = this.#reading.oldest();
    if (oldest === undefined) return false;
    this.endReading(oldest);
    oldest.evict();
    return true;
  }

  #settle(): void {
    if (this.#idle.length === 0 || this.inFlight > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
