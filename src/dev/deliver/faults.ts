/**
 * What can be made to go wrong on purpose with webhooks, so that a receiver can be seen to survive it.
 */
export interface CourierFaults {
  /** The next `count` attempts are signed with another secret. */
  badSignature(count: number): void;
  /** The next `count` attempts are signed as of 10 minutes ago, beyond the tolerance of 300 s. */
  staleTimestamp(count: number): void;
  /** The next `count` deliveries are made twice. */
  duplicate(count: number): void;
  /** The next `count` deliveries are never made. */
  lose(count: number): void;
  /** Every delivery taken from now on starts this many milliseconds late; 0 ends it. */
  delay(delayMs: number): void;
  /** Ends every fault; what is late already stays so. */
  reset(): void;
  current(): CourierFaultState;
}

/** What is in force: how many are still to come, and the delay. */
export interface CourierFaultState {
  readonly badSignature: number;
  readonly staleTimestamp: number;
  readonly duplicate: number;
  readonly lose: number;
  readonly delayMs: number;
}

type Counted = Exclude<keyof CourierFaultState, "delayMs">;

/** The faults, and what is left of each. */
export class FaultCounts implements CourierFaults {
  delayMs = 0;
  readonly #left: Record<Counted, number> = { badSignature: 0, staleTimestamp: 0, duplicate: 0, lose: 0 };

  badSignature(count: number): void {
    this.#left.badSignature = count;
  }

  staleTimestamp(count: number): void {
    this.#left.staleTimestamp = count;
  }

  duplicate(count: number): void {
    this.#left.duplicate = count;
  }

  lose(count: number): void {
    this.#left.lose = count;
  }

  delay(delayMs: number): void {
    this.delayMs = delayMs;
  }

  reset(): void {
    this.delayMs = 0;
    this.#left.badSignature = 0;
    this.#left.staleTimestamp = 0;
    this.#left.duplicate = 0;
    this.#left.lose = 0;
  }

  current(): CourierFaultState {
    return { ...this.#left, delayMs: this.delayMs };
  }

  /** Whether the fault strikes now; where it does, one less is to come. */
  strikes(fault: Counted): boolean {
    if (this.#left[fault] <= 0) return false;
    this.#left[fault] -= 1;
    return true;
  }
}
