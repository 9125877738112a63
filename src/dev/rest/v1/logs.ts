import { v1 } from "../../../protocol/rest-v1.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, queryOf } from "../../http/endpoint.js";
import { pageInfo, pageOf } from "../../http/page.js";
import type { LogEntry } from "../../state/event-log.js";

export function logEndpointsV1(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v1.logs,
      handle(c) {
        const query = queryOf(c);
        const connection = query.text("connectionId");
        const integration = query.text("integrationId");
        const page = query.count("page", 1, 1_000_000);
        const limit = query.count("limit", 10, 1_000);
        const matches = ({ event: { account } }: LogEntry) =>
          (connection === undefined || [account.uuid, account.nanoId].includes(connection)) &&
          (integration === undefined ||
            [account.integrationUuid, account.authConfigNanoId].includes(integration));
        const found = pageOf(context.state.log.newest({ matches }, Number.POSITIVE_INFINITY), page, limit);
        return c.json({ data: found.items.map(shown), pageInfo: pageInfo(found) });
      },
    },
  ];
}

/** Payloads are JSON as text. */
function shown({ event, triggerType, error }: LogEntry) {
  return {
    id: event.logId,
    clientId: event.project.clientId,
    connectionId: event.account.uuid,
    triggerName: event.triggerName,
    triggerType,
    appKey: event.appName,
    errorTrigger: null,
    triggerClientError: error ?? null,
    triggerClientPayload: JSON.stringify(event.payload),
    triggerClientResponse: null,
    triggerProviderPayload: JSON.stringify(event.originalPayload),
    createdAt: event.timestamp,
  };
}
