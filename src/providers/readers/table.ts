import { objectField, textField, timeField } from "../../decode/fields.js";
import { dotted, firstText, type ProviderReader } from "./reader.js";
import { discord, hubspot, linear, meta, slack, telegram } from "./readers.js";

/** One row a provider; the key is the `provider` of its source. Who has no row is read by `anyProvider`. */
export const providers: ReadonlyMap<string, ProviderReader> = new Map<string, ProviderReader>([
  [
    "asana",
    // An event of the list `events`; the empty list is a heartbeat.
    (body) => ({
      name: Array.isArray(body.events)
        ? "heartbeat"
        : dotted(objectField(body.resource)?.resource_type, body.action),
      at: timeField(body.created_at),
    }),
  ],
  ["calendly", (body) => ({ name: textField(body.event), at: timeField(body.created_at) })],
  ["discord", discord],
  ["github", (body, { eventName }) => ({ name: dotted(eventName, body.action) })],
  [
    "gitlab",
    // The header's name ("Push Hook") may be unsigned; the body's is what it stands for.
    (body, { eventName }) => ({
      name: dotted(
        firstText(body.object_kind, body.event_name, eventName),
        objectField(body.object_attributes)?.action,
      ),
    }),
  ],
  ["hubspot", hubspot],
  [
    "intercom",
    (body) => ({ name: textField(body.topic), id: textField(body.id), at: timeField(body.created_at) }),
  ],
  ["linear", linear],
  ["meta", meta],
  // A notification of the list `value`.
  ["microsoft-graph", (body) => ({ name: firstText(body.changeType, body.lifecycleEvent) })],
  [
    "notion",
    (body) => ({ name: textField(body.type), id: textField(body.id), at: timeField(body.timestamp) }),
  ],
  ["openai", (body) => ({ name: textField(body.type), at: timeField(body.created_at) })],
  [
    "paddle",
    (body) => ({
      name: textField(body.event_type),
      id: textField(body.event_id),
      at: timeField(body.occurred_at),
    }),
  ],
  ["shopify", (_body, { eventName }) => ({ name: eventName })],
  ["slack", slack],
  [
    "square",
    (body) => ({ name: textField(body.type), id: textField(body.event_id), at: timeField(body.created_at) }),
  ],
  ["stripe", (body) => ({ name: textField(body.type), id: textField(body.id), at: timeField(body.created) })],
  ["telegram", telegram],
  [
    "twilio",
    // An event stream sends lists of CloudEvents.
    (body) =>
      body.specversion === undefined
        ? { name: firstText(body.EventType, body.MessageStatus, body.SmsStatus, body.CallStatus) }
        : { name: textField(body.type), id: textField(body.id), at: timeField(body.time) },
  ],
  [
    "typeform",
    (body) => ({
      name: textField(body.event_type),
      id: textField(body.event_id),
      at: timeField(objectField(body.form_response)?.submitted_at),
    }),
  ],
  // The body has an id where the webhook subscribes to events; a trigger's body is whatever its author wrote.
  ["zendesk", (body) => ({ name: textField(body.type), at: timeField(body.time) })],
  ["zoom", (body) => ({ name: textField(body.event), at: timeField(body.event_ts) })],
]);

/** A sender without a row of its own: the members that most senders use, Standard Webhooks' first. */
export const anyProvider: ProviderReader = (body, { eventName }) => ({
  name: firstText(eventName, body.type, body.event, body.event_type, body.eventType, body.topic, body.action),
  at: timeField(body.timestamp) ?? timeField(body.created_at),
});
