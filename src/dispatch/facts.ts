import type { TriggerEvent } from "../model/event.js";
import { isJsonObject } from "../model/json.js";
import { fold, type IdKey } from "./filter.js";

/**
 * An event's name under a filter's key, folded, and its second name where the platform has two for one thing
 * (a UUID and a nano id): a filter may use either, whichever shape the event came in.
 */
export function namesOfEvent(
  event: TriggerEvent,
  key: IdKey,
): readonly [string | undefined, string | undefined] {
  const first = event[key];
  return [first === undefined ? undefined : fold(first), otherName(event, key)];
}

function otherName(event: TriggerEvent, key: IdKey): string | undefined {
  const { metadata } = event;
  const connection = isJsonObject(metadata.connection) ? metadata.connection : undefined;
  let name: unknown;
  if (key === "triggerId") name = metadata.nanoId ?? metadata.trigger_nano_id;
  else if (key === "connectionId") name = connection?.connectedAccountNanoId ?? metadata.connection_nano_id;
  else if (key === "integrationId") name = connection?.authConfigNanoId;
  return typeof name === "string" && name !== "" ? fold(name) : undefined;
}
