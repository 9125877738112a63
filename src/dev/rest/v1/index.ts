import type { PlatformContext } from "../../context.js";
import type { Endpoint } from "../../http/endpoint.js";
import { accountEndpoints } from "./accounts.js";
import { actionEndpoints } from "./actions.js";
import { apiKeyEndpoints } from "./api-keys.js";
import { appEndpoints } from "./apps.js";
import { clientEndpoints } from "./client.js";
import { instanceEndpoints } from "./instances.js";
import { integrationEndpoints } from "./integrations.js";
import { logEndpoints } from "./logs.js";
import { realtimeEndpoints } from "./realtime.js";
import { triggerEndpoints } from "./triggers.js";
import { webhookEndpoints } from "./webhook.js";

/** REST generation 1: `/api/v1`, and what of it is under `/api/v2`. */
export function endpointsV1(context: PlatformContext): Endpoint[] {
  return [
    clientEndpoints,
    apiKeyEndpoints,
    triggerEndpoints,
    instanceEndpoints,
    webhookEndpoints,
    logEndpoints,
    accountEndpoints,
    actionEndpoints,
    appEndpoints,
    integrationEndpoints,
    realtimeEndpoints,
  ].flatMap((endpoints) => endpoints(context));
}
