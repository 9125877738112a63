import { EarshotError } from "../base/errors.js";
import { handle, ignore } from "../base/foreign-promise.js";
import type { TriggerEvent } from "../model/event.js";
import type { Callback } from "./callback.js";
import { type Alternatives, requiredEqualities } from "./equalities.js";
import { inOrder, PayloadIndex } from "./payload-index.js";
import type { Predicate } from "./predicate.js";

/** Returns the callback that takes the place of one whose `where` threw. */
export type OnThrow = (callback: Callback, thrown: unknown) => Callback;

export const noCallbacks: readonly Callback[] = [];

/** A callback in the index. */
export class IndexedCallback {
  /** A list with only this callback, made once: most events match one callback. */
  readonly asList: readonly [Callback];
  /** Place in the order of registration. */
  readonly order: number;
  /** What its filter requires of the payload, as far as it can be looked up. */
  readonly required: readonly Alternatives[];
  /** False once the callback has been removed. */
  isRegistered = true;
  /** The conditions that the index does not cover. */
  readonly #predicate: Predicate | undefined;

  constructor(callback: Callback, order: number, predicate: Predicate | undefined) {
    this.asList = [callback];
    this.order = order;
    this.required = requiredEqualities(callback.filter.payload);
    this.#predicate = predicate;
  }

  /** Whether the callback matches every event that the index finds it for. */
  get isUnconditional(): boolean {
    return this.#predicate === undefined && this.asList[0].filter.where === undefined;
  }

  /** The callback in a list, or an empty list. */
  match(event: TriggerEvent, onThrow: OnThrow): readonly Callback[] {
    if (this.#predicate !== undefined && !this.#predicate(event)) return noCallbacks;
    const [callback] = this.asList;
    const { where } = callback.filter;
    if (where === undefined) return this.asList;
    try {
      const result: unknown = where(event);
      if ((typeof result === "object" && result !== null) || typeof result === "function")
        return [onThrow(callback, asyncPredicate(result))];
      return result ? this.asList : noCallbacks;
    } catch (thrown) {
      handle(thrown);
      return [onThrow(callback, thrown)];
    }
  }
}

/** Callbacks that require something of the payload, from which on they are indexed: a few are tried as fast. */
const LEAST_INDEXED = 8;

/** The callbacks that one look-up finds, in the order of their registration. */
export class CallbackList {
  /** Spellings of the list's value that the index has learned: see `FieldIndex`. */
  readonly spellings: string[] = [];
  #entries: IndexedCallback[] = [];
  #size = 0;
  /** Entries that have been removed but are still in `#entries`. */
  #removed = 0;
  /** Those of `#entries` that could be looked up by the payload. */
  #lookedUp = 0;
  /** Holds the entries that can be looked up, once there are some. `#entries` has the others. */
  #byPayload: PayloadIndex<IndexedCallback> | undefined;
  /** The callbacks, where all are unconditional. A list that was returned is never changed. */
  #all: readonly Callback[] | undefined;
  #isFresh = true;

  get size(): number {
    return this.#size;
  }

  /** Those that may match an event, and all that do, in the order of their registration. */
  candidates(event: TriggerEvent): Iterable<IndexedCallback> {
    if (!this.#isFresh) this.#refresh();
    if (this.#byPayload === undefined) return this.#entries;
    const found = this.#byPayload.candidates(event.payload);
    return this.#entries.length === 0 ? found : inOrder([...this.#entries, ...found]);
  }

  add(entry: IndexedCallback): void {
    this.#size += 1;
    if (entry.required.length > 0) {
      if (this.#byPayload !== undefined) {
        this.#byPayload.add(entry);
        return;
      }
      this.#lookedUp += 1;
    }
    this.#entries.push(entry);
    this.#isFresh = false;
    if (this.#lookedUp > LEAST_INDEXED) this.#indexByPayload();
  }

  /** To be called once an entry is no longer registered. Entries are cleared in groups, so each costs little. */
  removed(entry: IndexedCallback): void {
    this.#size -= 1;
    if (this.#byPayload?.delete(entry)) return;
    if (entry.required.length > 0) this.#lookedUp -= 1;
    this.#removed += 1;
    this.#isFresh = false;
    // Callbacks may come and go for a long time before the next event.
    if (this.#removed > this.#size) this.#refresh();
  }

  /** Makes no list for an event where it can: that takes three times as long as the look-up. */
  match(event: TriggerEvent, onThrow: OnThrow): readonly Callback[] {
    if (!this.#isFresh) this.#refresh();
    return this.#all ?? select(this.candidates(event), event, onThrow);
  }

  #indexByPayload(): void {
    const index = new PayloadIndex<IndexedCallback>();
    const rest: IndexedCallback[] = [];
    for (const entry of this.#entries) {
      if (!entry.isRegistered) continue;
      if (entry.required.length > 0) index.add(entry);
      else rest.push(entry);
    }
    this.#byPayload = index;
    this.#entries = rest;
    this.#removed = 0;
    this.#lookedUp = 0;
  }

  #refresh(): void {
    if (this.#removed > 0) this.#entries = this.#entries.filter(({ isRegistered }) => isRegistered);
    this.#removed = 0;
    this.#isFresh = true;
    const [first] = this.#entries;
    if (this.#byPayload !== undefined || !this.#entries.every(({ isUnconditional }) => isUnconditional))
      this.#all = undefined;
    else if (first !== undefined && this.#entries.length === 1) this.#all = first.asList;
    else this.#all = this.#entries.map(({ asList }) => asList[0]);
  }
}

/** The callbacks of the entries that match an event. */
export function select(
  entries: Iterable<IndexedCallback>,
  event: TriggerEvent,
  onThrow: OnThrow,
): readonly Callback[] {
  let selected = noCallbacks;
  let several: Callback[] | undefined;
  for (const entry of entries) {
    const found = entry.match(event, onThrow);
    const [callback] = found;
    if (callback === undefined) continue;
    if (several !== undefined) several.push(callback);
    else if (selected === noCallbacks) selected = found;
    else several = [...selected, callback];
  }
  return several ?? selected;
}

/** A promise is truthy whatever it resolves to, and its rejection would be unhandled. */
function asyncPredicate(result: object): EarshotError {
  ignore(result);
  return new EarshotError(
    "ERR_FILTER",
    "`where` returned an object, a function or a promise; it returns true or false, at once.",
  );
}
