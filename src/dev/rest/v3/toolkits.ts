import { v3 } from "../../../protocol/rest-v3.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, param, queryOf } from "../../http/endpoint.js";
import { cursorPage } from "../../http/page.js";
import { findApp } from "../../operations/accounts.js";
import type { CatalogApp } from "../../trigger-catalog.js";
import { LOGO } from "../logo.js";

const SCHEME = "OAUTH2";
/** The version of a toolkit without tools. */
const LATEST = "00000000_00";

/** Toolkits, which generation 1 calls apps. */
export function toolkitEndpointsV3(context: PlatformContext): Endpoint[] {
  const list = (slugs: readonly string[] | undefined, search: string | undefined) =>
    context.types.apps.filter(
      ({ name, displayName }) =>
        (slugs?.some((slug) => slug.toLowerCase() === name) ?? true) &&
        (search === undefined || `${name} ${displayName}`.toLowerCase().includes(search.toLowerCase())),
    );
  return [
    {
      ...v3.toolkits,
      handle(c) {
        const query = queryOf(c);
        const found = list(query.list("slugs", "toolkit_slugs"), query.text("search"));
        return c.json(cursorPage(found.map(listed(context)), query));
      },
    },
    {
      ...v3.toolkit,
      handle: (c) => c.json(single(context, findApp(context, param(c, "slug")))),
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
    meta: meta(context, name, displayName, counts.get(name) ?? 0),
    deprecated: { toolkitId: id },
  });
}

function single(context: PlatformContext, app: CatalogApp) {
  const { id, name, displayName } = app;
  const count = context.types.all.filter(({ appName }) => appName.toLowerCase() === name).length;
  const none = { required: [], optional: [] };
  const key = {
    name: "api_key",
    displayName: "API key",
    type: "string",
    description: "Any text.",
    required: true,
  };
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
      {
        name: `${name}_api_key`,
        mode: "API_KEY",
        fields: {
          auth_config_creation: none,
          connected_account_initiation: { required: [key], optional: [] },
        },
      },
    ],
    meta: meta(context, name, displayName, count),
    deprecated: { toolkitId: id, rawProxyInfoByAuthSchemes: [] },
  };
}

function meta(context: PlatformContext, name: string, displayName: string, triggersCount: number) {
  const { createdAt } = context.state.project;
  const tools = context.tools.all.filter(({ appName }) => appName === name);
  return {
    description: `${displayName}, as far as its triggers and tools go`,
    logo: LOGO,
    categories: [],
    created_at: createdAt,
    updated_at: createdAt,
    triggers_count: triggersCount,
    tools_count: tools.length,
    version: tools[0]?.version ?? LATEST,
    available_versions: [tools[0]?.version ?? LATEST],
  };
}
