import { v3 } from "../../../protocol/rest-v3.js";
import type { PlatformContext } from "../../context.js";
import { type Call, type Endpoint, fieldsOf, param, queryOf, requiredString } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { findApp } from "../../operations/accounts.js";
import {
  createEndpoint,
  findEndpoint,
  setupFields,
  storeFields,
} from "../../operations/inbound-endpoints.js";
import type { InboundEndpoint } from "../../state/project.js";

/** Webhook endpoints: where the events of the user's own OAuth apps arrive. */
export function inboundEndpointsV3(context: PlatformContext): Endpoint[] {
  const store = (c: Call, act: "merge" | "replace") =>
    c.json(shown(c, storeFields(context, findEndpoint(context, param(c, "id")), fieldsOf(c).data, act)));
  return [
    {
      ...v3.webhookEndpoints,
      handle(c) {
        const app = queryOf(c).text("toolkit_slug");
        const name = app === undefined ? undefined : findApp(context, app).name;
        const { endpoints } = context.state.settings;
        const items = endpoints.filter(({ appName }) => name === undefined || appName === name).map(listed);
        return c.json({ items });
      },
    },
    {
      ...v3.webhookEndpointSchema,
      handle(c) {
        const app = queryOf(c).text("toolkit_slug");
        if (app === undefined) throw new HttpProblem(400, "`toolkit_slug` is missing in the query");
        return c.json({ toolkit_slug: findApp(context, app).name, setup_fields: setupFields(context, app) });
      },
    },
    {
      ...v3.createWebhookEndpoint,
      handle(c) {
        const app = requiredString(c, "toolkit_slug");
        const { endpoint, isNew } = createEndpoint(context, app, requiredString(c, "client_id"));
        return c.json(shown(c, endpoint), isNew ? 201 : 200);
      },
    },
    { ...v3.webhookEndpoint, handle: (c) => c.json(shown(c, findEndpoint(context, param(c, "id")))) },
    { ...v3.replaceWebhookEndpoint, handle: (c) => store(c, "replace") },
    { ...v3.updateWebhookEndpoint, handle: (c) => store(c, "merge") },
  ];
}

function listed({ id, appName, clientId }: InboundEndpoint) {
  return { id, toolkit_slug: appName, client_id: clientId };
}

function shown(c: Call, endpoint: InboundEndpoint) {
  const names = Object.keys(endpoint.fields);
  const path = `/api/v3.1/webhook_ingress/${endpoint.appName}/${endpoint.id}/trigger_event`;
  return {
    ...listed(endpoint),
    webhook_url: new URL(path, c.req.url).href,
    // Each of them is a secret.
    data: names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, "********"])),
    created_at: endpoint.createdAt,
    verified_at: endpoint.verifiedAt,
  };
}
