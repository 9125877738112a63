import { findApp, findAuthConfig } from "../../operations/connect.js";
import type { Core } from "../../context.js";
import { json } from "../../http/answer.js";
import { pageOf } from "../../http/page.js";
import { type Endpoint, textField } from "../../http/router.js";
import { authConfigIds } from "../../state/accounts.js";
import type { App } from "../../trigger-catalog.js";
import { LOGO } from "../logo.js";
import { member } from "./member.js";

/** Integrations, which generation 3 calls auth configs: one for each app. */
export function integrationEndpoints(core: Core): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/api/v1/integrations",
      handle({ query }) {
        const wanted = query.list("appName", "appNames")?.map((name) => name.toLowerCase());
        const found = core.types.apps.filter(({ name }) => wanted?.includes(name) ?? true);
        const page = pageOf(found, query.count("page", 1, 1_000_000), query.count("pageSize", 1_000, 10_000));
        const items = page.items.map((app) => ({
          ...shown(core, app),
          _count: { connections: core.state.accounts.all().filter(isOf(app)).length },
          connections: [],
          member: member(core.state.project),
        }));
        return json({ items, totalPages: page.totalPages, page: page.page });
      },
    },
    {
      method: "GET",
      path: "/api/v1/integrations/{integrationId}",
      handle: (call) => json(shown(core, findAuthConfig(core, call.param("integrationId")))),
    },
    {
      // Each app has its integration from the start, so this finds what the real platform would make.
      method: "POST",
      path: "/api/v1/integrations",
      handle: (call) => json(shown(core, findApp(core, textField(call, "appId", "appName", "appUniqueKey")))),
    },
  ];
}

const isOf =
  ({ name }: App) =>
  ({ appName }: { readonly appName: string }): boolean =>
    appName === name;

function shown(core: Core, { id, name, displayName }: App) {
  const { createdAt } = core.state.project;
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
