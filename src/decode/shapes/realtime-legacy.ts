import type { JsonObject } from "../../model/json.js";
import { type Fields, objectField, textField } from "../fields.js";

/** `{appName, clientId, payload, originalPayload, metadata}`: the realtime channel's older shape, without an id. */
export function readRealtimeLegacy(body: JsonObject): Fields | undefined {
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
