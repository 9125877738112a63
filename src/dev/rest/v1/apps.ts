import type { PlatformContext } from "../../context.js";
import { type Call, type Endpoint, param, taggedText } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { TOOL_APP, tools } from "../../tools.js";
import { appId, type CatalogApp } from "../../trigger-catalog.js";
import { LOGO } from "../logo.js";

/** Apps: the published Python client looks names of apps, actions and triggers up before it filters by them. */
export function appEndpointsV1(context: PlatformContext): Endpoint[] {
  const local = { id: appId(TOOL_APP), name: TOOL_APP, displayName: "Local platform" };
  const apps = () => [...context.types.apps.filter(({ name }) => name !== TOOL_APP), local];
  return [
    {
      method: "GET",
      path: "/api/v1/apps",
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
    ...["/api/v1/actions/list/enums", "/api/v2/actions/list/enums"].map((path) => ({
      method: "GET",
      path,
      handle: (c: Call) => taggedText(c, tools.map(({ name }) => name).join("\n")),
    })),
  ];
}

function shown({ id, name, displayName }: CatalogApp) {
  return {
    appId: id,
    key: name,
    name,
    displayName,
    description: `${displayName}, as far as its triggers go`,
    logo: LOGO,
    categories: [],
    meta: {},
    enabled: true,
    no_auth: name === TOOL_APP,
  };
}
