/** A loss this soon after reading went on is still put down to not having read, milliseconds. */
const STRAIN_MS = 1000;

/**
 * Whether the socket may read: not while it is told to pause, and not while too many deliveries are in flight.
 * It reads again when half of them are kept, so that it does not change its mind with every one.
 */
export class Pressure {
  readonly #maxInFlight: number;
  readonly #monotonic: () => number;
  readonly #changed: (reading: boolean) => void;
  #inFlight = 0;
  #full = false;
  #held = false;
  #stoppedAt: number | undefined;
  #resumedAt = Number.NEGATIVE_INFINITY;
  #pausedMs = 0;

  constructor(maxInFlight: number, monotonic: () => number, changed: (reading: boolean) => void) {
    this.#maxInFlight = maxInFlight;
    this.#monotonic = monotonic;
    this.#changed = changed;
  }

  get reading(): boolean {
    return this.#stoppedAt === undefined;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether a connection lost now may have been lost because we did not read. */
  get strained(): boolean {
    return !this.reading || this.#monotonic() - this.#resumedAt < STRAIN_MS;
  }

  /** Monotonic time that stands still while we do not read: what is measured in it waits fairly. */
  readingMs(): number {
    return (this.#stoppedAt ?? this.#monotonic()) - this.#pausedMs;
  }

  hold(): void {
    this.#held = true;
    this.#weigh();
  }

  release(): void {
    this.#held = false;
    this.#weigh();
  }

  began(): void {
    this.#inFlight += 1;
    if (this.#inFlight < this.#maxInFlight || this.#full) return;
    this.#full = true;
    this.#weigh();
  }

  ended(): void {
    this.#inFlight -= 1;
    if (!this.#full || this.#inFlight > this.#maxInFlight / 2) return;
    this.#full = false;
    this.#weigh();
  }

  #weigh(): void {
    const may = !this.#held && !this.#full;
    if (may === this.reading) return;
    const now = this.#monotonic();
    if (this.#stoppedAt === undefined) {
      this.#stoppedAt = now;
    } else {
      this.#pausedMs += now - this.#stoppedAt;
      this.#stoppedAt = undefined;
      this.#resumedAt = now;
    }
    this.#changed(may);
  }
}
