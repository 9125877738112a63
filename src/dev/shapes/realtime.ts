import type { RealtimeLegacyShape } from "../../protocol/shapes.js";
import type { FiredEvent } from "../fired.js";

/**
 * What the realtime channel carries: generation 1's shape, without an id for the event itself.
 * `metadata.id` is the trigger instance.
 */
export function realtimeShape(event: FiredEvent): RealtimeLegacyShape {
  const { account, instance } = event;
  return {
    appName: event.appName,
    clientId: event.project.clientNumber,
    payload: event.payload,
    originalPayload: event.originalPayload,
    metadata: {
      id: instance.uuid,
      nanoId: instance.nanoId,
      connectionId: account.uuid,
      triggerName: event.triggerName,
      // What the platform registered with the app, as JSON text; a local trigger registers nothing.
      triggerData: "{}",
      triggerConfig: instance.config,
      connection: {
        id: account.uuid,
        connectedAccountNanoId: account.nanoId,
        integrationId: account.integrationUuid,
        authConfigNanoId: account.authConfigNanoId,
        clientUniqueUserId: account.userId,
        status: account.status,
      },
    },
  };
}
