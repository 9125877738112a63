import type { Taken } from "../inbox/contract.js";

/** The records in work here, each with its newest lease. */
export class HeldRecords {
  readonly #byId = new Map<string, Taken>();

  get size(): number {
    return this.#byId.size;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Adds a record, or replaces its lease. */
  add(claimed: Taken): void {
    this.#byId.set(claimed.record.id, claimed);
  }

  newest(id: string): Taken | undefined {
    return this.#byId.get(id);
  }

  delete(id: string): void {
    this.#byId.delete(id);
  }

  all(): readonly Taken[] {
    return [...this.#byId.values()];
  }
}
