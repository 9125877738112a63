import type { Dialect } from "./dialect.js";
import { knownKeys, listOf, lowerListOf, upperListOf } from "./filters.js";
import { Pages } from "./pages.js";
import type {
  AccountFilter,
  ActiveTrigger,
  ActiveTriggerFilter,
  ConnectedAccount,
  Trigger,
  TriggerFilter,
} from "./types.js";

const triggerKeys = [
  "appNames",
  "triggerNames",
  "triggerIds",
  "connectedAccountIds",
  "integrationIds",
  "showEnabledOnly",
  "search",
  "signal",
];

/** @throws EarshotError ERR_OPTION */
export function listTriggers(dialect: Dialect, filter: TriggerFilter): Pages<Trigger> {
  knownKeys("listTriggers", filter, triggerKeys);
  const names = upperListOf("triggerNames", filter.triggerNames);
  const olderNames = upperListOf("triggerIds", filter.triggerIds);
  const wants = {
    appNames: lowerListOf("appNames", filter.appNames),
    triggerNames: [...new Set([...names, ...olderNames])],
    connectedAccountIds: listOf("connectedAccountIds", filter.connectedAccountIds),
    integrationIds: listOf("integrationIds", filter.integrationIds),
    showEnabledOnly: filter.showEnabledOnly ?? false,
  };
  const text = filter.search?.toLowerCase();
  const has = (field: string) => text === undefined || field.toLowerCase().includes(text);
  return new Pages(async function* () {
    for await (const page of dialect.triggers.list(wants, filter.signal)) {
      yield page.filter(
        (trigger) => has(trigger.name) || has(trigger.displayName) || has(trigger.description),
      );
    }
  });
}

const activeKeys = [
  "triggerIds",
  "triggerNames",
  "connectedAccountIds",
  "integrationIds",
  "entityIds",
  "showDisabled",
  "signal",
];

/** @throws EarshotError ERR_OPTION */
export function listActiveTriggers(dialect: Dialect, filter: ActiveTriggerFilter): Pages<ActiveTrigger> {
  knownKeys("activeTriggers", filter, activeKeys);
  const wants = {
    triggerIds: listOf("triggerIds", filter.triggerIds),
    triggerNames: upperListOf("triggerNames", filter.triggerNames),
    connectedAccountIds: listOf("connectedAccountIds", filter.connectedAccountIds),
    integrationIds: listOf("integrationIds", filter.integrationIds),
    entityIds: listOf("entityIds", filter.entityIds),
    showDisabled: filter.showDisabled ?? false,
  };
  return new Pages(() => dialect.instances.active(wants, filter.signal));
}

const accountKeys = ["entityIds", "appNames", "integrationIds", "connectedAccountIds", "statuses", "signal"];

/** @throws EarshotError ERR_OPTION */
export function listAccounts(dialect: Dialect, filter: AccountFilter): Pages<ConnectedAccount> {
  knownKeys("connectedAccounts", filter, accountKeys);
  const wants = {
    entityIds: listOf("entityIds", filter.entityIds),
    appNames: lowerListOf("appNames", filter.appNames),
    integrationIds: listOf("integrationIds", filter.integrationIds),
    connectedAccountIds: listOf("connectedAccountIds", filter.connectedAccountIds),
    statuses: upperListOf("statuses", filter.statuses),
  };
  return new Pages(() => dialect.accounts.list(wants, filter.signal));
}
