import { EarshotError } from "../base/errors.js";
import {
  boolean,
  numberOption,
  type Option,
  type OptionTable,
  oneOf,
  readOptions,
  type SettingsOf,
  signalOption,
  withoutDefault,
} from "../base/options.js";
import { shownValue } from "../base/warning.js";
import type { ToolDefinition } from "../model/tools.js";
import type { TriggerLog } from "../model/trigger-log.js";
import type { ApiAdapter, LogQuery } from "./api-adapter.js";
import { Pages } from "./pages.js";
import type {
  AccountFilter,
  ActiveTrigger,
  ActiveTriggerFilter,
  ConnectedAccount,
  OneOrMany,
  ToolFilter,
  Trigger,
  TriggerFilter,
  TriggerLogQuery,
} from "./types.js";

/** Lines given where nothing bounds them. */
const DEFAULT_LIMIT = 100;

/** App names are lower case on the wire, trigger names and states upper case; callers may write any case. */
export const exactValues = valuesOption((text) => text);
export const lowerValues = valuesOption((text) => text.toLowerCase());
export const upperValues = valuesOption((text) => text.toUpperCase());
const signal = withoutDefault<AbortSignal>(signalOption);

export const triggerFilterTable = {
  appNames: lowerValues,
  triggerNames: upperValues,
  triggerIds: upperValues,
  connectedAccountIds: exactValues,
  integrationIds: exactValues,
  showEnabledOnly: boolean(false),
  search: withoutDefault<string>(),
  signal,
} satisfies OptionTable<TriggerFilter>;

export const activeTriggerFilterTable = {
  triggerIds: exactValues,
  triggerNames: upperValues,
  connectedAccountIds: exactValues,
  integrationIds: exactValues,
  entityIds: exactValues,
  showDisabled: boolean(false),
  signal,
} satisfies OptionTable<ActiveTriggerFilter>;

export const accountFilterTable = {
  entityIds: exactValues,
  appNames: lowerValues,
  integrationIds: exactValues,
  connectedAccountIds: exactValues,
  statuses: upperValues,
  signal,
} satisfies OptionTable<AccountFilter>;

export const toolFilterTable = {
  apps: lowerValues,
  actions: upperValues,
  tags: exactValues,
  search: withoutDefault<string>(),
  // Depends on `actions`.
  limit: withoutDefault(limitOption),
  signal,
} satisfies OptionTable<ToolFilter>;

export const logQueryTable = {
  since: withoutDefault(timeOption),
  until: withoutDefault(timeOption),
  status: oneOf(["success", "error"]),
  search: withoutDefault<string>(),
  triggerNames: upperValues,
  triggerIds: exactValues,
  connectedAccountIds: exactValues,
  integrationIds: exactValues,
  entityIds: exactValues,
  // Depends on `since`.
  limit: withoutDefault(limitOption),
  signal,
} satisfies OptionTable<TriggerLogQuery>;

/** @throws EarshotError ERR_OPTION */
export function listTriggers(adapter: ApiAdapter, filter: TriggerFilter): Pages<Trigger> {
  const { search, signal, triggerIds, ...query } = readFilter("listTriggers", triggerFilterTable, filter);
  const triggerNames = [...new Set([...query.triggerNames, ...triggerIds])];
  const text = search?.toLowerCase();
  const has = (field: string) => text === undefined || field.toLowerCase().includes(text);
  return new Pages(async function* () {
    for await (const page of adapter.triggers.list({ ...query, triggerNames }, signal)) {
      yield page.filter(
        (trigger) => has(trigger.name) || has(trigger.displayName) || has(trigger.description),
      );
    }
  });
}

/** @throws EarshotError ERR_OPTION */
export function listActiveTriggers(adapter: ApiAdapter, filter: ActiveTriggerFilter): Pages<ActiveTrigger> {
  const { signal, ...query } = readFilter("activeTriggers", activeTriggerFilterTable, filter);
  return new Pages(() => adapter.instances.active(query, signal));
}

/** @throws EarshotError ERR_OPTION */
export function listAccounts(adapter: ApiAdapter, filter: AccountFilter): Pages<ConnectedAccount> {
  const { signal, ...query } = readFilter("connectedAccounts", accountFilterTable, filter);
  return new Pages(() => adapter.accounts.list(query, signal));
}

