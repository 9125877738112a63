import { dateOf } from "../base/date-of.js";
import { isJsonObject, type JsonObject, textField } from "../model/json.js";
import type { Origin } from "../model/verified.js";
import { decodeText } from "../verify/encoding.js";

/** The facts of an event, from its body and its origin. */
export interface EventFacts {
  /** The sender's name for what happened: `pull_request.opened`. */
  readonly name?: string | undefined;
  /** An id in the body, the same in every delivery of the event, and in no other event. */
  readonly id?: string | undefined;
  readonly at?: Date | undefined;
  /** Without an id: what each try of the event has, and no other event. Its hash is then the id. */
  readonly content?: JsonObject | undefined;
  /** Whether another event may have an equal body: then the body is no deduplication key, whatever `bodyKey` says. */
  readonly repeats?: boolean | undefined;
}

/** How a sender writes its events, as data. Any member of a body may be absent. */
export interface EventFormat {
  readonly read: (body: JsonObject, origin: Origin) => EventFacts;
  /** The list of a delivery that has several events, each with what it needs of its envelope. */
  readonly split?: ((body: JsonObject) => readonly unknown[] | undefined) | undefined;
  /**
   * Where bodies may be forms: `"fields"` are the event. `"payload"`: the field of that name is JSON, and is the event.
   * `"payload-or-fields"`: so it is where that field is JSON.
   */
  readonly form?: "fields" | "payload" | "payload-or-fields" | undefined;
  /** Whether several objects in lines are a list, under whichever content type. */
  readonly lines?: true | undefined;
  /**
   * For a sender that signs the body and not the id, and whose bodies differ from event to event. The body is then a
   * deduplication key: a captured request runs once, whatever id it is sent with. `"by-name"`: bodies of two events
   * with different names may be equal. `repeats` of an event excludes it.
   */
  readonly bodyKey?: "always" | "by-name" | undefined;
}

/** Where the facts of an event are: paths with dots, of which the first that is there counts. */
export interface FactPlaces {
  /** Default: the header with the event's name. */
  readonly name?: string | readonly string[];
  readonly id?: string | readonly string[];
  readonly at?: string | readonly string[];
  /** The list of a delivery that has several events. Each of them gets what stands beside the list. */
  readonly list?: string | undefined;
}

/** The format of a sender whose facts are at fixed places. */
export function placed({ name, id, at, list }: FactPlaces): EventFormat {
  const [names, ids, times] = [name, id, at].map((paths) => [paths ?? []].flat().map(path));
  return {
    read: (body, { eventName }) => ({
      name: firstText(...(names ?? []).map((one) => valueAt(body, one)), eventName),
      id: firstText(...(ids ?? []).map((one) => valueAt(body, one))),
      at: (times ?? []).map((one) => dateOf(valueAt(body, one))).find((time) => time !== undefined),
    }),
    ...(list !== undefined && { split: splitAt(path(list)) }),
  };
}

function splitAt(names: readonly string[]): NonNullable<EventFormat["split"]> {
  return (body) => {
    const beside = Object.entries(body).filter(([name]) => name !== names[0]);
    return withEnvelope(listOf(valueAt(body, names)), Object.fromEntries(beside));
  };
}

function path(text: string): readonly string[] {
  return text.split(".");
}

/** The value at a path; `undefined` where there is none. */
function valueAt(body: JsonObject, names: readonly string[]): unknown {
  let value: unknown = body;
  for (const name of names) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** A sender without a format: the members that most senders use, Standard Webhooks' first. */
export const anyFormat: EventFormat = {
  read: (body, { eventName }) => ({
    name: firstText(
      eventName,
      body.type,
      body.event,
      body.event_type,
      body.eventType,
      body.topic,
      body.action,
    ),
    at: dateOf(body.timestamp) ?? dateOf(body.created_at),
  }),
};

/** The texts that are there, with a dot between: `pull_request.opened`. `undefined` where there is none. */
export function dotted(...parts: readonly unknown[]): string | undefined {
  const texts = parts.map(textField).filter((part) => part !== undefined);
  return texts.length === 0 ? undefined : texts.join(".");
}

/** The texts with a separator between, where every one is there; else `undefined`. */
export function allOf(separator: string, ...parts: readonly unknown[]): string | undefined {
  const texts = parts.map(textField);
  return texts.includes(undefined) ? undefined : texts.join(separator);
}

/** The first of the texts that is there. */
export function firstText(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const text = textField(value);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The list's first object; an empty one where there is none. */
export function firstObject(list: unknown): JsonObject {
  const [first] = Array.isArray(list) ? (list as readonly unknown[]) : [];
  return isJsonObject(first) ? first : {};
}

/** The list, where there is an object in it. */
export function listOf(list: unknown): readonly unknown[] | undefined {
  return Array.isArray(list) && list.some(isJsonObject) ? list : undefined;
}

/** A text that is JSON, parsed; any other value unchanged. */
export function jsonText(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** What is encoded in base64: JSON as its value, other text as text; anything else unchanged. */
export function base64Json(value: unknown): unknown {
  const bytes = typeof value === "string" ? decodeText(value, "base64") : undefined;
  if (bytes === undefined) return value;
  try {
    return jsonText(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return value;
  }
}

/** Most characters of the envelopes of all elements of one list: the result never grows with the list's square. */
export const MOST_ENVELOPE_CHARACTERS = 16 * 1024 * 1024;

/** Characters of a value as JSON. */
export function jsonLength(value: JsonObject): number {
  return JSON.stringify(value).length;
}

/** Each object of a list with the members that stand beside the list. `undefined` where that takes too much. */
export function withEnvelope(
  elements: readonly unknown[] | undefined,
  beside: JsonObject,
): readonly unknown[] | undefined {
  if (elements === undefined || Object.keys(beside).length === 0) return elements;
  if (jsonLength(beside) * elements.length > MOST_ENVELOPE_CHARACTERS) return undefined;
  return elements.map((element) => (isJsonObject(element) ? { ...beside, ...element } : element));
}
