import type { PlatformContext } from "../../context.js";
import type { Endpoint } from "../../http/endpoint.js";
import { realtimeEndpointsV1 } from "../realtime.js";
import { accountEndpointsV1 } from "./accounts.js";
import { actionEndpointsV1 } from "./actions.js";
import { apiKeyEndpointsV1 } from "./api-keys.js";
import { appEndpointsV1 } from "./apps.js";
import { clientEndpointsV1 } from "./client.js";
import { instanceEndpointsV1 } from "./instances.js";
import { integrationEndpointsV1 } from "./integrations.js";
import { logEndpointsV1 } from "./logs.js";
import { triggerEndpointsV1 } from "./triggers.js";
import { webhookEndpointsV1 } from "./webhook.js";

/** REST generation 1: `/api/v1`, and what of it is under `/api/v2`. */
export function endpointsV1(context: PlatformContext): Endpoint[] {
  return [
    clientEndpointsV1,
    apiKeyEndpointsV1,
    triggerEndpointsV1,
    instanceEndpointsV1,
    webhookEndpointsV1,
    logEndpointsV1,
    accountEndpointsV1,
    actionEndpointsV1,
    appEndpointsV1,
    integrationEndpointsV1,
    realtimeEndpointsV1,
  ].flatMap((endpoints) => endpoints(context));
}
