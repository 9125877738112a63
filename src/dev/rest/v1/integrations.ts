import { v1 } from "../../../protocol/rest-v1.js";
import type { PlatformContext } from "../../context.js";
import {
  type Endpoint,
  fieldsOf,
  optionalString,
  param,
  queryOf,
  requiredString,
} from "../../http/endpoint.js";
import { pageOf } from "../../http/page.js";
import { deleteAuthConfig, findAuthConfig, makeAuthConfig } from "../../operations/auth-configs.js";
import type { AuthConfig } from "../../state/auth-configs.js";
import { appId } from "../../trigger-catalog.js";
import { LOGO } from "../logo.js";
import { member } from "./client.js";

/** Integrations, which generation 3 calls auth configs: one that every app has, and those that were made. */
export function integrationEndpointsV1(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v1.integrations,
      handle(c) {
        const query = queryOf(c);
        const wanted = query.list("appName", "appNames")?.map((name) => name.toLowerCase());
        const found = context.state.authConfigs
          .all()
          .filter(({ appName }) => wanted?.includes(appName) ?? true);
        const page = pageOf(found, query.count("page", 1, 1_000_000), query.count("pageSize", 1_000, 10_000));
        const accounts = context.state.accounts.all();
        const items = page.items.map((config) => ({
          ...shown(context, config),
          _count: { connections: accounts.filter((one) => one.integrationUuid === config.uuid).length },
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
      ...v1.createIntegration,
      handle(c) {
        const { useComposioAuth, forceNewIntegration } = fieldsOf(c);
        const scheme = optionalString(c, "authScheme");
        const isManaged =
          useComposioAuth !== false && (scheme === undefined || scheme.toUpperCase() === "OAUTH2");
        const made = makeAuthConfig(context, requiredString(c, "appId", "appName", "appUniqueKey"), {
          // The name alone makes no new one: older clients make one before every connection.
          name: isManaged && forceNewIntegration !== true ? undefined : optionalString(c, "name"),
          scheme,
          isManaged,
        });
        return c.json(shown(context, made));
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/integrations/{integrationId}",
      handle(c) {
        deleteAuthConfig(context, findAuthConfig(context, param(c, "integrationId")));
        return c.json({ status: "success", count: 1 });
      },
    },
  ];
}

function shown(context: PlatformContext, config: AuthConfig) {
  const { uuid, name, appName, scheme, isManaged, isDisabled, createdAt, updatedAt } = config;
  const displayName = context.types.apps.find((app) => app.name === appName)?.displayName;
  return {
    id: uuid,
    name: name === appName ? (displayName ?? name) : name,
    appId: appId(appName),
    appName,
    authScheme: scheme,
    createdAt,
    updatedAt,
    enabled: !isDisabled,
    deleted: false,
    authConfig: {},
    expectedInputFields: [],
    logo: LOGO,
    useComposioAuth: isManaged,
    limitedActions: [],
  };
}
