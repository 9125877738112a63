import { EarshotError } from "../base/errors.js";
import { follow, handle } from "../base/foreign-promise.js";
import type { TriggerEvent } from "../model/event.js";
import type { Callback } from "./callback.js";
import type { Test } from "./compile.js";

/** Makes, of a callback whose `where` threw, the one that stands for it. */
export type OnThrow = (callback: Callback, thrown: unknown) => Callback;

export const none: readonly Callback[] = [];

/** A callback in the registry. */
export class Registered {
  /** The callback as a list, made once: most events are for one callback alone. */
  readonly alone: readonly [Callback];
  /** Place in the order of registration. */
  readonly place: number;
  /** Whether it has not been taken off. */
  there = true;
  /** What the index has not decided yet. */
  readonly #test: Test | undefined;

  constructor(callback: Callback, place: number, test: Test | undefined) {
    this.alone = [callback];
    this.place = place;
    this.#test = test;
  }

  /** Whether it is for every event that the index finds it for. */
  get always(): boolean {
    return this.#test === undefined && this.alone[0].filter.where === undefined;
  }

  /** The callback, or none. */
  match(event: TriggerEvent, onThrow: OnThrow): readonly Callback[] {
    if (this.#test !== undefined && !this.#test(event)) return none;
    const [callback] = this.alone;
    const { where } = callback.filter;
    if (where === undefined) return this.alone;
    try {
      const answer: unknown = where(event);
      if ((typeof answer === "object" && answer !== null) || typeof answer === "function")
        return [onThrow(callback, asyncPredicate(answer))];
      return answer ? this.alone : none;
    } catch (thrown) {
      handle(thrown);
      return [onThrow(callback, thrown)];
    }
  }
}

/** The callbacks that one look-up finds, in the order of their registration. */
export class Bucket {
  /** How events spell the name that is looked up, as far as that is known: see `Shelf`. */
  readonly spellings: string[] = [];
  #entries: Registered[] = [];
  #size = 0;
  /** How many of the entries have been taken off. */
  #gone = 0;
  /** The callbacks, where each is for every event that comes here. A list that was given out is never changed. */
  #all: readonly Callback[] | undefined;
  #isFresh = true;

  get size(): number {
    return this.#size;
  }

  get entries(): readonly Registered[] {
    if (!this.#isFresh) this.#refresh();
    return this.#entries;
  }

  add(registered: Registered): void {
    this.#entries.push(registered);
    this.#size += 1;
    this.#isFresh = false;
  }

  /** Of one whose `there` is false now. It is cleared away with others, so that many cost no more each than one. */
  removed(): void {
    this.#size -= 1;
    this.#gone += 1;
    this.#isFresh = false;
    // No event may come for a long time, while callbacks come and go.
    if (this.#gone > this.#size) this.#refresh();
  }

  /** Without a list of its own for each event, which would take three times the time of the look-up itself. */
  match(event: TriggerEvent, onThrow: OnThrow): readonly Callback[] {
    if (!this.#isFresh) this.#refresh();
    return this.#all ?? select(this.#entries, event, onThrow);
  }

  #refresh(): void {
    if (this.#gone > 0) this.#entries = this.#entries.filter(({ there }) => there);
    this.#gone = 0;
    this.#isFresh = true;
    const [first] = this.#entries;
    if (first !== undefined && this.#entries.length === 1) {
      this.#all = first.always ? first.alone : undefined;
    } else {
      this.#all = this.#entries.every(({ always }) => always)
        ? this.#entries.map(({ alone }) => alone[0])
        : undefined;
    }
  }
}

/** Those of the callbacks that an event is for. */
export function select(
  entries: readonly Registered[],
  event: TriggerEvent,
  onThrow: OnThrow,
): readonly Callback[] {
  let chosen = none;
  let several: Callback[] | undefined;
  for (const registered of entries) {
    const found = registered.match(event, onThrow);
    const [callback] = found;
    if (callback === undefined) continue;
    if (several !== undefined) several.push(callback);
    else if (chosen === none) chosen = found;
    else several = [...chosen, callback];
  }
  return several ?? chosen;
}

/** A promise is truthy whatever it resolves to, and its rejection would go unhandled. */
function asyncPredicate(answer: object): EarshotError {
  void follow(answer).catch(() => undefined);
  return new EarshotError(
    "ERR_FILTER",
    "`where` returned an object, a function or a promise; it returns true or false, at once.",
  );
}
