import { isJsonObject } from "../../../model/json.js";
import { v3 } from "../../../protocol/rest-v3.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, fieldsOf, param, queryOf } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { cursorPage, SHORT_PAGE } from "../../http/page.js";
import {
  changeAuthConfig,
  deleteAuthConfig,
  findAuthConfig,
  makeAuthConfig,
} from "../../operations/auth-configs.js";
import type { AuthConfig } from "../../state/auth-configs.js";
import { LOGO } from "../logo.js";

/** Auth configs, which generation 1 calls integrations: one that every app has, and those that were made. */
export function authConfigEndpointsV3(context: PlatformContext): Endpoint[] {
  const shown = (config: AuthConfig) => shownConfig(context, config);
  return [
    {
      ...v3.authConfigs,
      handle(c) {
        const query = queryOf(c);
        const slugs = query.list("toolkit_slug", "toolkit_slugs")?.map((slug) => slug.toLowerCase());
        const search = query.text("search")?.toLowerCase();
        const managed =
          query.text("is_composio_managed") === undefined ? undefined : query.flag("is_composio_managed");
        const showDisabled = query.flag("show_disabled");
        const found = context.state.authConfigs
          .all()
          .filter(
            ({ appName, name, isManaged, isDisabled }) =>
              (slugs?.includes(appName) ?? true) &&
              (search === undefined || `${appName} ${name}`.toLowerCase().includes(search)) &&
              (managed === undefined || isManaged === managed) &&
              (showDisabled || !isDisabled),
          );
        const page = cursorPage(found, query, SHORT_PAGE);
        return c.json({ ...page, items: page.items.map(shown) });
      },
    },
    {
      ...v3.createAuthConfig,
      handle(c) {
        const { toolkit, auth_config: wish } = fieldsOf(c);
        const slug = isJsonObject(toolkit) ? toolkit.slug : undefined;
        if (typeof slug !== "string" || slug === "") {
          throw new HttpProblem(400, "`toolkit.slug` is missing in the body");
        }
        const { type, name, authScheme } = isJsonObject(wish) ? wish : {};
        if (type !== undefined && type !== "use_composio_managed_auth" && type !== "use_custom_auth") {
          throw new HttpProblem(400, "`auth_config.type` is use_composio_managed_auth or use_custom_auth");
        }
        const isManaged = type !== "use_custom_auth";
        if (!isManaged && typeof authScheme !== "string") {
          throw new HttpProblem(400, "`auth_config.authScheme` is missing in the body");
        }
        const made = makeAuthConfig(context, slug, {
          name: typeof name === "string" ? name : undefined,
          scheme: isManaged || typeof authScheme !== "string" ? undefined : authScheme,
          isManaged,
        });
        const { nanoId, scheme } = made;
        const config = { id: nanoId, auth_scheme: scheme, is_composio_managed: made.isManaged };
        return c.json(
          {
            toolkit: { slug: made.appName },
            auth_config: { ...config, restrict_to_following_tools: [] },
          },
          201,
        );
      },
    },
    {
      method: "GET",
      path: "/api/v3.1/auth_configs/{nanoid}",
      handle: (c) => c.json(shown(findAuthConfig(context, param(c, "nanoid")))),
    },
    {
      // What it changes, scopes and credentials, no account here needs: they are accepted and not kept.
      method: "PATCH",
      path: "/api/v3.1/auth_configs/{nanoid}",
      handle(c) {
        const { type, name } = fieldsOf(c);
        if (type !== "custom" && type !== "default") {
          throw new HttpProblem(400, "`type` is custom or default");
        }
        const config = findAuthConfig(context, param(c, "nanoid"));
        changeAuthConfig(context, config, typeof name === "string" ? { name } : {});
        return c.json({});
      },
    },
    {
      method: "PATCH",
      path: "/api/v3.1/auth_configs/{nanoid}/{status}",
      handle(c) {
        const status = param(c, "status").toUpperCase();
        if (status !== "ENABLED" && status !== "DISABLED") {
          throw new HttpProblem(400, `The status is ENABLED or DISABLED, not ${param(c, "status")}`);
        }
        const isDisabled = status === "DISABLED";
        changeAuthConfig(context, findAuthConfig(context, param(c, "nanoid")), { isDisabled });
        return c.json({});
      },
    },
    {
      method: "DELETE",
      path: "/api/v3.1/auth_configs/{nanoid}",
      handle(c) {
        deleteAuthConfig(context, findAuthConfig(context, param(c, "nanoid")));
        return c.json({});
      },
    },
  ];
}

function shownConfig(context: PlatformContext, config: AuthConfig) {
  const accounts = context.state.accounts.all();
  const app = context.types.apps.find(({ name }) => name === config.appName);
  return {
    id: config.nanoId,
    uuid: config.uuid,
    type: config.isManaged ? "default" : "custom",
    toolkit: { slug: config.appName, logo: LOGO },
    name: config.name === config.appName ? (app?.displayName ?? config.name) : config.name,
    auth_scheme: config.scheme,
    is_composio_managed: config.isManaged,
    status: config.isDisabled ? "DISABLED" : "ENABLED",
    no_of_connections: accounts.filter(({ integrationUuid }) => integrationUuid === config.uuid).length,
    credentials: {},
    expected_input_fields: [],
    restrict_to_following_tools: [],
    tool_access_config: { tools_for_connected_account_creation: [], tools_available_for_execution: [] },
    created_by: context.state.project.email,
    created_at: config.createdAt,
    last_updated_at: config.updatedAt,
    deprecated_params: { default_connector_id: null },
  };
}
