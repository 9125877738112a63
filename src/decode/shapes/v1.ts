import type { JsonObject } from "../../model/json.js";
import { type Fields, objectField, textField, timeField } from "../fields.js";

/**
 * `{trigger_name, connection_id, trigger_id, payload, log_id}`. Lines of the trigger log are written in this
 * shape too, with the members that the log knows beyond it.
 */
export function readV1(body: JsonObject): Fields | undefined {
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
    timestamp: timeField(body.timestamp),
  };
}
