import type { TriggerEvent } from "../model/event.js";
import { Bucket, type Registered } from "./bucket.js";
import { type NamesUnderKey, namesUnder } from "./facts.js";
import { fold, type IdKey } from "./filter.js";

/** How many spellings of one name are remembered: senders have one. */
const MOST_SPELLINGS = 2;

/** Callbacks by one name of the event, in any case. */
export class Shelf {
  readonly #names: NamesUnderKey;
  /** By the name as filters have it: folded. */
  readonly #buckets = new Map<string, Bucket>();
  /** By the name as events spell it. Learnt: to fold a name for each event takes five times the look-up. */
  readonly #spelt = new Map<string, Bucket>();

  constructor(key: IdKey) {
    this.#names = namesUnder[key];
  }

  get isEmpty(): boolean {
    return this.#buckets.size === 0;
  }

  /** The callbacks for the event's first name. */
  first(event: TriggerEvent): Bucket | undefined {
    const name = this.#names.first(event);
    return name === undefined ? undefined : this.#find(name);
  }

  /** The callbacks for its second name, where that is another. */
  second(event: TriggerEvent): Bucket | undefined {
    const name = this.#names.second(event);
    return name === undefined || name === this.#names.first(event) ? undefined : this.#find(name);
  }

  add(name: string, registered: Registered): void {
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = new Bucket();
      this.#buckets.set(name, bucket);
    }
    bucket.add(registered);
  }

  /** Of a callback that was taken off. */
  removed(name: string): void {
    const bucket = this.#buckets.get(name);
    bucket?.removed();
    if (bucket?.size !== 0) return;
    this.#buckets.delete(name);
    for (const spelling of bucket.spellings) this.#spelt.delete(spelling);
  }

  #find(name: string): Bucket | undefined {
    const spelt = this.#spelt.get(name);
    if (spelt !== undefined) return spelt;
    const bucket = this.#buckets.get(fold(name));
    if (bucket !== undefined && bucket.spellings.length < MOST_SPELLINGS) {
      bucket.spellings.push(name);
      this.#spelt.set(name, bucket);
    }
    return bucket;
  }
}
