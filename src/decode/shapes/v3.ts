import type { JsonObject } from "../../model/json.js";
import { V3_TRIGGER_MESSAGE } from "../../protocol/shapes.js";
import { type Fields, objectField, textField, timeField } from "../fields.js";

/**
 * `{id, timestamp, type, metadata, data}`. With the type of a trigger's message it is a trigger's event; with
 * any other (`composio.connected_account.expired`) the type is the name and the platform itself is the app.
 */
export function readV3(body: JsonObject): Fields | undefined {
  const type = textField(body.type);
  const metadata = objectField(body.metadata);
  const data = objectField(body.data);
  if (type === undefined || metadata === undefined || data === undefined) return undefined;
  // Written out for both: to spread a common part into each costs a sixth of the whole way over the socket.
  if (type === V3_TRIGGER_MESSAGE) {
    const slug = textField(metadata.trigger_slug);
    if (slug === undefined) return undefined;
    return {
      logId: textField(metadata.log_id),
      messageId: textField(body.id),
      payload: data,
      metadata,
      timestamp: timeField(body.timestamp),
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
    timestamp: timeField(body.timestamp),
    triggerName: type,
    appName: "composio",
    // About a connected account: the account is the data.
    connectionId: type.includes("connected_account") ? textField(data.id) : undefined,
    integrationId: textField(objectField(data.auth_config)?.id),
    entityId: textField(data.user_id),
  };
}
