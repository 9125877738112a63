import type { Clock } from "../base/clock.js";
import type { Claimed } from "../inbox/contract.js";

/** The records in work here, each with its newest lease. */
export class HeldRecords {
  readonly #byId = new Map<string, Claimed>();
  /** Whose lease the inbox no longer knows. */
  readonly #lost = new WeakSet<Claimed>();
  /** When all leases were last renewed, by both clocks; absent where leases do not end. */
  #renewedAt: { readonly wall: number; readonly monotonic: number } | undefined;

  get size(): number {
    return this.#byId.size;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Adds a record, or replaces its lease. */
  add(claimed: Claimed): void {
    this.#byId.set(claimed.record.id, claimed);
  }

  newest(id: string): Claimed | undefined {
    return this.#byId.get(id);
  }

  delete(id: string): void {
    this.#byId.delete(id);
  }

  /** Whether another process may have the record by now. */
  isLost(id: string): boolean {
    const newest = this.#byId.get(id);
    return newest !== undefined && this.#lost.has(newest);
  }

  lose(claimed: Claimed): void {
    this.#lost.add(claimed);
  }

  /** All leases are valid for `leaseMs` from `clock`'s time. */
  renewed(clock: Clock): void {
    this.#renewedAt = { wall: clock.now(), monotonic: clock.monotonic() };
  }

  /** Whether leases may have run out unnoticed: the process or its machine slept, or the inbox was away. */
  areInDoubt(clock: Clock, leaseMs: number): boolean {
    if (this.#renewedAt === undefined) return false;
    const { wall, monotonic } = this.#renewedAt;
    return clock.now() - wall > leaseMs || clock.monotonic() - monotonic > leaseMs;
  }

  all(): readonly Claimed[] {
    return [...this.#byId.values()];
  }
}
