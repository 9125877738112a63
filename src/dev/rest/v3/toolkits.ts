import { isJsonObject } from "../../../model/json.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, fieldsOf, param, queryOf } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { cursorPage } from "../../http/page.js";
import { findApp, findAuthConfig } from "../../operations/accounts.js";
import { authConfigIds } from "../../state/accounts.js";
import type { CatalogApp } from "../../trigger-catalog.js";
import { LOGO } from "../logo.js";

const SCHEME = "OAUTH2";

/** Toolkits, which generation 1 calls apps, and their auth configs: one for each. */
export function toolkitEndpointsV3(context: PlatformContext): Endpoint[] {
  const list = (slugs: readonly string[] | undefined, search: string | undefined) =>
    context.types.apps.filter(
      ({ name, displayName }) =>
        (slugs?.some((slug) => slug.toLowerCase() === name) ?? true) &&
        (search === undefined || `${name} ${displayName}`.toLowerCase().includes(search.toLowerCase())),
    );
  return [
    {
      method: "GET",
      path: "/api/v3.1/toolkits",
      handle(c) {
        const query = queryOf(c);
        const found = list(query.list("slugs", "toolkit_slugs"), query.text("search"));
        return c.json(cursorPage(found.map(listed(context)), query));
      },
    },
    {
      method: "GET",
      path: "/api/v3.1/toolkits/{slug}",
      handle: (c) => c.json(single(context, findApp(context, param(c, "slug")))),
    },
    {
      method: "GET",
      path: "/api/v3.1/auth_configs",
      handle(c) {
        const query = queryOf(c);
        const found = list(query.list("toolkit_slug", "toolkit_slugs"), query.text("search"));
        return c.json(cursorPage(found.map(authConfig(context)), query));
      },
    },
    {
      method: "GET",
      path: "/api/v3.1/auth_configs/{nanoid}",
      handle: (c) => c.json(authConfig(context)(findAuthConfig(context, param(c, "nanoid")))),
    },
    {
      // Each toolkit has its auth config from the start, so this finds what the real platform would make.
      method: "POST",
      path: "/api/v3.1/auth_configs",
      handle(c) {
        const { toolkit, auth_config: wanted } = fieldsOf(c);
        const slug = isJsonObject(toolkit) ? toolkit.slug : undefined;
        if (typeof slug !== "string" || slug === "") {
          throw new HttpProblem(400, "`toolkit.slug` is missing in the body");
        }
        const { name } = findApp(context, slug);
        const type = isJsonObject(wanted) ? wanted.type : undefined;
        return c.json(
          {
            toolkit: { slug: name },
            auth_config: {
              id: authConfigIds(name).authConfigNanoId,
              auth_scheme: SCHEME,
              is_composio_managed: type !== "use_custom_auth",
              restrict_to_following_tools: [],
            },
          },
          201,
        );
      },
    },
  ];
}

/** A toolkit as lists show it. */
function listed(context: PlatformContext): (app: CatalogApp) => object {
  const counts = new Map<string, number>();
  for (const { appName } of context.types.all) {
    const name = appName.toLowerCase();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return ({ id, name, displayName }) => ({
    slug: name,
    name: displayName,
    auth_schemes: [SCHEME],
    composio_managed_auth_schemes: [SCHEME],
    no_auth: false,
    is_local_toolkit: false,
    meta: meta(context, displayName, counts.get(name) ?? 0),
    deprecated: { toolkitId: id },
  });
}

function single(context: PlatformContext, app: CatalogApp) {
  const { id, name, displayName } = app;
  const count = context.types.all.filter(({ appName }) => appName.toLowerCase() === name).length;
  const none = { required: [], optional: [] };
  return {
    slug: name,
    name: displayName,
    enabled: true,
    no_auth: false,
    is_local_toolkit: false,
    composio_managed_auth_schemes: [SCHEME],
    auth_config_details: [
      {
        name: `${name}_oauth2`,
        mode: SCHEME,
        fields: { auth_config_creation: none, connected_account_initiation: none },
      },
    ],
    meta: meta(context, displayName, count),
    deprecated: { toolkitId: id },
  };
}

function meta(context: PlatformContext, displayName: string, triggersCount: number) {
  const { createdAt } = context.state.project;
  return {
    description: `${displayName}, as far as its triggers go`,
    logo: LOGO,
    categories: [],
    created_at: createdAt,
    updated_at: createdAt,
    triggers_count: triggersCount,
    tools_count: 0,
  };
}

function authConfig(context: PlatformContext): (app: CatalogApp) => object {
  const counts = new Map<string, number>();
  for (const { appName } of context.state.accounts.all()) counts.set(appName, (counts.get(appName) ?? 0) + 1);
  const { createdAt, email } = context.state.project;
  return ({ name, displayName }) => {
    const { authConfigNanoId, integrationUuid } = authConfigIds(name);
    return {
      id: authConfigNanoId,
      uuid: integrationUuid,
      type: "default",
      toolkit: { slug: name, logo: LOGO },
      name: displayName,
      auth_scheme: SCHEME,
      is_composio_managed: true,
      status: "ENABLED",
      no_of_connections: counts.get(name) ?? 0,
      credentials: {},
      expected_input_fields: [],
      restrict_to_following_tools: [],
      created_by: email,
      created_at: createdAt,
      last_updated_at: createdAt,
      deprecated_params: { default_connector_id: null },
    };
  };
}