/** Tools of a list where nothing bounds it: as many as every model client takes, and room for some of your own. */
export const MOST_TOOLS = 100;

/** @throws EarshotError ERR_OPTION */
export function listTools(adapter: ApiAdapter, filter: ToolFilter): Pages<ToolDefinition> {
  const {
    signal,
    apps,
    actions,
    limit = Number.POSITIVE_INFINITY,
    ...query
  } = readFilter("listTools", toolFilterTable, filter);
  return new Pages(async function* () {
    let left = limit;
    if (left <= 0) return;
    for await (const page of adapter.tools.list(
      { ...query, appNames: apps, names: actions, limit },
      signal,
    )) {
      yield page.slice(0, left);
      left -= page.length;
      if (left <= 0) return;
    }
  });
}

/**
 * The trigger log, newest first.
 *
 * @throws EarshotError ERR_OPTION
 */
export function listLogs(adapter: ApiAdapter, given: TriggerLogQuery): Pages<TriggerLog> {
  const { signal, triggerNames, triggerIds, ...filter } = readFilter("triggerLogs", logQueryTable, given);
  const { limit = filter.since === undefined ? DEFAULT_LIMIT : Number.POSITIVE_INFINITY } = filter;
  const query: LogQuery = { ...filter, limit };
  const names = new Set(triggerNames);
  const ids = new Set(triggerIds);
  return new Pages(async function* () {
    let left = limit;
    if (left <= 0) return;
    const accounts = await accountIdsOf(adapter, query, signal);
    if (accounts?.size === 0) return;
    for await (const page of adapter.logs.newestFirst(query, signal)) {
      const matching = page.filter(
        (line) =>
          (names.size === 0 || names.has(line.triggerName)) &&
          (ids.size === 0 || ids.has(line.triggerId ?? "")) &&
          (accounts === undefined || accounts.has(line.connectionId ?? "")),
      );
      yield matching.slice(0, left);
      left -= matching.length;
      if (left <= 0) return;
    }
  });
}

/**
 * Lines name their account, but not always its entity, and never its integration: accounts are looked up for
 * those. @returns ids and UUIDs, as a line may have either; `undefined` for any account
 */
async function accountIdsOf(
  adapter: ApiAdapter,
  { connectedAccountIds, integrationIds, entityIds }: LogQuery,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string> | undefined> {
  const isAny = integrationIds.length === 0 && entityIds.length === 0;
  if (isAny && connectedAccountIds.length === 0) return undefined;
  // A line of an account that was deleted since still matches its id.
  const ids = new Set(isAny ? connectedAccountIds : []);
  const query = { connectedAccountIds, integrationIds, entityIds, appNames: [], statuses: [] };
  const named = new Set(connectedAccountIds);
  for await (const page of adapter.accounts.list(query, signal)) {
    for (const { id, uuid = id } of page) {
      if (named.size === 0 || named.has(id) || named.has(uuid)) ids.add(id).add(uuid);
    }
  }
  return ids;
}

/** An unknown key is an error: a filter without effect would list everything. */
function readFilter<const Table extends Readonly<Record<string, Option<never, unknown>>>>(
  call: string,
  table: Table,
  filter: object,
): SettingsOf<Table> {
  return readOptions(call, table, filter, undefined, "filter");
}

/**
 * One value or several, as a list without duplicates; empty for "any". An empty list or a value that is no text is
 * an error: in a query string, both would mean "any".
 */
function valuesOption(
  normalized: (text: string) => string,
): Option<OneOrMany | undefined, readonly string[]> {
  return {
    default: undefined,
    read(name, given) {
      if (given === undefined) return [];
      const list = typeof given === "string" ? [given] : given;
      if (
        Array.isArray(list) &&
        list.length > 0 &&
        list.every((one) => typeof one === "string" && one !== "")
      ) {
        return [...new Set<string>(list.map(normalized))];
      }
      throw new EarshotError(
        "ERR_OPTION",
        `\`${name}\` is one text or a list of them, not ${shownValue(given)}.`,
      );
    },
  };
}

function timeOption(name: string, given: Date | number): number {
  const time = given instanceof Date ? given.getTime() : given;
  if (typeof time === "number" && Number.isFinite(time)) return time;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is a Date or epoch milliseconds, not ${String(given)}.`);
}

function limitOption(name: string, given: number): number {
  return given === Number.POSITIVE_INFINITY ? given : numberOption(name, given, given, 0);
}
