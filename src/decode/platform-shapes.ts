import { dateOf } from "../base/date-of.js";
import { DecodeError } from "../base/errors.js";
import { isJsonObject, type JsonObject, objectField, textField } from "../model/json.js";
import { V3_TRIGGER_MESSAGE } from "../protocol/shapes.js";

/** The fields of an event, as a shape of the platform has them. A shape leaves out what it does not have. */
export interface Fields {
  /** The id that all copies have. */
  readonly logId?: string | undefined;
  /** The message's id, where the body has one. */
  readonly messageId?: string | undefined;
  readonly triggerName: string;
  readonly appName?: string | undefined;
  readonly triggerId?: string | undefined;
  /** The trigger instance's other name, where the shape gives both. */
  readonly otherTriggerId?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly integrationId?: string | undefined;
  readonly entityId?: string | undefined;
  readonly payload: JsonObject;
  readonly originalPayload?: JsonObject | undefined;
  readonly metadata: JsonObject;
  readonly timestamp?: Date | undefined;
}

/** Reads a body of one shape. `undefined`: the body has another shape. */
type ShapeReader = (body: JsonObject) => Fields | undefined;

/**
 * `{id, timestamp, type, metadata, data}`. With the type of a trigger's message it is a trigger's event; with
 * any other (`composio.connected_account.expired`) the type is the name and the platform itself is the app.
 */
function readV3(body: JsonObject): Fields | undefined {
  const type = textField(body.type);
  const metadata = objectField(body.metadata);
  const data = objectField(body.data);
  if (type === undefined || metadata === undefined || data === undefined) return undefined;
  // Written out for both: spreading a common part costs a sixth of the time of an event from the WebSocket.
  if (type === V3_TRIGGER_MESSAGE) {
    const slug = textField(metadata.trigger_slug);
    if (slug === undefined) return undefined;
    return {
      logId: textField(metadata.log_id),
      messageId: textField(body.id),
      payload: data,
      metadata,
      timestamp: dateOf(body.timestamp),
      triggerName: slug.toUpperCase(),
      triggerId: textField(metadata.trigger_id),
      connectionId: textField(metadata.connected_account_id),
      integrationId: textField(metadata.auth_config_id),
      entityId: textField(metadata.user_id),
    };
  }
  return {
    logId: textField(metadata.log_id),
    messageId: textField(body.id),
    payload: data,
    metadata,
    timestamp: dateOf(body.timestamp),
    triggerName: type,
    appName: "composio",
    // `data` is the connected account or the trigger instance that the event is about.
    triggerId: type.startsWith("composio.trigger.") ? textField(data.id) : undefined,
    connectionId: type.includes("connected_account")
      ? textField(data.id)
      : textField(data.connected_account_id),
    integrationId: textField(objectField(data.auth_config)?.id),
    entityId: textField(data.user_id),
  };
}

/** `{appName, clientId, payload, originalPayload, metadata}`: the realtime channel's older shape, without an id. */
function readRealtimeLegacy(body: JsonObject): Fields | undefined {
  const metadata = objectField(body.metadata);
  const triggerName = textField(metadata?.triggerName);
  const payload = objectField(body.payload);
  if (metadata === undefined || triggerName === undefined || payload === undefined) return undefined;
  const connection = objectField(metadata.connection);
  return {
    triggerName: triggerName.toUpperCase(),
    appName: textField(body.appName)?.toLowerCase(),
    triggerId: textField(metadata.id) ?? textField(metadata.nanoId),
    otherTriggerId: textField(metadata.nanoId),
    connectionId: textField(metadata.connectionId) ?? textField(connection?.id),
    integrationId: textField(connection?.integrationId),
    entityId: textField(connection?.clientUniqueUserId),
    payload,
    originalPayload: objectField(body.originalPayload),
    metadata,
  };
}

/**
 * `{trigger_name, connection_id, trigger_id, payload, log_id}`. Lines of the trigger log are written in this
 * shape too, with the members that the log knows beyond it.
 */
function readV1(body: JsonObject): Fields | undefined {
  const triggerName = textField(body.trigger_name);
  const payload = objectField(body.payload);
  if (triggerName === undefined || payload === undefined) return undefined;
  const { payload: _payload, original_payload: original, ...metadata } = body;
  return {
    logId: textField(body.log_id),
    triggerName: triggerName.toUpperCase(),
    appName: textField(body.app_name)?.toLowerCase(),
    triggerId: textField(body.trigger_id),
    connectionId: textField(body.connection_id),
    integrationId: textField(body.integration_id),
    entityId: textField(body.user_id),
    payload,
    originalPayload: objectField(original),
    metadata,
    timestamp: dateOf(body.timestamp),
  };
}

/** `{type, timestamp, log_id, data}`: the payload's fields stand in `data` beside five ids. */
function readV2(body: JsonObject): Fields | undefined {
  const type = textField(body.type);
  const logId = textField(body.log_id);
  const data = objectField(body.data);
  if (type === undefined || logId === undefined || data === undefined) return undefined;
  const { connection_id, connection_nano_id, trigger_nano_id, trigger_id, user_id, ...payload } = data;
  return {
    logId,
    triggerName: type.toUpperCase(),
    triggerId: textField(trigger_id) ?? textField(trigger_nano_id),
    otherTriggerId: textField(trigger_nano_id),
    connectionId: textField(connection_id) ?? textField(connection_nano_id),
    entityId: textField(user_id),
    payload,
    metadata: { log_id: logId, connection_id, connection_nano_id, trigger_nano_id, trigger_id, user_id },
    timestamp: dateOf(body.timestamp),
  };
}

/**
 * Generation 1's webhook about connected accounts: `{type: "connected_account.…", timestamp, data}`, bare or as
 * some relays wrap it: `{event: {method, path, headers, body}}`.
 */
function readAdmin(body: JsonObject): Fields | undefined {
  const event = objectField(body.event);
  const inner = event === undefined ? body : objectField(event.body);
  const type = textField(inner?.type);
  const data = objectField(inner?.data);
  if (inner === undefined || data === undefined || !type?.startsWith("connected_account.")) return undefined;
  return {
    triggerName: type,
    appName: textField(data.app_name)?.toLowerCase() ?? "composio",
    connectionId: textField(data.connected_account_id),
    integrationId: textField(data.integration_id),
    payload: data,
    metadata: event === undefined ? {} : { method: event.method, path: event.path, url: event.url },
    timestamp: dateOf(inner.timestamp),
  };
}

/** The platform's shapes, the commonest first. No body matches two of them. */
const platformShapes: readonly ShapeReader[] = [readV3, readRealtimeLegacy, readV1, readV2, readAdmin];

/** Reads an event of the platform in any of its shapes. @throws DecodeError ERR_SHAPE */
export function platformFields(body: unknown): Fields {
  if (isJsonObject(body)) {
    for (const read of platformShapes) {
      const fields = read(body);
      if (fields !== undefined) return fields;
    }
  }
  throw new DecodeError("ERR_SHAPE", `The body is no event that this package knows: ${outline(body)}.`);
}

/** A short description of a body for a message: the names of its members, never their values. */
function outline(body: unknown): string {
  if (Array.isArray(body)) return `an array of ${body.length}`;
  if (!isJsonObject(body)) return body === null ? "null" : `a ${typeof body}`;
  const names = Object.keys(body);
  const shown = names.slice(0, 12).join(", ");
  return `an object with ${names.length === 0 ? "no properties" : `the properties ${shown}${names.length > 12 ? ", …" : ""}`}`;
}
