import { isJsonObject, type JsonObject } from "../model/json.js";
import type { Origin } from "../model/verified.js";
import { anyFormat, type EventFacts, type EventFormat, firstObject, listOf } from "./event-format.js";
import * as providers from "./index.js";
import type { SenderDefinition } from "./sender.js";

/** Every sender with a name, in the order of the names. */
export const senderDefinitions: readonly SenderDefinition[] = Object.values(providers)
  .flatMap((one) => ("definition" in one ? [one.definition] : []))
  .sort((a, b) => (a.scheme.provider < b.scheme.provider ? -1 : 1));

/** How each sender writes its events, by the `provider` of its sources. Other senders have {@link anyFormat}. */
export const eventFormats: ReadonlyMap<string, EventFormat> = new Map(
  senderDefinitions.flatMap(({ scheme, events }) =>
    events === undefined ? [] : [[scheme.provider, events] as const],
  ),
);

/** How the sender of a delivery writes its events; `undefined` for one that is not known. */
export function formatOf({ provider, format }: Pick<Origin, "provider" | "format">): EventFormat | undefined {
  return eventFormats.get(format ?? provider);
}

/**
 * The events that a delivery lists, each as a separate body. A list without an object in it is one event.
 *
 * @returns `undefined` where the body is one event
 */
export function splitEvents(
  origin: Pick<Origin, "provider" | "format">,
  body: unknown,
): readonly unknown[] | undefined {
  if (Array.isArray(body)) return listOf(body);
  if (!isJsonObject(body)) return undefined;
  const events = formatOf(origin)?.split?.(body);
  return events === undefined || events.length === 0 ? undefined : events;
}

/** A direct sender's event: its name, and what tells it from others. */
export interface ProviderEvent {
  readonly triggerName: string;
  /** An id in the body, signed with it. */
  readonly id: string | undefined;
  readonly timestamp: Date | undefined;
  /** What each try of the event has, and no other event. */
  readonly content?: JsonObject | undefined;
  /** Whether another event may have an equal body. */
  readonly repeats?: boolean | undefined;
}

/**
 * Reads one event of a direct sender's webhook.
 *
 * @param value the parsed body, or the element of its list, of any type
 */
export function readEvent(origin: Origin, value: unknown): ProviderEvent {
  // A list that was not split is named by its first element.
  const body = Array.isArray(value) ? firstObject(value) : value;
  const format = formatOf(origin) ?? anyFormat;
  const facts: EventFacts = isJsonObject(body) ? format.read(body, origin) : {};
  return {
    triggerName: facts.name ?? origin.eventName ?? origin.provider,
    id: facts.id,
    timestamp: facts.at,
    content: facts.content,
    repeats: facts.repeats,
  };
}
