import type { CatalogTrigger } from "../../../catalog/types.js";
import { isJsonObject, type JsonSchema } from "../../../model/json.js";
import { v1 } from "../../../protocol/rest-v1.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, param, queryOf, taggedText } from "../../http/endpoint.js";
import type { QueryParams } from "../../http/query-params.js";
import { findType } from "../../operations/triggers.js";
import { appId } from "../../trigger-catalog.js";
import { LOGO } from "../logo.js";

/** Trigger types. */
export function triggerEndpointsV1(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v1.triggers,
      handle: (c) => c.json(chosen(context, queryOf(c)).map((type) => listed(context, type))),
    },
    // With HEAD and an ETag: the published Python client asks whether its copy is still good.
    { ...v1.triggerNames, handle: (c) => taggedText(c, context.types.names.join("\n")) },
    { ...v1.trigger, handle: (c) => c.json(single(findType(context, param(c, "triggerName")))) },
  ];
}

/** The types that fit every filter. */
function chosen(context: PlatformContext, query: QueryParams): CatalogTrigger[] {
  const { accounts, instances } = context.state;
  const apps = upper(query.list("appNames"));
  // Published clients put names under `triggerIds`, others put ids of instances there.
  const ids = query.list("triggerIds")?.map((id) => instances.get(id)?.triggerName ?? id.toUpperCase());
  const names = upper(query.list("triggerNames"));
  const accountIds = query.list("connectedAccountIds");
  const integrationIds = query.list("integrationIds");
  const ofAccounts = accountIds?.map((id) => accounts.get(id)?.appName.toUpperCase());
  const ofIntegrations = integrationIds?.flatMap((id) =>
    accounts
      .all()
      .flatMap((one) =>
        one.integrationUuid === id || one.authConfigNanoId === id ? [one.appName.toUpperCase()] : [],
      ),
  );
  const enabledOnly = query.flag("showEnabledOnly");
  return context.types.all.filter((type) => {
    const app = type.appName.toUpperCase();
    return (
      (apps?.includes(app) ?? true) &&
      (ids?.includes(type.name.toUpperCase()) ?? true) &&
      (names?.includes(type.name.toUpperCase()) ?? true) &&
      (ofAccounts?.includes(app) ?? true) &&
      (ofIntegrations?.includes(app) ?? true) &&
      (!enabledOnly || activeCount(context, type) > 0)
    );
  });
}

function upper(list: readonly string[] | undefined): readonly string[] | undefined {
  return list?.map((one) => one.toUpperCase());
}

function activeCount(context: PlatformContext, type: CatalogTrigger): number {
  return context.state.instances.ofTrigger(type.name).filter(({ disabledAt }) => disabledAt === null).length;
}

function listed(context: PlatformContext, type: CatalogTrigger) {
  const count = activeCount(context, type);
  return { ...common(type), display_name: type.displayName, enabled: count > 0, count };
}

/** `enum` beside `name`: the published Python client reads the name there. */
function single(type: CatalogTrigger) {
  return { ...common(type), enum: type.name, displayName: type.displayName };
}

function common(type: CatalogTrigger) {
  const app = type.appName.toLowerCase();
  return {
    name: type.name,
    description: type.description,
    instructions: type.instructions,
    type: type.type,
    appKey: app,
    appId: appId(app),
    appName: app,
    logo: LOGO,
    config: titled(type.config, `${type.displayName} config`),
    payload: titled(type.payload, `${type.displayName} payload`),
  };
}

/**
 * The schema of an object with what the published Python client insists on: `properties`, a title, and a title
 * and a description for every member. A catalog of one's own need not have them.
 */
function titled(schema: JsonSchema, title: string): JsonSchema {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const members = Object.entries(properties).map(([name, member]) => [
    name,
    isJsonObject(member) ? { title: name, description: "", ...member } : member,
  ]);
  return { type: "object", title, ...schema, properties: Object.fromEntries(members) };
}
