import type { TriggerEvent } from "../model/event.js";
import type { PlatformAccess } from "../model/platform.js";
import type { ListenerSettings } from "../settings/listener.js";
import type { Callback } from "./callback.js";
import { CallbackList, IndexedCallback, noCallbacks, type OnThrow, select } from "./callback-list.js";
import { CallbackNames } from "./callback-names.js";
import { type FilterField, filterFields, fold, mostSelectiveField } from "./filter.js";
import { inOrder } from "./payload-index.js";
import { compilePredicate, PLATFORM } from "./predicate.js";
import { TriggerNames } from "./trigger-names.js";

/**
 * The callbacks of a listener. To find those that match an event takes 20 to 40 ns, however many there are: each is
 * indexed by the most selective field of its filter, then by a value that it requires of the payload, and its other
 * conditions are compiled to a predicate.
 */
export class CallbackIndex {
  readonly names = new CallbackNames();
  readonly triggerNames = new TriggerNames();
  /** The callbacks that get batches, by name. */
  readonly coalescing = new Map<string, Callback>();
  /** Whether the platform and other senders send events. */
  readonly mixedSenders: boolean;
  /** By far the most common field, apart from the others: to find it among them would cost each event a look-up. */
  readonly #byTriggerName = new FieldIndex("triggerName");
  /** The other fields, each only while a callback is indexed by it. */
  readonly #byField = new Map<FilterField, FieldIndex>();
  #otherIndexes: readonly FieldIndex[] = [];
  /** Callbacks whose filter selects by no field. */
  readonly #withoutField = new CallbackList();
  #order = 0;
  #size = 0;

  /**
   * @param mixedSenders whether the platform and other senders send events: a trigger name without an app, provider or
   *   route then selects only the platform's, since a sender may give its events any name
   */
  constructor(mixedSenders = false) {
    this.mixedSenders = mixedSenders;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * @param place the line of code that registers the callback; empty where it is not known
   * @returns a function that removes the callback; calling it twice is harmless
   */
  add(callback: Callback, place = ""): () => void {
    const { filter, name } = callback;
    const field = mostSelectiveField(filter);
    const values = field === undefined ? [] : (filter.fields.get(field) ?? []);
    const entry = new IndexedCallback(
      callback,
      this.#order,
      compilePredicate(filter, field, this.mixedSenders),
    );
    this.#order += 1;
    this.#size += 1;
    this.names.add(name, place);
    if (callback.coalesce !== undefined) this.coalescing.set(name, callback);
    this.triggerNames.add(filter);
    if (field === undefined) this.#withoutField.add(entry);
    else for (const value of values) this.#indexOf(field).add(value, entry);
    return () => {
      if (!entry.isRegistered) return;
      entry.isRegistered = false;
      this.#size -= 1;
      this.names.delete(name);
      if (this.coalescing.get(name) === callback) this.coalescing.delete(name);
      this.triggerNames.delete(filter);
      if (field === undefined) this.#withoutField.removed(entry);
      else for (const value of values) this.#removeFrom(field, value, entry);
    };
  }

  /**
   * The callbacks that match an event, in the order of their registration. The list belongs to the index: do not
   * change it.
   *
   * @param onThrow called for a `where` that throws; the result has the callback that it returns
   */
  match(event: TriggerEvent, onThrow: OnThrow): readonly Callback[] {
    const found = this.#byTriggerName.byValue(event);
    if (this.#otherIndexes.length > 0 || this.#withoutField.size > 0) {
      return this.#matchAll(event, found, onThrow);
    }
    return found === undefined ? noCallbacks : found.match(event, onThrow);
  }

  #matchAll(event: TriggerEvent, byName: CallbackList | undefined, onThrow: OnThrow): readonly Callback[] {
    let found = this.#withoutField.size > 0 ? together(byName, this.#withoutField) : byName;
    for (const index of this.#otherIndexes) {
      found = together(found, index.byValue(event));
      found = together(found, index.byAlias(event));
    }
    if (!(found instanceof Set)) return found === undefined ? noCallbacks : found.match(event, onThrow);
    // A filter that has both the UUID and the nano id of one thing is in both lists.
    const entries = new Set([...found].flatMap((list) => [...list.candidates(event)]));
    return select(inOrder(entries), event, onThrow);
  }

