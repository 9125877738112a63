import type { Claimed } from "../contract.js";

type Waiter = { readonly max: number; readonly resolve: (claimed: readonly Claimed[]) => void };

/** Waiting records that may be claimed now, and the calls that wait for one. */
export class DueRecords<Slot> {
  readonly #lease: (slot: Slot) => Claimed | undefined;
  #queue: Slot[] = [];
  #head = 0;
  readonly #waiters = new Set<Waiter>();

  /** @param lease claims a record; `undefined` where it is not due any more */
  constructor(lease: (slot: Slot) => Claimed | undefined) {
    this.#lease = lease;
  }

  add(slot: Slot): void {
    this.#queue.push(slot);
    const [waiter] = this.#waiters;
    if (waiter === undefined) return;
    const claimed = this.#claimNow(waiter.max);
    if (claimed.length > 0) waiter.resolve(claimed);
  }

  async claim(max: number, signal: AbortSignal): Promise<readonly Claimed[]> {
    if (signal.aborted) return [];
    const ready = this.#claimNow(max);
    if (ready.length > 0) return ready;
    return new Promise((resolve) => {
      const onAbort = () => waiter.resolve([]);
      const waiter: Waiter = {
        max,
        resolve: (claimed) => {
          this.#waiters.delete(waiter);
          signal.removeEventListener("abort", onAbort);
          resolve(claimed);
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Ends the waits. */
  close(): void {
    for (const waiter of [...this.#waiters]) waiter.resolve([]);
  }

  #claimNow(max: number): Claimed[] {
    const claimed: Claimed[] = [];
    while (claimed.length < max && this.#head < this.#queue.length) {
      const one = this.#lease(this.#queue[this.#head] as Slot);
      this.#head += 1;
      if (one !== undefined) claimed.push(one);
    }
    // The array is a queue with a moving head: cut off what was taken once it outweighs what is left.
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return claimed;
  }
}
