import type { TriggerEvent } from "../model/event.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import type { SenderEventOf, SenderEvents } from "../model/sender-events.js";
import type { StandardSchema } from "../model/standard-schema.js";
import type { EventOf, TriggerName } from "../model/triggers.js";
import type { PayloadFilter, UnknownMembers } from "./payload-filter.js";

type OneOrMany<T> = T | readonly T[];

/**
 * Selects the events of a callback. All members that are given must match; of a list, one value must.
 * Names and ids are compared without regard to case.
 */
export interface EventFilter {
  /** The trigger, or another sender's name for its event. Default: all. */
  readonly triggerName?: OneOrMany<TriggerName> | undefined;
  /** The app, or the provider of another sender: `github`. Default: all. */
  readonly appName?: OneOrMany<string> | undefined;
  /** The sender: `composio` for the platform's events, else the provider of a route: `stripe`. Default: all. */
  readonly provider?: OneOrMany<string> | undefined;
  /** The listener's route that received the event: `/webhooks/github`. Default: all. */
  readonly route?: OneOrMany<string> | undefined;
  /** The trigger instance, by its UUID or its nano id. Default: all. */
  readonly triggerId?: OneOrMany<string> | undefined;
  /** The connected account, by its UUID or its nano id. Default: all. */
  readonly connectionId?: OneOrMany<string> | undefined;
  /** The auth config, by its UUID or its nano id. Default: all. */
  readonly integrationId?: OneOrMany<string> | undefined;
  /** The user. Default: all. */
  readonly entityId?: OneOrMany<string> | undefined;
  /**
   * A part of the payload: every property named here must exist and be equal, at any depth, or match the operators in its
   * place: `{ stars: { $gte: 100 } }`. Of a list, one element must; an array is compared whole. docs/filters.md has the
   * operators. Default: any payload.
   */
  readonly payload?: JsonObject | undefined;
  /** Any other condition. If it throws, the callback counts as failed, so the event is not lost. Default: none. */
  readonly where?: ((event: TriggerEvent) => boolean) | undefined;
}

/** What `callback`, `once` and `events` take: a trigger name, several, or a filter. */
export type FilterInput = TriggerName | readonly TriggerName[] | EventFilter;

/** The trigger names that a filter has; `string` where it has none. */
type NameIn<Input> = Input extends string
  ? Input
  : Input extends readonly (infer Name extends string)[]
    ? Name
    : Input extends { readonly triggerName: infer Names }
      ? Names extends readonly (infer Name extends string)[]
        ? Name
        : Names extends string
          ? Names
          : string
      : string;

/** The providers that a filter has; `string` where it has none. */
type ProviderIn<Input> = Input extends { readonly provider: infer Providers }
  ? Providers extends readonly (infer Provider extends string)[]
    ? Provider
    : Providers extends string
      ? Providers
      : string
  : string;

type EventFrom<Provider extends string, Name extends string> = Provider extends keyof SenderEvents
  ? SenderEventOf<Provider, Name>
  : EventOf<Name>;

/** The events that a filter selects. The payload is typed where the types know the names of its events. */
export type EventFor<Input> = EventFrom<ProviderIn<Input>, NameIn<Input>>;

/** The same, with the payload that a callback's schema returns. */
// `undefined` is compared first: without strictNullChecks it is assignable to every schema.
export type EventWith<Input, Schema> = [Schema] extends [undefined]
  ? EventFor<Input>
  : [Schema] extends [StandardSchema<infer Payload>]
    ? Omit<EventFor<Input>, "payload"> & { readonly payload: Payload }
    : EventFor<Input>;

/** Checks the payload's part of a filter against the types of its triggers. */
export type CheckedFilter<Input> = Input extends { readonly payload: infer Given }
  ? {
      readonly payload: PayloadFilter<EventFor<Input>["payload"]> &
        UnknownMembers<Given, EventFor<Input>["payload"]>;
    }
  : unknown;

/** A filter key that selects by an event's field. */
export type FilterField = Exclude<keyof EventFilter, "payload" | "where">;

/** How the index and the predicates read a field of an event. */
interface FieldAccessors {
  /**
   * Order of selectivity: 1 is the field whose values the fewest events share. A filter is indexed by its most
   * selective field.
   */
  readonly rank: number;
  /** The field's value, as the event spells it. */
  readonly value: (event: TriggerEvent) => string | undefined;
  /** The nano id where the field is a UUID, or the other way around: the platform has both for one thing. */
  readonly alias: (event: TriggerEvent) => string | undefined;
}

/**
 * The fields that a filter can select by. One function for each: reading a member by a variable name takes ten
 * times as long.
 */
export const filterFields: Readonly<Record<FilterField, FieldAccessors>> = {
  triggerName: { rank: 3, value: (event) => event.triggerName, alias: noAlias },
  appName: { rank: 6, value: (event) => event.appName, alias: noAlias },
  provider: { rank: 8, value: (event) => event.origin.provider, alias: noAlias },
  route: { rank: 7, value: (event) => event.origin.route, alias: noAlias },
  triggerId: {
    rank: 1,
    value: (event) => event.triggerId,
    alias: ({ metadata }) => textOf(metadata.nanoId ?? metadata.trigger_nano_id),
  },
  connectionId: {
    rank: 2,
    value: (event) => event.connectionId,
    alias: ({ metadata }) =>
      textOf(connectionIn(metadata)?.connectedAccountNanoId ?? metadata.connection_nano_id),
  },
  integrationId: {
    rank: 5,
    value: (event) => event.integrationId,
    alias: ({ metadata }) => textOf(connectionIn(metadata)?.authConfigNanoId),
  },
  entityId: { rank: 4, value: (event) => event.entityId, alias: noAlias },
};

/** In the order in which errors and the names of callbacks list them. */
export const fieldNames = Object.keys(filterFields) as readonly FilterField[];

const mostSelectiveFirst = [...fieldNames].sort((a, b) => filterFields[a].rank - filterFields[b].rank);

/** The field to index a filter by; `undefined` where it selects by none. */
export function mostSelectiveField({ fields }: ParsedFilter): FilterField | undefined {
  return mostSelectiveFirst.find((field) => fields.has(field));
}

/** A filter that has been checked: lists for single values, folded to one case. */
export interface ParsedFilter {
  /** Folded values of each field given. */
  readonly fields: ReadonlyMap<FilterField, readonly string[]>;
  readonly payload: JsonObject | undefined;
  /** `payload`, compiled. */
  readonly testPayload: ((payload: unknown) => boolean) | undefined;
  readonly where: ((event: TriggerEvent) => boolean) | undefined;
}

/** The form in which names and ids are compared. */
export function fold(name: string): string {
  return name.toUpperCase();
}

/** A filter as a short text, the name of a callback without one. Equal filters have equal texts. */
export function nameOfFilter(filter: ParsedFilter): string {
  const parts = [...filter.fields].map(([field, values]) =>
    field === "triggerName" ? values.join("|") : `${field}=${values.join("|")}`,
  );
  if (filter.payload !== undefined) parts.push(`payload=${JSON.stringify(filter.payload)}`);
  if (filter.where !== undefined) parts.push("where");
  return parts.length === 0 ? "*" : parts.join(" ");
}

function noAlias(): undefined {
  return undefined;
}

function connectionIn({ connection }: JsonObject): JsonObject | undefined {
  return isJsonObject(connection) ? connection : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
