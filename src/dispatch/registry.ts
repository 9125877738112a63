import type { TriggerEvent } from "../model/event.js";
import type { Callback } from "./callback.js";
import { compileTest, type Test } from "./compile.js";
import { namesOfEvent } from "./facts.js";
import { fold, type IdKey } from "./filter.js";

/** The key to index a filter by: the one that fewest events share. */
const mostSelectiveFirst: readonly IdKey[] = [
  "triggerId",
  "connectionId",
  "triggerName",
  "entityId",
  "integrationId",
  "appName",
];

interface Registered {
  readonly callback: Callback;
  /** Place in the order of registration. */
  readonly place: number;
  /** What the index has not decided yet. */
  readonly test: Test | undefined;
}

type Shelf = Map<string, Registered[]>;

const none: readonly Callback[] = [];
const byPlace = (a: Registered, b: Registered) => a.place - b.place;

/**
 * The callbacks, indexed so that finding those that an event is for does not grow with their number. Each
 * stands on one shelf only, that of its most selective name; what its filter asks beyond that is compiled.
 */
export class Registry {
  readonly #shelves = new Map<IdKey, Shelf>();
  /** Callbacks without any name in their filter. */
  readonly #open: Registered[] = [];
  readonly #names = new Map<string, number>();
  /** How many callbacks ask for each trigger name, and how many ask for no name in particular. */
  readonly #asked = new Map<string, number>();
  #askingForAny = 0;
  #places = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A name that no other callback has: the second `onStar` becomes `onStar#2`. */
  freeName(wanted: string): string {
    const count = (this.#names.get(wanted) ?? 0) + 1;
    this.#names.set(wanted, count);
    return count === 1 ? wanted : `${wanted}#${count}`;
  }

  /** Whether an event of this trigger could be for a callback. Where there is no callback yet, any could. */
  asksFor(triggerName: string): boolean {
    return this.#askingForAny > 0 || this.#size === 0 || this.#asked.has(fold(triggerName));
  }

  /** @returns a function that takes the callback off again; calling it twice is harmless */
  add(callback: Callback): () => void {
    const key = mostSelectiveFirst.find((name) => callback.filter.ids.has(name));
    const registered = { callback, place: this.#places, test: compileTest(callback.filter, key) };
    this.#places += 1;
    this.#size += 1;
    const lists = key === undefined ? [this.#open] : this.#listsFor(key, callback.filter.ids.get(key) ?? []);
    for (const list of lists) list.push(registered);
    this.#count(callback, 1);
    let there = true;
    return () => {
      if (!there) return;
      there = false;
      this.#size -= 1;
      this.#count(callback, -1);
      for (const list of lists) list.splice(list.indexOf(registered), 1);
      if (key !== undefined) this.#sweep(key, callback.filter.ids.get(key) ?? []);
    };
  }

  /**
   * The callbacks that an event is for, in the order of their registration.
   *
   * @param onThrow called for a `where` that throws; its callback is then among the result, see below
   */
  match(
    event: TriggerEvent,
    onThrow: (callback: Callback, thrown: unknown) => Callback,
  ): readonly Callback[] {
    let found: Registered[] | undefined;
    let lists = 0;
    for (const [key, shelf] of this.#shelves) {
      // By far the commonest shelf, without folding or looking for a second name: the platform's names come
      // in upper case already. The general way costs ten times as much on this path.
      const list =
        key === "triggerName"
          ? (shelf.get(event.triggerName) ?? shelf.get(fold(event.triggerName)))
          : this.#look(shelf, event, key);
      if (list === undefined) continue;
      lists += 1;
      found = found === undefined ? list : [...found, ...list];
    }
    if (this.#open.length > 0) {
      lists += 1;
      found = found === undefined ? this.#open : [...found, ...this.#open];
    }
    if (found === undefined) return none;
    if (lists > 1) found.sort(byPlace);
    return select(found, event, onThrow);
  }

  #look(shelf: Shelf, event: TriggerEvent, key: IdKey): Registered[] | undefined {
    const [first, second] = namesOfEvent(event, key);
    const byFirst = first === undefined ? undefined : shelf.get(first);
    const bySecond = second === undefined || second === first ? undefined : shelf.get(second);
    if (byFirst === undefined || bySecond === undefined) return byFirst ?? bySecond;
    // A filter that lists both names of one thing stands on both.
    return [...new Set([...byFirst, ...bySecond])].sort(byPlace);
  }

  #listsFor(key: IdKey, names: readonly string[]): Registered[][] {
    let shelf = this.#shelves.get(key);
    if (shelf === undefined) {
      shelf = new Map();
      this.#shelves.set(key, shelf);
    }
    const lists: Registered[][] = [];
    for (const name of names) {
      let list = shelf.get(name);
      if (list === undefined) {
        list = [];
        shelf.set(name, list);
      }
      lists.push(list);
    }
    return lists;
  }

  #count({ filter }: Callback, change: 1 | -1): void {
    const names = filter.ids.get("triggerName");
    if (names === undefined) this.#askingForAny += change;
    for (const name of names ?? []) {
      const count = (this.#asked.get(name) ?? 0) + change;
      if (count === 0) this.#asked.delete(name);
      else this.#asked.set(name, count);
    }
  }

  #sweep(key: IdKey, names: readonly string[]): void {
    const shelf = this.#shelves.get(key);
    for (const name of names) {
      if (shelf?.get(name)?.length === 0) shelf.delete(name);
    }
    if (shelf?.size === 0) this.#shelves.delete(key);
  }
}

function select(
  found: readonly Registered[],
  event: TriggerEvent,
  onThrow: (callback: Callback, thrown: unknown) => Callback,
): readonly Callback[] {
  const chosen: Callback[] = [];
  for (const { callback, test } of found) {
    if (test !== undefined && !test(event)) continue;
    const { where } = callback.filter;
    if (where === undefined) {
      chosen.push(callback);
      continue;
    }
    try {
      if (where(event)) chosen.push(callback);
    } catch (thrown) {
      chosen.push(onThrow(callback, thrown));
    }
  }
  return chosen;
}
