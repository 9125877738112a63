import { isJsonObject } from "../../../model/json.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, fieldsOf, param, queryOf } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { cursorPage } from "../../http/page.js";
import { findTool, runTool, TOOL_APP, TOOL_VERSION, type Tool, tools } from "../../tools.js";
import { LOGO } from "../logo.js";

/** Tools, which generation 1 calls actions. */
export function toolEndpointsV3(context: PlatformContext): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/api/v3.1/tools",
      handle(c) {
        const query = queryOf(c);
        const toolkits = query.list("toolkit_slug", "toolkit_slugs")?.map((slug) => slug.toLowerCase());
        const slugs = query.list("tool_slugs")?.map((slug) => slug.toUpperCase());
        const search = query.text("search")?.toLowerCase();
        const found = tools.filter(
          ({ name, description }) =>
            (toolkits?.includes(TOOL_APP) ?? true) &&
            (slugs?.includes(name) ?? true) &&
            (search === undefined || `${name} ${description}`.toLowerCase().includes(search)),
        );
        return c.json(cursorPage(found.map(shown), query));
      },
    },
    {
      method: "GET",
      path: "/api/v3.1/tools/{tool_slug}",
      handle: (c) => c.json(shown(find(param(c, "tool_slug")))),
    },
    {
      method: "POST",
      path: "/api/v3.1/tools/execute/{tool_slug}",
      async handle(c) {
        const tool = find(param(c, "tool_slug"));
        const input = fieldsOf(c).arguments ?? {};
        if (!isJsonObject(input)) throw new HttpProblem(400, "`arguments` is a JSON object");
        return c.json({
          ...(await runTool(context, tool, input)),
          session_info: null,
          log_id: context.ids.nano("log"),
        });
      },
    },
  ];
}

function find(slug: string): Tool {
  const tool = findTool(slug);
  if (tool !== undefined) return tool;
  const known = tools.map(({ name }) => name).join(" and ");
  throw new HttpProblem(404, `There is no tool ${slug}; the local platform has ${known}`);
}

function shown(tool: Tool) {
  const versions = { version: TOOL_VERSION, available_versions: [TOOL_VERSION] };
  return {
    slug: tool.name,
    name: tool.displayName,
    description: tool.description,
    toolkit: { slug: TOOL_APP, name: "Local platform", logo: LOGO },
    input_parameters: tool.input,
    output_parameters: tool.output,
    no_auth: true,
    ...versions,
    scopes: [],
    tags: [],
    is_deprecated: false,
    deprecated: {
      displayName: tool.displayName,
      ...versions,
      is_deprecated: false,
      toolkit: { logo: LOGO },
    },
  };
}
