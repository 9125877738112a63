import type { JsonObject } from "../../model/json.js";
import { type Fields, objectField, textField, timeField } from "../fields.js";

/** `{type, timestamp, log_id, data}`: the payload's fields stand in `data` beside five ids. */
export function readV2(body: JsonObject): Fields | undefined {
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
    timestamp: timeField(body.timestamp),
  };
}
