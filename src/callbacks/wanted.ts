import type { StandardSchema } from "../model/standard-schema.js";
import type { EventOf, TriggerName } from "../model/triggers.js";
import type { EventFilter } from "./filter.js";

/** What `callback`, `once` and `events` take: a trigger name, several, or a filter. */
export type Wanted = TriggerName | readonly TriggerName[] | EventFilter;

/** The trigger names that something wanted speaks of; `string` where it does not say. */
type NameIn<W> = W extends string
  ? W
  : W extends readonly (infer Name extends string)[]
    ? Name
    : W extends { readonly triggerName: infer Names }
      ? Names extends readonly (infer Name extends string)[]
        ? Name
        : Names extends string
          ? Names
          : string
      : string;

/** The event that something wanted brings: its payload is typed where the names are known. */
export type EventFor<W> = EventOf<NameIn<W>>;

/** The same, with the payload that a callback's schema makes of it. */
// `undefined` is asked for first: without strictNullChecks it is assignable to every schema.
export type EventWith<W, Schema> = [Schema] extends [undefined]
  ? EventFor<W>
  : [Schema] extends [StandardSchema<infer Payload>]
    ? Omit<EventFor<W>, "payload"> & { readonly payload: Payload }
    : EventFor<W>;
