import { ACCOUNT_EXPIRED, TRIGGER_DISABLED } from "../protocol/shapes.js";
import { fold, type ParsedFilter } from "./filter.js";

/** Events about the setup: the listener warns of those that no callback handles. */
const setupEvents: readonly string[] = [ACCOUNT_EXPIRED, TRIGGER_DISABLED];

/** The trigger names in the filters of all callbacks: they decide on events that are not decoded. */
export class TriggerNames {
  /** Name → callbacks. */
  readonly #callbacks = new Map<string, number>();
  /** Length in characters → callbacks. */
  readonly #lengths = new Map<number, number>(setupEvents.map(({ length }) => [length, 1]));
  /** Callbacks whose filter has no trigger name. */
  #withoutName = 0;

  /** In upper case; `undefined` for any name: a callback has a filter without one. */
  get list(): readonly string[] | undefined {
    return this.#withoutName > 0 ? undefined : [...this.#callbacks.keys()];
  }

  /** Whether an event of any name may match. True before the first callback too: one may come. */
  get isAny(): boolean {
    return this.#withoutName > 0 || this.#callbacks.size === 0;
  }

  /** Whether a filter has the name that is in `text` from `from` to `to`, ASCII in any case; or the listener wants it. */
  has(text: string, from: number, to: number): boolean {
    // The length first: to cut the name out and fold it takes ten times as long.
    if (!this.#lengths.has(to - from)) return false;
    const name = text.slice(from, to);
    return this.#callbacks.has(fold(name)) || setupEvents.includes(name);
  }

  /** The events about the setup that filters have, as the platform spells them. */
  get setupEvents(): readonly string[] {
    return setupEvents.filter((name) => this.#callbacks.has(fold(name)));
  }

  add(filter: ParsedFilter): void {
    this.#count(filter, 1);
  }

  delete(filter: ParsedFilter): void {
    this.#count(filter, -1);
  }

  #count({ fields }: ParsedFilter, change: 1 | -1): void {
    const names = fields.get("triggerName");
    if (names === undefined) this.#withoutName += change;
    for (const name of names ?? []) {
      count(this.#callbacks, name, change);
      count(this.#lengths, name.length, change);
    }
  }
}

function count<Key>(counts: Map<Key, number>, key: Key, change: 1 | -1): void {
  const counted = (counts.get(key) ?? 0) + change;
  if (counted === 0) counts.delete(key);
  else counts.set(key, counted);
}
