import { isJsonObject, type JsonObject } from "../../model/json.js";
import type { Origin } from "../../model/verified.js";
import { anyProvider, providers } from "./table.js";

export { partsOf } from "./parts.js";

/** What an event of a provider is called, and what tells it from others. */
export interface ProviderEvent {
  readonly triggerName: string;
  /** An id that stands in the body and is signed with it. */
  readonly id: string | undefined;
  readonly timestamp: Date | undefined;
}

/**
 * Reads one event of a webhook that came straight from an app.
 *
 * @param value the parsed body, or the element of its list, of any type
 */
export function providerEvent(origin: Origin, value: unknown): ProviderEvent {
  const body = Array.isArray(value) ? firstOf(value) : value;
  const read = providers.get(origin.provider) ?? anyProvider;
  const facts = isJsonObject(body) ? read(body, origin) : {};
  return {
    triggerName: facts.name ?? origin.eventName ?? origin.provider,
    id: facts.id,
    timestamp: facts.at,
  };
}

/** A list that was not split is called by its first element. */
function firstOf(list: readonly unknown[]): JsonObject {
  const [first] = list;
  return isJsonObject(first) ? first : {};
}
