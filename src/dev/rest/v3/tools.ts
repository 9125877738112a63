import type { CatalogTool } from "../../../catalog/types.js";
import { v3 } from "../../../protocol/rest-v3.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, fieldsOf, optionalString, param, queryOf } from "../../http/endpoint.js";
import { cursorPage } from "../../http/page.js";
import { findAuthConfig } from "../../operations/auth-configs.js";
import { checkVersion, findTool, isWithoutAccount } from "../../operations/tools.js";
import { chosenTools, resultSchema } from "../chosen-tools.js";
import { LOGO } from "../logo.js";
import { executeByCall, inputByCall } from "../tool-call.js";

/** Tools, which generation 1 calls actions. */
export function toolEndpointsV3(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v3.tools,
      handle(c) {
        const query = queryOf(c);
        const configs = query.list("auth_config_ids")?.map((id) => findAuthConfig(context, id).appName);
        const apps = query.list("toolkit_slug", "toolkit_slugs");
        const found = chosenTools(context, {
          names: query.list("tool_slugs"),
          apps: configs === undefined ? apps : configs.filter((app) => apps?.includes(app) ?? true),
          tags: query.list("tags"),
          about: query.text("search"),
          isImportant: query.flag("important"),
        });
        // No tool here says which scopes it needs.
        const scoped = query.list("scopes") === undefined ? found : [];
        return c.json(cursorPage(scoped.map(shown), query));
      },
    },
    { ...v3.toolNames, handle: (c) => c.json(context.tools.all.map(({ name }) => name)) },
    {
      ...v3.tool,
      handle(c) {
        const tool = findTool(context, param(c, "tool_slug"), "tool");
        checkVersion(tool, queryOf(c).text("version"));
        return c.json(shown(tool));
      },
    },
    {
      ...v3.execute,
      handle: (c) =>
        executeByCall(
          context,
          c,
          "tool",
          {
            input: fieldsOf(c).arguments,
            inputName: "arguments",
            accountId: optionalString(c, "connected_account_id"),
            userId: optionalString(c, "user_id", "entity_id"),
            userIdName: "user_id",
          },
          ({ data, error, successful, logId }) => ({
            data,
            error,
            successful,
            session_info: null,
            log_id: logId,
          }),
        ),
    },
    {
      method: "POST",
      path: "/api/v3.1/tools/execute/{tool_slug}/input",
      handle: (c) => inputByCall(context, c, "tool"),
    },
  ];
}

function shown(tool: CatalogTool) {
  const { version, displayName } = tool;
  const versions = { version, available_versions: [version] };
  return {
    slug: tool.name,
    name: displayName,
    description: tool.description,
    toolkit: { slug: tool.appName, name: tool.appDisplayName, logo: LOGO },
    input_parameters: tool.input,
    output_parameters: resultSchema(tool),
    no_auth: isWithoutAccount(tool),
    ...versions,
    scopes: [],
    tags: tool.tags,
    is_deprecated: false,
    deprecated: { displayName, ...versions, is_deprecated: false, toolkit: { logo: LOGO } },
  };
}
