import type { EventSource } from "../model/delivery.js";
import type { TriggerEvent } from "../model/event.js";
import type { InboxRecord } from "./contract.js";

/** Whether a record is the listener's own: a time limit or a batch. Routes have names, so no sender makes one. */
export function isOwnRecord({ origin }: Pick<InboxRecord, "origin">): boolean {
  return origin.provider === "earshot" && origin.route === undefined;
}

/** A record of the listener's own, such as a time limit or a batch, as an event: for reports. */
export function ownEvent(
  { id, triggerName, receivedAt, body }: InboxRecord,
  source: EventSource,
): TriggerEvent {
  const at = new Date(receivedAt);
  return {
    id,
    triggerName,
    appName: "earshot",
    triggerId: undefined,
    connectionId: undefined,
    integrationId: undefined,
    entityId: undefined,
    payload: {},
    originalPayload: undefined,
    metadata: {},
    timestamp: at,
    receivedAt: at,
    source,
    origin: { provider: "earshot", route: undefined, signed: true },
    request: undefined,
    raw: String(body),
  };
}
