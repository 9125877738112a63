import type { PlatformContext } from "../../context.js";
import type { Endpoint } from "../../http/endpoint.js";
import { realtimeEndpointsV3 } from "../realtime.js";
import { accountEndpointsV3 } from "./accounts.js";
import { authConfigEndpointsV3 } from "./auth-configs.js";
import { inboundEndpointsV3 } from "./inbound-endpoints.js";
import { instanceEndpointsV3 } from "./instances.js";
import { logEndpointsV3 } from "./logs.js";
import { sessionEndpointsV3 } from "./session.js";
import { toolkitEndpointsV3 } from "./toolkits.js";
import { toolEndpointsV3 } from "./tools.js";
import { triggerEndpointsV3 } from "./triggers.js";
import { webhookEndpointsV3 } from "./webhooks.js";

/** REST generation 3, every call under both of its roots: `/api/v3` and `/api/v3.1`. */
export function endpointsV3(context: PlatformContext): Endpoint[] {
  return [
    sessionEndpointsV3,
    triggerEndpointsV3,
    instanceEndpointsV3,
    accountEndpointsV3,
    webhookEndpointsV3,
    inboundEndpointsV3,
    logEndpointsV3,
    realtimeEndpointsV3,
    toolEndpointsV3,
    toolkitEndpointsV3,
    authConfigEndpointsV3,
  ]
    .flatMap((endpoints) => endpoints(context))
    .flatMap((endpoint) => {
      const path = endpoint.path.replace(/^\/api\/v3(\.1)?\//, "/");
      return ["/api/v3", "/api/v3.1"].map((root) => ({ ...endpoint, path: `${root}${path}` }));
    });
}
