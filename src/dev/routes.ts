import { controlEndpoints } from "./api/control-api.js";
import { type Workbench, workbenchEndpoints } from "./api/dashboard-api.js";
import { Router } from "./http/router.js";
import { endpointsV1 } from "./rest/v1/index.js";
import { endpointsV3 } from "./rest/v3/index.js";

/** Every call that a platform answers, but for the dashboard's files. */
export function apiRouter(bench: Workbench): Router {
  return new Router([
    ...endpointsV1(bench.core),
    ...endpointsV3(bench.core),
    ...controlEndpoints(bench),
    ...workbenchEndpoints(bench),
  ]);
}
