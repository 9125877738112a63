import type { JsonObject } from "../../model/json.js";
import type { TriggerLog } from "../../model/trigger-log.js";
import { v1 } from "../../protocol/rest-v1.js";
import {
  type AccountCalls,
  everyAccount,
  everyInstance,
  type InstanceCalls,
  type LogCalls,
} from "../api-adapter.js";
import {
  checkFuture,
  isInside,
  LineCollector,
  LOG,
  linesIn,
  type OnDoubt,
  requiredTime,
  wholeSecond,
} from "../log-lines.js";
import { commaQuery, type QueryValues } from "../query.js";
import { itemsIn, jsonTextOf, objectIn, optionalText, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import type { ConnectedAccount } from "../types.js";
import { one } from "./accounts.js";
import { countOf, currentPage, numberedPages, PAGE_SIZE, totalPages } from "./response.js";
import { readOldestFirst } from "./reverse-pages.js";

type Signal = AbortSignal | undefined;

/** The lists that have what the log leaves out. */
interface LookupCalls {
  readonly instances: Pick<InstanceCalls, "active">;
  readonly accounts: Pick<AccountCalls, "list">;
}

/** A time may be rounded to its second, milliseconds. */
const ROUNDED_MS = 1000;

/** The log of generation 1 is newest first, without a filter by time: it is read until it is old enough. */
export function logCallsV1(requester: Requester, calls: LookupCalls): LogCalls {
  async function fetch(page: number, filters: QueryValues, signal: Signal) {
    const queryString = commaQuery({ ...filters, page, limit: PAGE_SIZE });
    const response = objectIn(await requester.call(v1.logs, {}, { query: queryString, signal }), LOG);
    return { response, count: countOf(response.data), total: totalPages(response) };
  }

  async function warned(page: number, filters: QueryValues, signal: Signal) {
    const { response, ...rest } = await fetch(page, filters, signal);
    const items = itemsIn(response.data, LOG, readLog, (warning) => requester.warn(warning));
    return { items, ...rest };
  }

  async function doubted(page: number, signal: Signal, onDoubt: OnDoubt) {
    const { response, ...rest } = await fetch(page, {}, signal);
    const came = currentPage(response);
    if (came !== undefined && came !== page) {
      onDoubt({ reason: `page ${page} of the log was asked for, and page ${came} came`, at: undefined });
    }
    return { items: linesIn(response.data, readLog, onDoubt), ...rest };
  }

  return {
    async *newestFirst(query, signal) {
      const filters = {
        connectionId: one(query.connectedAccountIds),
        integrationId: one(query.integrationIds),
      };
      const { since, until, search, status } = query;
      const text = search?.toLowerCase();
      const list = { what: LOG, maxPages: requester.maxPages, idOf: ({ id }: TriggerLog) => id };
      for await (const page of numberedPages((number) => warned(number, filters, signal), list)) {
        yield page.filter(
          (line) =>
            (since === undefined || line.createdAt.getTime() >= since) &&
            (until === undefined || line.createdAt.getTime() < until) &&
            (status === undefined || line.status === status) &&
            (text === undefined || JSON.stringify(line.raw).toLowerCase().includes(text)),
        );
        if (since !== undefined && isPast(page, since)) return;
      }
    },

    async *oldestFirst({ since, until }, signal, onDoubt) {
      // Two lines of one id are noticed here, before the second is skipped.
      const seen = new LineCollector(onDoubt);
      const fetchPage = async (number: number) => {
        const page = await doubted(number, signal, onDoubt);
        checkFuture(page.items, requester.platformNow(), onDoubt);
        for (const line of page.items) seen.add(line, false);
        return page;
      };
      const lines = readOldestFirst(fetchPage, {
        idOf: ({ id }) => id,
        timeOf: ({ createdAt }) => createdAt.getTime(),
        isInside: (line) => isInside(line, wholeSecond(since), until),
        isPast: ({ createdAt }) => createdAt.getTime() < since - ROUNDED_MS,
        maxPages: requester.maxPages,
        onDoubt: (reason, at) => onDoubt({ reason, at }),
      });
      let complete: ((line: TriggerLog) => TriggerLog) | undefined;
      for await (const line of lines) {
        if (line.createdAt.getTime() < since && !seen.isCoarse) continue;
        complete ??= await lineCompleter(calls, signal);
        yield complete(line);
      }
    },
  };
}

/**
 * The log of generation 1 names neither trigger instance nor entity. Without them a line could be neither
 * deduplicated nor filtered, so they are looked up: the entity by the connection,
 * the instance where the connection has only one of this trigger.
 */
async function lineCompleter(
  { instances, accounts }: LookupCalls,
  signal: AbortSignal | undefined,
): Promise<(line: TriggerLog) => TriggerLog> {
  const accountOf = new Map<string, ConnectedAccount>();
  for await (const page of accounts.list(everyAccount, signal)) {
    for (const account of page) accountOf.set(account.id, account);
  }
  const triggersOf = new Map<string, string[]>();
  for await (const page of instances.active(everyInstance, signal)) {
    for (const { id, triggerName, connectedAccountId } of page) {
      const key = keyOf(triggerName, connectedAccountId);
      triggersOf.set(key, [...(triggersOf.get(key) ?? []), id]);
    }
  }
  return (line) => {
    const account = accountOf.get(line.connectionId ?? "");
    const ids = triggersOf.get(keyOf(line.triggerName, line.connectionId)) ?? [];
    return {
      ...line,
      triggerId: line.triggerId ?? (ids.length === 1 ? ids[0] : undefined),
      integrationId: line.integrationId ?? account?.integrationId,
      entityId: line.entityId ?? account?.entityId,
    };
  };
}

/** Whether nothing from `since` on can follow a page: newest first, its last line decides, in any other order all. */
function isPast(page: readonly TriggerLog[], since: number): boolean {
  const times = page.map(({ createdAt }) => createdAt.getTime());
  const isNewestFirst = times.every((time, at) => time <= (times[at - 1] ?? time));
  return times.length > 0 && (isNewestFirst ? times.slice(-1) : times).every((time) => time < since);
}

function keyOf(triggerName: string, connectionId: string | undefined): string {
  return `${triggerName.toUpperCase()}\n${connectionId ?? ""}`;
}

function readLog(from: JsonObject): TriggerLog {
  const createdAt = requiredTime(from);
  const error = optionalText(from.triggerClientError) ?? optionalText(from.errorTrigger);
  return {
    id: requiredText(from, "id", LOG),
    triggerName: optionalText(from.triggerName)?.toUpperCase() ?? "",
    appName: optionalText(from.appKey)?.toLowerCase(),
    triggerId: optionalText(from.triggerId),
    connectionId: optionalText(from.connectionId),
    integrationId: optionalText(from.integrationId),
    entityId: optionalText(from.entityId),
    // A line without a status has an error, or none.
    status: optionalText(from.status) ?? (error === undefined ? "success" : "error"),
    payload: jsonTextOf(from.triggerClientPayload),
    originalPayload: jsonTextOf(from.triggerProviderPayload),
    error,
    createdAt,
    raw: from,
  };
}
