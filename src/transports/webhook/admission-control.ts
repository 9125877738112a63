import type { Clock } from "../../base/clock.js";
import { Deadlines } from "./deadlines.js";

/** A request whose body is on its way. Each of these ends it, and says so to the sender. */
export interface Reading {
  /** Bytes held for it. */
  readonly held: number;
  /** It took too long. */
  timeOut(): void;
  /** It makes room for others. */
  giveWay(): void;
}

export interface LoadLimits {
  readonly bodyTimeoutMs: number;
  readonly maxInFlight: number;
  readonly maxHeldBytes: number;
}

/**
 * How much the door carries at this moment.
 *
 * Bodies on their way are counted apart from work: a sender that dribbles takes no place from one whose delivery
 * is all here. Where bodies need more room than there is, the oldest gives way, since it is the one most
 * likely never to end; a body that arrives in one piece never needs any.
 */
export class Load {
  /** Deliveries whose answer is awaited. */
  working = 0;
  /** Whether the door has stopped taking requests. */
  closing = false;
  readonly #limits: LoadLimits;
  readonly #reading: Deadlines<Reading>;
  #heldBytes = 0;
  #idle: (() => void)[] = [];

  constructor(clock: Clock, limits: LoadLimits) {
    this.#limits = limits;
    this.#reading = new Deadlines(clock, limits.bodyTimeoutMs, (reading) => {
      this.#heldBytes -= reading.held;
      reading.timeOut();
      this.#settle();
    });
  }

  get inFlight(): number {
    return this.working + this.#reading.size;
  }

  /** Whether another delivery can be worked on. */
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
    this.#heldBytes += reading.held;
    this.#reading.add(reading);
    if (this.#reading.size > this.#limits.maxInFlight) this.#relieve();
    this.#fit();
  }

  /** To be called after `reading.held` has grown by `bytes`. */
  hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#fit();
  }

  /** @returns whether it was being read; false where its time ran out before */
  endReading(reading: Reading): boolean {
    if (!this.#reading.delete(reading)) return false;
    this.#heldBytes -= reading.held;
    this.#settle();
    return true;
  }

  /** Ends every body that is on its way. */
  endAllReading(): void {
    while (this.#relieve());
  }

  /** Resolves when nothing is in flight any more. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#settle();
    });
  }

  #fit(): void {
    while (this.#heldBytes > this.#limits.maxHeldBytes && this.#relieve());
  }

  /** @returns whether there was one to end */
  #relieve(): boolean {
    const oldest = this.#reading.oldest();
    if (oldest === undefined) return false;
    this.endReading(oldest);
    oldest.giveWay();
    return true;
  }

  #settle(): void {
    if (this.#idle.length === 0 || this.inFlight > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
