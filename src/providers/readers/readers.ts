import { objectField, textField, timeField } from "../../decode/fields.js";
import { allOf, dotted, firstObject, firstText, type ProviderReader } from "./reader.js";

/** Interaction types by number. https://docs.discord.com/developers/interactions/receiving-and-responding */
const interactions = [
  undefined,
  "PING",
  "APPLICATION_COMMAND",
  "MESSAGE_COMPONENT",
  "APPLICATION_COMMAND_AUTOCOMPLETE",
  "MODAL_SUBMIT",
];

/** A webhook event has `event` and no id; an interaction has an id, and a number for its type. */
export const discord: ProviderReader = (body) => {
  const event = objectField(body.event);
  if (event !== undefined) return { name: textField(event.type), at: timeField(event.timestamp) };
  const type = typeof body.type === "number" ? interactions[body.type] : undefined;
  return { name: type ?? firstText(body.type), id: textField(body.id) };
};

/**
 * An event of a list. A retry has another `attemptNumber`, so that neither the body nor its digest is the same;
 * `eventId` is not unique without the others.
 */
export const hubspot: ProviderReader = (event) => ({
  name: textField(event.subscriptionType),
  id: allOf("-", event.portalId, event.subscriptionId, event.eventId, event.objectId, event.occurredAt),
  at: timeField(event.occurredAt),
});

/** A retry has a new `webhookTimestamp`, so the id is put together from what does not change. */
export const linear: ProviderReader = (body) => {
  const object = objectField(body.data)?.id;
  return {
    name: dotted(body.type, body.action),
    id: allOf(":", body.webhookId, body.type, body.action, object, body.createdAt),
    at: timeField(body.createdAt) ?? timeField(body.webhookTimestamp),
  };
};

/** `whatsapp_business_account.messages`, `page.messaging`, `instagram.comments`. */
export const meta: ProviderReader = (body) => {
  const entry = firstObject(body.entry);
  const list = Array.isArray(entry.messaging) ? "messaging" : "standby";
  const field = firstObject(entry.changes).field ?? (Array.isArray(entry[list]) ? list : undefined);
  return { name: dotted(body.object, field), at: timeField(entry.time) };
};

/** An event of the Events API is wrapped; interactions and slash commands are not. */
export const slack: ProviderReader = (body) => {
  const event = objectField(body.event);
  if (event !== undefined) {
    return { name: textField(event.type), id: textField(body.event_id), at: timeField(body.event_time) };
  }
  return { name: firstText(body.command, body.type), id: textField(body.trigger_id) };
};

/** The one member beside `update_id` says what it is. Every bot counts for itself, and has a route of its own. */
export const telegram: ProviderReader = (body, { route, request }) => {
  const name = Object.keys(body).find((key) => key !== "update_id");
  const update = name === undefined ? undefined : objectField(body[name]);
  return {
    name: textField(name),
    // Bots at `/telegram/{bot}` share a route.
    id: allOf(":", request?.path ?? route ?? "-", body.update_id),
    at: timeField(update?.date),
  };
};
