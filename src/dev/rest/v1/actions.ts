import { isJsonObject } from "../../../model/json.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, fieldsOf, param, queryOf } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { pageOf } from "../../http/page.js";
import { findTool, runTool, TOOL_APP, TOOL_VERSION, type Tool, tools } from "../../tools.js";
import { LOGO } from "../logo.js";

/** Actions, which generation 3 calls tools. */
export function actionEndpointsV1(context: PlatformContext): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/api/v2/actions",
      handle(c) {
        const query = queryOf(c);
        const apps = query.list("apps", "appNames")?.map((app) => app.toLowerCase());
        const names = query.list("actions")?.map((name) => name.toUpperCase());
        const found = tools.filter(
          ({ name }) => (apps?.includes(TOOL_APP) ?? true) && (names?.includes(name) ?? true),
        );
        const page = pageOf(found, query.count("page", 1, 1_000_000), query.count("limit", 1_000, 1_000));
        return c.json({ items: page.items.map(shown), page: page.page, totalPages: page.totalPages });
      },
    },
    {
      method: "GET",
      path: "/api/v2/actions/{actionId}",
      handle: (c) => c.json(shown(find(param(c, "actionId")))),
    },
    {
      method: "POST",
      path: "/api/v2/actions/{actionId}/execute",
      async handle(c) {
        const tool = find(param(c, "actionId"));
        const input = fieldsOf(c).input ?? {};
        if (!isJsonObject(input)) throw new HttpProblem(400, "`input` is a JSON object");
        const { data, error, successful } = await runTool(context, tool, input);
        return c.json({
          data,
          ...(error !== null && { error }),
          successful,
          // The old spelling; published clients read either.
          successfull: successful,
          logId: context.ids.nano("log"),
        });
      },
    },
  ];
}

function find(name: string): Tool {
  const tool = findTool(name);
  if (tool !== undefined) return tool;
  const known = tools.map((one) => one.name).join(" and ");
  throw new HttpProblem(404, `There is no action ${name}; the local platform has ${known}`, {
    name: "ActionNotFoundError",
  });
}

function shown(tool: Tool) {
  return {
    name: tool.name,
    displayName: tool.displayName,
    display_name: tool.displayName,
    description: tool.description,
    parameters: tool.input,
    response: tool.output,
    appKey: TOOL_APP,
    appName: TOOL_APP,
    appId: TOOL_APP,
    version: TOOL_VERSION,
    available_versions: [TOOL_VERSION],
    no_auth: true,
    enabled: true,
    logo: LOGO,
    tags: [],
    deprecated: false,
  };
}
