import type { TriggerEvent } from "../model/event.js";
import { Bucket, none, type OnThrow, Registered, select } from "./bucket.js";
import type { Callback } from "./callback.js";
import { compileTest, type Test } from "./compile.js";
import { fold, type IdKey } from "./filter.js";
import { Shelf } from "./shelf.js";

/** The key to index a filter by: the one that fewest events share. */
const mostSelectiveFirst: readonly IdKey[] = [
  "triggerId",
  "connectionId",
  "triggerName",
  "entityId",
  "integrationId",
  "appName",
  "route",
  "provider",
];

/** The provider of the platform's own events. */
const PLATFORM = "composio";

const byPlace = (a: Registered, b: Registered) => a.place - b.place;

/**
 * The callbacks, indexed so that finding those that an event is for does not grow with their number. Each
 * stands on one shelf only, that of its most selective name; what its filter asks beyond that is compiled.
 */
export class Registry {
  /** By far the commonest shelf, on its own: with the others it would be found by its key, event by event. */
  readonly #byName = new Shelf("triggerName");
  /** The other shelves, each only while there is something on it. */
  #shelves: readonly Shelf[] = [];
  readonly #shelfOf = new Map<IdKey, Shelf>();
  /** Callbacks without any name in their filter. */
  readonly #open = new Bucket();
  /** Callback name → where it was registered. */
  readonly #names = new Map<string, string>();
  /** The last number given to a name that was taken already, so that many of one name cost no search each. */
  readonly #lastCount = new Map<string, number>();
  /** How many callbacks ask for each trigger name, and how many ask for no name in particular. */
  readonly #asked = new Map<string, number>();
  /** How many of those names have so many letters. */
  readonly #askedLengths = new Map<number, number>();
  #askingForAny = 0;
  #places = 0;
  #size = 0;
  readonly #mixed: boolean;

  /**
   * @param mixed whether events of the platform and of other senders come: a trigger name without an app, provider or
   *   route then means the platform's, since a sender may name its events as it likes
   */
  constructor(mixed = false) {
    this.#mixed = mixed;
  }

  get size(): number {
    return this.#size;
  }

  /** Where the callback of a name was registered, as far as that was noted; `undefined` where the name is free. */
  placeOf(name: string): string | undefined {
    return this.#names.get(name);
  }

  /** A name that no other callback has: the second `onStar` becomes `onStar#2`. */
  freeName(wanted: string): string {
    if (!this.#names.has(wanted)) return wanted;
    let count = this.#lastCount.get(wanted) ?? 1;
    // Names of callbacks that have gone are free again.
    if (!this.#names.has(`${wanted}#2`)) count = 1;
    do count += 1;
    while (this.#names.has(`${wanted}#${count}`));
    this.#lastCount.set(wanted, count);
    return `${wanted}#${count}`;
  }

  /** The trigger names that callbacks ask for, in upper case; `undefined` where one asks for no name in particular. */
  get askedNames(): readonly string[] | undefined {
    return this.#askingForAny > 0 ? undefined : [...this.#asked.keys()];
  }

  /** Whether an event of any trigger could be for a callback. Where there is no callback yet, one could come. */
  get asksForAny(): boolean {
    return this.#askingForAny > 0 || this.#size === 0;
  }

  /** Whether a callback asks by name for the trigger whose name stands in `text` from `from` to `to`, all ASCII. */
  asksFor(text: string, from: number, to: number): boolean {
    // The length first: to cut the name out and fold it costs ten times as much.
    return this.#askedLengths.has(to - from) && this.#asked.has(fold(text.slice(from, to)));
  }

  /** @returns a function that takes the callback off again; calling it twice is harmless */
  add(callback: Callback, place = ""): () => void {
    const { ids } = callback.filter;
    this.#names.set(callback.name, place);
    const key = mostSelectiveFirst.find((name) => ids.has(name));
    const registered = new Registered(callback, this.#places, this.#testOf(callback, key));
    this.#places += 1;
    this.#size += 1;
    const names = key === undefined ? undefined : ids.get(key);
    if (key === undefined || names === undefined) this.#open.add(registered);
    else for (const name of names) this.#shelfFor(key).add(name, registered);
    this.#count(callback, 1);
    return () => {
      if (!registered.there) return;
      registered.there = false;
      this.#names.delete(callback.name);
      this.#size -= 1;
      this.#count(callback, -1);
      if (key === undefined || names === undefined) this.#open.removed();
      else for (const name of names) this.#removeFrom(key, name);
    };
  }

  /**
   * The callbacks that an event is for, in the order of their registration. The list is the registry's own: it is
   * not changed by anybody.
   *
   * @param onThrow called for a `where` that throws; what it returns is then among the result
   */
  match(event: TriggerEvent, onThrow: OnThrow): readonly Callback[] {
    const named = this.#byName.first(event);
    if (this.#shelves.length > 0 || this.#open.size > 0) return this.#matchAll(event, named, onThrow);
    return named === undefined ? none : named.match(event, onThrow);
  }

  #matchAll(event: TriggerEvent, named: Bucket | undefined, onThrow: OnThrow): readonly Callback[] {
    let found = this.#open.size > 0 ? and(named, this.#open) : named;
    for (const shelf of this.#shelves) {
      found = and(found, shelf.first(event));
      found = and(found, shelf.second(event));
    }
    if (!(found instanceof Set)) return found === undefined ? none : found.match(event, onThrow);
    // A Set again: a filter that lists both names of one thing stands in both buckets.
    const entries = new Set([...found].flatMap((bucket) => bucket.entries));
    return select([...entries].sort(byPlace), event, onThrow);
  }

  #testOf({ filter }: Callback, key: IdKey | undefined): Test | undefined {
    const test = compileTest(filter, key);
    const { ids } = filter;
    const isPlain =
      ids.has("triggerName") && !ids.has("appName") && !ids.has("provider") && !ids.has("route");
    if (!this.#mixed || !isPlain) return test;
    return (event) => event.origin.provider === PLATFORM && (test === undefined || test(event));
  }

  #shelfFor(key: IdKey): Shelf {
    if (key === "triggerName") return this.#byName;
    let shelf = this.#shelfOf.get(key);
    if (shelf === undefined) {
      shelf = new Shelf(key);
      this.#shelfOf.set(key, shelf);
      this.#shelves = [...this.#shelfOf.values()];
    }
    return shelf;
  }

  #removeFrom(key: IdKey, name: string): void {
    const shelf = this.#shelfFor(key);
    shelf.removed(name);
    if (!shelf.isEmpty || shelf === this.#byName) return;
    this.#shelfOf.delete(key);
    this.#shelves = [...this.#shelfOf.values()];
  }

  #count({ filter }: Callback, change: 1 | -1): void {
    const names = filter.ids.get("triggerName");
    if (names === undefined) this.#askingForAny += change;
    for (const name of names ?? []) {
      count(this.#asked, name, change);
      count(this.#askedLengths, name.length, change);
    }
  }
}

/** Nearly always there is one bucket, and no list is made of it. */
function and(found: Bucket | Set<Bucket> | undefined, more: Bucket | undefined): typeof found {
  if (more === undefined || more === found) return found;
  if (found === undefined) return more;
  return found instanceof Set ? found.add(more) : new Set([found, more]);
}

function count<Key>(counts: Map<Key, number>, key: Key, change: 1 | -1): void {
  const counted = (counts.get(key) ?? 0) + change;
  if (counted === 0) counts.delete(key);
  else counts.set(key, counted);
}
