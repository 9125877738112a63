import { randomInt } from "node:crypto";

/** Tokens of one process, before its own range is used up and starts again. */
const TOKENS = 2 ** 20;

/** How leases are given: for how long, to whom, and with which proof. */
export class LeaseTerms {
  readonly #leaseMs: number;
  /** This process's row in `owners`. */
  readonly #owner: { readonly ownId: () => number };
  /**
   * A range of this process's own, so that a process can tell its lease from another's, and a counter in it,
   * so that it can tell this lease from an earlier one of its own on the same record.
   */
  readonly #range = randomInt(2 ** 32) * TOKENS;
  #given = 0;

  constructor(leaseMs: number, owner: { readonly ownId: () => number }) {
    this.#leaseMs = leaseMs;
    this.#owner = owner;
  }

  newToken(): number {
    this.#given = (this.#given + 1) % TOKENS;
    return this.#range + this.#given;
  }

  until(nowMs: number): number {
    return nowMs + this.#leaseMs;
  }

  ownerId(): number {
    return this.#owner.ownId();
  }
}
