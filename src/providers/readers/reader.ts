import { objectField, textField } from "../../decode/fields.js";
import type { JsonObject } from "../../model/json.js";
import type { Origin } from "../../model/verified.js";

/** What a provider's body, and the headers kept in the origin, say of an event. */
export interface ProviderFacts {
  /** What happened, in the provider's own words. */
  readonly name?: string | undefined;
  /** An id that stands in the body, is the same in every delivery of the event, and in no other event. */
  readonly id?: string | undefined;
  readonly at?: Date | undefined;
}

/** Reads a provider's body. Nothing in it is believed to be there. */
export type ProviderReader = (body: JsonObject, origin: Origin) => ProviderFacts;

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
  return (Array.isArray(list) ? objectField(list[0]) : undefined) ?? {};
}
