import { v1 } from "../../../protocol/rest-v1.js";
import type { Core } from "../../context.js";
import { json } from "../../http/answer.js";
import { pageInfo, pageOf } from "../../http/page.js";
import type { Endpoint } from "../../http/router.js";
import type { LogLine } from "../../state/event-log.js";

export function logEndpoints(core: Core): Endpoint[] {
  return [
    {
      ...v1.logs,
      handle({ query }) {
        const connection = query.text("connectionId");
        const integration = query.text("integrationId");
        const page = query.count("page", 1, 1_000_000);
        const limit = query.count("limit", 10, 1_000);
        const matches = ({ event: { account } }: LogLine) =>
          (connection === undefined || [account.uuid, account.nanoId].includes(connection)) &&
          (integration === undefined ||
            [account.integrationUuid, account.authConfigNanoId].includes(integration));
        const found = pageOf(core.state.log.newest({ matches }, Number.POSITIVE_INFINITY), page, limit);
        return json({ data: found.items.map(shown), pageInfo: pageInfo(found) });
      },
    },
  ];
}

/** Payloads are JSON as text. */
function shown({ event, triggerType, error }: LogLine) {
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
