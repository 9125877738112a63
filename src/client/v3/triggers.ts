import { ApiError, EarshotError } from "../../base/errors.js";
import type { JsonObject } from "../../model/json.js";
import { v3 } from "../../protocol/rest-v3.js";
import type { AccountCalls, InstanceCalls, TriggerCalls, TriggerQuery } from "../api-adapter.js";
import { badResponse } from "../api-error.js";
import { repeatQuery } from "../query.js";
import { objectIn, objectOf, optionalText } from "../read.js";
import { definitionV3 } from "../read-definition.js";
import type { Requester } from "../request.js";
import { versionQuery } from "../toolkit-versions.js";
import type { Trigger } from "../types.js";
import { cursorPages } from "./pages.js";

export function triggerCallsV3(
  requester: Requester,
  accounts: AccountCalls,
  active: InstanceCalls["active"],
): TriggerCalls {
  async function names(signal: AbortSignal | undefined): Promise<readonly string[]> {
    const response = await requester.call(v3.triggerNames, {}, { signal });
    if (!Array.isArray(response)) throw badResponse("the trigger names", "is not a list");
    const known = response.filter((name): name is string => typeof name === "string");
    const others = response.length - known.length;
    if (others > 0) {
      const message = `Of ${response.length} trigger names, ${others} are no text and are left out.`;
      requester.warn(new EarshotError("ERR_BAD_ANSWER", message));
    }
    return known;
  }

  return {
    names,

    async *list(query, signal) {
      const apps = await appsOf(query, accounts, signal);
      // Conditions that nothing can meet need no call; an empty list in a query would mean "all".
      if (apps?.length === 0) return;
      const names = await namesOf(query, active, signal);
      if (names?.size === 0) return;
      const params = { toolkit_slugs: apps, ...versionQuery(requester.toolkitVersions) };
      for await (const page of cursorPages(requester, v3.triggers, params, readTrigger, signal)) {
        yield page.filter(({ name }) => names === undefined || names.has(name));
      }
    },

    async get(name, signal) {
      const queryString = repeatQuery(versionQuery(requester.toolkitVersions));
      try {
        const response = await requester.call(v3.trigger, { slug: name }, { query: queryString, signal });
        return readTrigger(objectIn(response, `trigger ${name}`));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 404) return undefined;
        // An unknown slug may also be a 400, as other errors are: the list of names decides.
        if (error.status === 400 && !(await names(signal)).includes(name)) return undefined;
        throw error;
      }
    },
  };
}

/** The platform filters by app only: the apps of accounts and integrations are looked up. */
async function appsOf(
  { appNames, connectedAccountIds, integrationIds }: TriggerQuery,
  accounts: AccountCalls,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  if (connectedAccountIds.length === 0 && integrationIds.length === 0) {
    return appNames.length === 0 ? undefined : appNames;
  }
  const query = { appNames, connectedAccountIds, integrationIds, entityIds: [], statuses: [] };
  const apps = new Set<string>();
  for await (const page of accounts.list(query, signal)) for (const { appName } of page) apps.add(appName);
  return [...apps];
}

/** The platform has no filter by name, nor by enabled ones. */
async function namesOf(
  { triggerNames, showEnabledOnly }: TriggerQuery,
  active: InstanceCalls["active"],
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string> | undefined> {
  if (!showEnabledOnly) return triggerNames.length === 0 ? undefined : new Set(triggerNames);
  const none: readonly string[] = [];
  const query = {
    triggerNames,
    triggerIds: none,
    connectedAccountIds: none,
    integrationIds: none,
    entityIds: none,
    showDisabled: false,
  };
  const names = new Set<string>();
  for await (const page of active(query, signal)) for (const { triggerName } of page) names.add(triggerName);
  return names;
}

function readTrigger(from: JsonObject): Trigger {
  return {
    ...definitionV3(from, "the triggers"),
    instructions: optionalText(from.instructions),
    type: optionalText(from.type),
    config: objectOf(from.config),
    payload: objectOf(from.payload),
    version: optionalText(from.version),
    requiresWebhookEndpoint: from.requires_webhook_endpoint_setup === true,
  };
}
