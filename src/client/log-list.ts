import { EarshotError } from "../base/errors.js";
import type { TriggerLog } from "../model/trigger-log.js";
import { countOption } from "../settings/number-option.js";
import type { Dialect, LogWants } from "./dialect.js";
import { knownKeys, listOf, upperListOf } from "./filters.js";
import { Pages } from "./pages.js";
import type { TriggerLogQuery } from "./types.js";

const keys = [
  "since",
  "until",
  "status",
  "search",
  "triggerNames",
  "triggerIds",
  "connectedAccountIds",
  "integrationIds",
  "entityIds",
  "limit",
  "signal",
];

/** Lines given where nothing bounds them. */
const DEFAULT_LIMIT = 100;

/**
 * The trigger log, newest first.
 *
 * @throws EarshotError ERR_OPTION
 */
export function listLogs(dialect: Dialect, query: TriggerLogQuery): Pages<TriggerLog> {
  knownKeys("triggerLogs", query, keys);
  if (query.status !== undefined && query.status !== "success" && query.status !== "error") {
    throw new EarshotError(
      "ERR_OPTION",
      `\`status\` is "success" or "error", not ${JSON.stringify(query.status)}.`,
    );
  }
  const since = timeOf("since", query.since);
  const byDefault = since === undefined ? DEFAULT_LIMIT : Number.POSITIVE_INFINITY;
  const limit =
    query.limit === Number.POSITIVE_INFINITY ? query.limit : countOption("limit", query.limit, byDefault, 0);
  const wants: LogWants = {
    since,
    until: timeOf("until", query.until),
    status: query.status,
    search: query.search,
    connectedAccountIds: listOf("connectedAccountIds", query.connectedAccountIds),
    integrationIds: listOf("integrationIds", query.integrationIds),
    entityIds: listOf("entityIds", query.entityIds),
    limit,
  };
  const names = new Set(upperListOf("triggerNames", query.triggerNames));
  const ids = new Set(listOf("triggerIds", query.triggerIds));
  return new Pages(async function* () {
    let left = limit;
    if (left <= 0) return;
    const accounts = await wantedAccounts(dialect, wants, query.signal);
    if (accounts?.size === 0) return;
    for await (const page of dialect.logs.newestFirst(wants, query.signal)) {
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
async function wantedAccounts(
  dialect: Dialect,
  { connectedAccountIds, integrationIds, entityIds }: LogWants,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string> | undefined> {
  const isAny = integrationIds.length === 0 && entityIds.length === 0;
  if (isAny && connectedAccountIds.length === 0) return undefined;
  // What was asked for stands, even where the account itself is gone by now.
  const ids = new Set(isAny ? connectedAccountIds : []);
  const wants = { connectedAccountIds, integrationIds, entityIds, appNames: [], statuses: [] };
  const named = new Set(connectedAccountIds);
  for await (const page of dialect.accounts.list(wants, signal)) {
    for (const { id, uuid = id } of page) {
      if (named.size === 0 || named.has(id) || named.has(uuid)) ids.add(id).add(uuid);
    }
  }
  return ids;
}

function timeOf(key: string, value: Date | number | undefined): number | undefined {
  if (value === undefined) return undefined;
  const time = value instanceof Date ? value.getTime() : value;
  if (typeof time !== "number" || !Number.isFinite(time)) {
    throw new EarshotError("ERR_OPTION", `\`${key}\` is a Date or epoch milliseconds, not ${String(value)}.`);
  }
  return time;
}
