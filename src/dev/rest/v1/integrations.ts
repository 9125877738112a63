import type { PlatformContext } from "../../context.js";
import { type Endpoint, param, queryOf, requiredString } from "../../http/endpoint.js";
import { pageOf } from "../../http/page.js";
import { findApp, findAuthConfig } from "../../operations/accounts.js";
import { authConfigIds } from "../../state/accounts.js";
import type { CatalogApp } from "../../trigger-catalog.js";
import { LOGO } from "../logo.js";
import { member } from "./client.js";

/** Integrations, which generation 3 calls auth configs: one for each app. */
export function integrationEndpointsV1(context: PlatformContext): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/api/v1/integrations",
      handle(c) {
        const query = queryOf(c);
        const wanted = query.list("appName", "appNames")?.map((name) => name.toLowerCase());
        const found = context.types.apps.filter(({ name }) => wanted?.includes(name) ?? true);
        const page = pageOf(found, query.count("page", 1, 1_000_000), query.count("pageSize", 1_000, 10_000));
        const items = page.items.map((app) => ({
          ...shown(context, app),
          _count: { connections: context.state.accounts.all().filter(isOf(app)).length },
          connections: [],
          member: member(context.state.project),
        }));
        return c.json({ items, totalPages: page.totalPages, page: page.page });
      },
    },
    {
      method: "GET",
      path: "/api/v1/integrations/{integrationId}",
      handle: (c) => c.json(shown(context, findAuthConfig(context, param(c, "integrationId")))),
    },
    {
      // Each app has its integration from the start, so this finds what the real platform would make.
      method: "POST",
      path: "/api/v1/integrations",
      handle: (c) =>
        c.json(shown(context, findApp(context, requiredString(c, "appId", "appName", "appUniqueKey")))),
    },
  ];
}

const isOf =
  ({ name }: CatalogApp) =>
  ({ appName }: { readonly appName: string }): boolean =>
    appName === name;

function shown(context: PlatformContext, { id, name, displayName }: CatalogApp) {
  const { createdAt } = context.state.project;
  return {
    id: authConfigIds(name).integrationUuid,
    name: displayName,
    appId: id,
    appName: name,
    authScheme: "OAUTH2",
    createdAt,
    updatedAt: createdAt,
    enabled: true,
    deleted: false,
    authConfig: {},
    expectedInputFields: [],
    logo: LOGO,
    useComposioAuth: true,
    limitedActions: [],
  };
}
