import type { PlatformContext } from "../../context.js";
import type { Endpoint } from "../../http/endpoint.js";
import { accountEndpoints } from "./accounts.js";
import { instanceEndpoints } from "./instances.js";
import { logEndpoints } from "./logs.js";
import { realtimeEndpoints } from "./realtime.js";
import { sessionEndpoints } from "./session.js";
import { toolkitEndpoints } from "./toolkits.js";
import { toolEndpoints } from "./tools.js";
import { triggerEndpoints } from "./triggers.js";
import { webhookEndpoints } from "./webhooks.js";

/** REST generation 3, every call under both of its roots: `/api/v3` and `/api/v3.1`. */
export function endpointsV3(context: PlatformContext): Endpoint[] {
  return [
    sessionEndpoints,
    triggerEndpoints,
    instanceEndpoints,
    accountEndpoints,
    webhookEndpoints,
    logEndpoints,
    realtimeEndpoints,
    toolEndpoints,
    toolkitEndpoints,
  ]
    .flatMap((endpoints) => endpoints(context))
    .flatMap((endpoint) => {
      const path = endpoint.path.replace(/^\/api\/v3(\.1)?\//, "/");
      return ["/api/v3", "/api/v3.1"].map((root) => ({ ...endpoint, path: `${root}${path}` }));
    });
}