  #indexOf(field: FilterField): FieldIndex {
    if (field === "triggerName") return this.#byTriggerName;
    let index = this.#byField.get(field);
    if (index === undefined) {
      index = new FieldIndex(field);
      this.#byField.set(field, index);
      this.#otherIndexes = [...this.#byField.values()];
    }
    return index;
  }

  #removeFrom(field: FilterField, value: string, entry: IndexedCallback): void {
    const index = this.#indexOf(field);
    index.removed(value, entry);
    if (index.isEmpty && this.#byField.delete(field)) this.#otherIndexes = [...this.#byField.values()];
  }
}

/** Spellings of one value that are learned: a sender has one. */
const MAX_SPELLINGS = 2;

/** Callbacks by the value of one field, in any case. */
class FieldIndex {
  readonly #accessors: (typeof filterFields)[FilterField];
  /** By folded value. */
  readonly #lists = new Map<string, CallbackList>();
  /**
   * By spellings that events had: to fold the value of each event takes five times the look-up. Apart from the folded
   * values: a spelling in the same Map made the look-up of a value that is upper case 35 % slower (55 ns, not 40).
   */
  readonly #bySpelling = new Map<string, CallbackList>();

  constructor(field: FilterField) {
    this.#accessors = filterFields[field];
  }

  get isEmpty(): boolean {
    return this.#lists.size === 0;
  }

  byValue(event: TriggerEvent): CallbackList | undefined {
    const value = this.#accessors.value(event);
    return value === undefined ? undefined : this.#find(value);
  }

  /** The callbacks for the field's alias; `undefined` where that is the value too. */
  byAlias(event: TriggerEvent): CallbackList | undefined {
    const alias = this.#accessors.alias(event);
    return alias === undefined || alias === this.#accessors.value(event) ? undefined : this.#find(alias);
  }

  add(value: string, entry: IndexedCallback): void {
    let list = this.#lists.get(value);
    if (list === undefined) {
      list = new CallbackList();
      this.#lists.set(value, list);
    }
    list.add(entry);
  }

  /** To be called once an entry of the value is no longer registered. */
  removed(value: string, entry: IndexedCallback): void {
    const list = this.#lists.get(value);
    list?.removed(entry);
    if (list?.size !== 0) return;
    this.#lists.delete(value);
    for (const spelling of list.spellings) this.#bySpelling.delete(spelling);
  }

  #find(spelling: string): CallbackList | undefined {
    const found = this.#bySpelling.get(spelling);
    if (found !== undefined) return found;
    const list = this.#lists.get(fold(spelling));
    if (list !== undefined && list.spellings.length < MAX_SPELLINGS) {
      list.spellings.push(spelling);
      this.#bySpelling.set(spelling, list);
    }
    return list;
  }
}

/** Nearly always there is one list, and no Set is made. */
function together(
  found: CallbackList | Set<CallbackList> | undefined,
  more: CallbackList | undefined,
): typeof found {
  if (more === undefined || more === found) return found;
  if (found === undefined) return more;
  return found instanceof Set ? found.add(more) : new Set([found, more]);
}

/** Whether both the platform and other senders send a listener events: see {@link CallbackIndex}. */
export function hasMixedSenders(
  { webhook, poll = [], mcp = [] }: ListenerSettings,
  platform: PlatformAccess | undefined,
): boolean {
  const routes = [...(webhook?.routes.values() ?? [])].map(({ source }) => source);
  const providers = [...routes, ...poll, ...mcp].map(({ provider }) => provider.toLowerCase());
  if (!providers.some((provider) => provider !== PLATFORM)) return false;
  return (
    platform !== undefined ||
    (webhook?.secrets.length ?? 0) > 0 ||
    webhook?.unsigned === true ||
    providers.includes(PLATFORM)
  );
}
