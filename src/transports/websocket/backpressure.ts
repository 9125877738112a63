/** A disconnect this soon after reading resumed is still put down to not having read, milliseconds. */
const RECENT_MS = 1000;

/**
 * Whether frames may be read: not while paused, and not while too many deliveries are in flight. Reading resumes
 * when half of them are settled, so that it does not change with every one.
 */
export class Backpressure {
  readonly #maxInFlight: number;
  readonly #monotonic: () => number;
  readonly #onReading: (reading: boolean) => void;
  #inFlight = 0;
  #full = false;
  #held = false;
  #stoppedAt: number | undefined;
  #resumedAt = Number.NEGATIVE_INFINITY;
  #pausedMs = 0;

  /** @param onReading called at each change */
  constructor(maxInFlight: number, monotonic: () => number, onReading: (reading: boolean) => void) {
    this.#maxInFlight = maxInFlight;
    this.#monotonic = monotonic;
    this.#onReading = onReading;
  }

  get reading(): boolean {
    return this.#stoppedAt === undefined;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether a disconnect now may be due to our not reading. */
  get recent(): boolean {
    return !this.reading || this.#monotonic() - this.#resumedAt < RECENT_MS;
  }

  /** Monotonic time that stands still while nothing is read: frames that wait in the network are not late. */
  readingMs(): number {
    return (this.#stoppedAt ?? this.#monotonic()) - this.#pausedMs;
  }

  pause(): void {
    this.#held = true;
    this.#update();
  }

  resume(): void {
    this.#held = false;
    this.#update();
  }

  deliveryStarted(): void {
    this.#inFlight += 1;
    if (this.#inFlight < this.#maxInFlight || this.#full) return;
    this.#full = true;
    this.#update();
  }

  deliverySettled(): void {
    this.#inFlight -= 1;
    if (!this.#full || this.#inFlight > this.#maxInFlight / 2) return;
    this.#full = false;
    this.#update();
  }

  #update(): void {
    const reading = !this.#held && !this.#full;
    if (reading === this.reading) return;
    const now = this.#monotonic();
    if (this.#stoppedAt === undefined) {
      this.#stoppedAt = now;
    } else {
      this.#pausedMs += now - this.#stoppedAt;
      this.#stoppedAt = undefined;
      this.#resumedAt = now;
    }
    this.#onReading(reading);
  }
}
