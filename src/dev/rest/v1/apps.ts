import { v1 } from "../../../protocol/rest-v1.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, param, taggedText } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { LOCAL_APP } from "../../tools/local-tools.js";
import { appId, type CatalogApp } from "../../trigger-catalog.js";
import { LOGO } from "../logo.js";

/** Apps: the published Python client looks names of apps, actions and triggers up before it filters by them. */
export function appEndpointsV1(context: PlatformContext): Endpoint[] {
  const local = { id: appId(LOCAL_APP.name), ...LOCAL_APP };
  const apps = () => [...context.types.apps.filter(({ name }) => name !== LOCAL_APP.name), local];
  return [
    {
      ...v1.apps,
      handle: (c) => c.json({ items: apps().map(shown), totalPages: 1 }),
    },
    {
      method: "GET",
      path: "/api/v1/apps/list/enums",
      handle: (c) =>
        taggedText(
          c,
          apps()
            .map(({ name }) => name.toUpperCase())
            .join("\n"),
        ),
    },
    {
      method: "GET",
      path: "/api/v1/apps/{appName}",
      handle(c) {
        const app = apps().find(({ name, id }) => [name, id].includes(param(c, "appName").toLowerCase()));
        if (app === undefined) throw new HttpProblem(404, `There is no app ${param(c, "appName")}`);
        return c.json(shown(app));
      },
    },
  ];
}

/** How an account of any app may be authorized. */
const schemes = [
  { mode: "OAUTH2", fields: [] },
  { mode: "API_KEY", fields: [{ name: "api_key", display_name: "API key", type: "string", required: true }] },
];

function shown({ id, name, displayName }: CatalogApp) {
  return {
    appId: id,
    key: name,
    name,
    displayName,
    description: `${displayName}, as far as its triggers and tools go`,
    logo: LOGO,
    categories: [],
    meta: {},
    enabled: true,
    no_auth: name === LOCAL_APP.name,
    auth_schemes: name === LOCAL_APP.name ? [] : schemes,
  };
}
