import type { Claimed } from "../inbox/contract.js";

/** The records in work here, each with its newest lease. */
export class HeldRecords {
  readonly #byId = new Map<string, Claimed>();

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

  all(): readonly Claimed[] {
    return [...this.#byId.values()];
  }
}
