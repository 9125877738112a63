import type { TriggerEvent } from "../model/event.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import type { IdKey } from "./filter.js";

/**
 * An event's name under a filter's key, as the event spells it, and its second name where the platform has two for
 * one thing (a UUID and a nano id): a filter may use either, whichever shape the event came in.
 */
export interface NamesUnderKey {
  first(event: TriggerEvent): string | undefined;
  second(event: TriggerEvent): string | undefined;
}

/** One reader for each key: a member that is looked up by a variable name takes ten times as long. */
export const namesUnder: Readonly<Record<IdKey, NamesUnderKey>> = {
  triggerName: { first: (event) => event.triggerName, second: noName },
  appName: { first: (event) => event.appName, second: noName },
  provider: { first: (event) => event.origin.provider, second: noName },
  route: { first: (event) => event.origin.route, second: noName },
  entityId: { first: (event) => event.entityId, second: noName },
  triggerId: {
    first: (event) => event.triggerId,
    second: ({ metadata }) => textOf(metadata.nanoId ?? metadata.trigger_nano_id),
  },
  connectionId: {
    first: (event) => event.connectionId,
    second: ({ metadata }) =>
      textOf(connectionOf(metadata)?.connectedAccountNanoId ?? metadata.connection_nano_id),
  },
  integrationId: {
    first: (event) => event.integrationId,
    second: ({ metadata }) => textOf(connectionOf(metadata)?.authConfigNanoId),
  },
};

function noName(): undefined {
  return undefined;
}

function connectionOf({ connection }: JsonObject): JsonObject | undefined {
  return isJsonObject(connection) ? connection : undefined;
}

function textOf(name: unknown): string | undefined {
  return typeof name === "string" && name !== "" ? name : undefined;
}
