import type { FilterInput } from "../callbacks/filter.js";
import type { TriggerListener } from "../listener.js";
import type { EventType } from "./events/event-type.js";

/**
 * A callback for each event type that is served. Without one, events would wait for it until the inbox is full. What is
 * done can still be read.
 */
export class ServedCallbacks {
  readonly #listener: TriggerListener;
  readonly #callbacks = new Map<string, { readonly filter: FilterInput; readonly remove: () => void }>();

  constructor(listener: TriggerListener) {
    this.#listener = listener;
  }

  /** These types are served from now on. */
  set(types: readonly EventType[]): void {
    const filters = new Map(types.map(({ descriptor: { name }, filter }) => [name, filter]));
    for (const [name, { filter, remove }] of this.#callbacks) {
      if (filters.get(name) === filter) continue;
      remove();
      this.#callbacks.delete(name);
    }
    for (const [name, filter] of filters) {
      if (this.#callbacks.has(name)) continue;
      const options = { name: `mcpServer() ${name}` };
      const remove = this.#listener.callback(filter as never, () => undefined, options);
      this.#callbacks.set(name, { filter, remove });
    }
  }
}
