import type { Core } from "../../context.js";
import { json, taggedText } from "../../http/answer.js";
import { Problem } from "../../http/problem.js";
import type { Endpoint } from "../../http/router.js";
import { TOOL_APP, tools } from "../../tools.js";
import { type App, appId } from "../../trigger-catalog.js";
import { LOGO } from "../logo.js";

/** Apps: the published Python client looks names of apps, actions and triggers up before it filters by them. */
export function appEndpoints(core: Core): Endpoint[] {
  const local = { id: appId(TOOL_APP), name: TOOL_APP, displayName: "Local platform" };
  const apps = () => [...core.types.apps.filter(({ name }) => name !== TOOL_APP), local];
  return [
    { method: "GET", path: "/api/v1/apps", handle: () => json({ items: apps().map(shown), totalPages: 1 }) },
    {
      method: "GET",
      path: "/api/v1/apps/list/enums",
      handle: () =>
        taggedText(
          apps()
            .map(({ name }) => name.toUpperCase())
            .join("\n"),
        ),
    },
    {
      method: "GET",
      path: "/api/v1/apps/{appName}",
      handle(call) {
        const app = apps().find(({ name, id }) => [name, id].includes(call.param("appName").toLowerCase()));
        if (app === undefined) throw new Problem(404, `There is no app ${call.param("appName")}`);
        return json(shown(app));
      },
    },
    ...["/api/v1/actions/list/enums", "/api/v2/actions/list/enums"].map((path) => ({
      method: "GET",
      path,
      handle: () => taggedText(tools.map(({ name }) => name).join("\n")),
    })),
  ];
}

function shown({ id, name, displayName }: App) {
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
