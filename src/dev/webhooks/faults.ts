/**
 * What can be made to go wrong on purpose with webhooks, so that a receiver can be seen to survive it.
 */
export interface WebhookFaults {
  /** The next `count` attempts are signed with another secret. */
  badSignature(count: number): void;
  /** The next `count` attempts are signed as of 10 minutes ago, beyond the tolerance of 300 s. */
  staleTimestamp(count: number): void;
  /** The next `count` deliveries are made twice. */
  duplicate(count: number): void;
  /** The next `count` deliveries are never made. */
  lose(count: number): void;
  /** The next `count` deliveries are held until all have come, and start last first; 0 lets go of those held. */
  reorder(count: number): void;
  /**
   * The next `count` answers become a 500 on their way back, as at a proxy that fails once the receiver has taken
   * the webhook: it is sent again, and the receiver has to know it.
   */
  failAnswer(count: number): void;
  /** Every delivery taken from now on starts this many milliseconds late; 0 ends it. */
  delay(delayMs: number): void;
  /** Ends every fault; what is held goes out, what is late already stays so. */
  reset(): void;
  current(): WebhookFaultState;
}

/** What is in force: how many are still to come, and the delay. */
export interface WebhookFaultState {
  readonly badSignature: number;
  readonly staleTimestamp: number;
  readonly duplicate: number;
  readonly lose: number;
  readonly reorder: number;
  readonly failAnswer: number;
  readonly delayMs: number;
}

type Counted = Exclude<keyof WebhookFaultState, "delayMs" | "reorder">;

const none: Readonly<Record<Counted, number>> = {
  badSignature: 0,
  staleTimestamp: 0,
  duplicate: 0,
  lose: 0,
  failAnswer: 0,
};

/** The faults, and what is left of each. */
export class FaultCounts implements WebhookFaults {
  delayMs = 0;
  #left: Record<Counted, number> = { ...none };
  #reorder = 0;
  #held: (() => void)[] = [];

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

  reorder(count: number): void {
    this.#reorder = count;
    this.#letGoWhenFull();
  }

  failAnswer(count: number): void {
    this.#left.failAnswer = count;
  }

  delay(delayMs: number): void {
    this.delayMs = delayMs;
  }

  reset(): void {
    this.delayMs = 0;
    this.#left = { ...none };
    this.reorder(0);
  }

  current(): WebhookFaultState {
    const reorder = Math.max(0, this.#reorder - this.#held.length);
    return { ...this.#left, reorder, delayMs: this.delayMs };
  }

  /** Whether the fault strikes now; where it does, one less is to come. */
  strikes(fault: Counted): boolean {
    if (this.#left[fault] <= 0) return false;
    this.#left[fault] -= 1;
    return true;
  }

  /** Starts a delivery: now, or last first once as many have come as are to be reordered. */
  pass(start: () => void): void {
    if (this.#reorder === 0) {
      start();
      return;
    }
    this.#held.push(start);
    this.#letGoWhenFull();
  }

  /** Forgets what is held. */
  drop(): void {
    this.#held = [];
  }

  #letGoWhenFull(): void {
    if (this.#held.length < this.#reorder) return;
    this.#reorder = 0;
    for (const start of this.#held.splice(0).reverse()) start();
  }
}
