import type { ApiContext } from "./api/context.js";
import { controlEndpoints } from "./api/control-api.js";
import { dashboardApiEndpoints } from "./api/dashboard-api.js";
import { connectEndpoints } from "./connect/endpoints.js";
import { dashboardFileEndpoints } from "./dashboard/files.js";
import { type AppOptions, createApp, nodeListener } from "./http/app.js";
import type { RequestListener } from "./http/gateway.js";
import { modelEndpoints } from "./model/endpoints.js";
import { endpointsV1 } from "./rest/v1/index.js";
import { endpointsV3 } from "./rest/v3/index.js";
import { ingressEndpoints } from "./rest/v3/ingress.js";

/** @param dashboard the directory with the dashboard's files; default: the package's own */
export function platformListener(
  api: ApiContext,
  options: AppOptions,
  dashboard: string | undefined,
): RequestListener {
  return nodeListener(
    createApp(
      [
        ...endpointsV1(api.context),
        ...endpointsV3(api.context),
        ...ingressEndpoints(api),
        ...connectEndpoints(api.context),
        ...controlEndpoints(api),
        ...modelEndpoints({ ...api.context, model: api.model, stopping: api.stopping }),
        ...dashboardApiEndpoints(api),
        ...dashboardFileEndpoints(dashboard),
      ],
      options,
    ),
  );
}
