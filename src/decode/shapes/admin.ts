import type { JsonObject } from "../../model/json.js";
import { type Fields, objectField, textField, timeField } from "../fields.js";

/**
 * Generation 1's webhook about connected accounts: `{type: "connected_account.…", timestamp, data}`, bare or as
 * some relays wrap it: `{event: {method, path, headers, body}}`.
 */
export function readAdmin(body: JsonObject): Fields | undefined {
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
    timestamp: timeField(inner.timestamp),
  };
}
