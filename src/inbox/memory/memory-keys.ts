import type { DoneKey, KeyClaim } from "../contract.js";

interface Known<Holder> {
  /** The record that has claimed it; `undefined` once its work is done. */
  readonly holder: Holder | undefined;
  /** When it is forgotten, epoch milliseconds. */
  readonly until: number;
}

/** Looked at for forgetting with each claim: more than a claim adds. */
const FORGET_PER_CLAIM = 2;

/** The keys of `once`: which record has each, and which are done. */
export class MemoryKeys<Holder> {
  readonly #known = new Map<string, Known<Holder>>();
  readonly #max: number;
  readonly #isUnfinished: (holder: Holder) => boolean;

  /** @param max keys remembered; the oldest go first */
  constructor(max: number, isUnfinished: (holder: Holder) => boolean) {
    this.#max = max;
    this.#isUnfinished = isUnfinished;
  }

  claim(key: string, holder: Holder, nowMs: number): KeyClaim {
    const known = this.#known.get(key);
    if (known !== undefined && this.#counts(known, nowMs)) {
      if (known.holder === undefined) return "done";
      return known.holder === holder ? "claimed" : "busy";
    }
    this.#forget(nowMs);
    this.#set(key, { holder, until: Number.POSITIVE_INFINITY });
    return "claimed";
  }

  finish(keys: readonly DoneKey[]): void {
    for (const { key, until } of keys) this.#set(key, { holder: undefined, until });
  }

  /** Newest last. */
  #set(key: string, known: Known<Holder>): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#max && oldest !== undefined) this.#known.delete(oldest);
  }

  #counts({ holder, until }: Known<Holder>, nowMs: number): boolean {
    return holder === undefined ? until > nowMs : this.#isUnfinished(holder);
  }

  #forget(nowMs: number): void {
    let looks = 0;
    for (const [key, known] of this.#known) {
      if (looks === FORGET_PER_CLAIM) return;
      looks += 1;
      if (!this.#counts(known, nowMs)) this.#known.delete(key);
    }
  }
}
