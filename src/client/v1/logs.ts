import type { JsonObject } from "../../model/json.js";
import type { TriggerLog } from "../../model/trigger-log.js";
import { v1 } from "../../wire/rest-v1.js";
import { badAnswer } from "../api-error.js";
import type { LogCalls } from "../dialect.js";
import { commaQuery, type Query } from "../query.js";
import { dateOf, jsonTextOf, objectIn, objectsIn, requiredText, textOf } from "../read.js";
import type { Requester } from "../request.js";
import { one } from "./accounts.js";
import { backwards } from "./backwards.js";
import { type FactCalls, lineFacts } from "./line-facts.js";
import { hasMore, numberedPages, PAGE_SIZE } from "./pages.js";

type Signal = AbortSignal | undefined;

/** The log of generation 1 comes newest first and knows no times: it is read until it is old enough. */
export function logCalls(requester: Requester, calls: FactCalls): LogCalls {
  async function fetch(page: number, filters: Query, signal: Signal) {
    const what = "the trigger log";
    const query = commaQuery({ ...filters, page, limit: PAGE_SIZE });
    const answer = objectIn(await requester.call(v1.logs, {}, { query, signal }), what);
    const items = objectsIn(answer.data, what).map(readLog);
    return { items, more: hasMore(answer, page, items.length) };
  }

  return {
    async *newestFirst(wants, signal) {
      const filters = {
        connectionId: one(wants.connectedAccountIds),
        integrationId: one(wants.integrationIds),
      };
      const { since, until, search, status } = wants;
      const text = search?.toLowerCase();
      for await (const page of numberedPages((number) => fetch(number, filters, signal))) {
        yield page.filter(
          (line) =>
            (since === undefined || line.createdAt.getTime() >= since) &&
            (until === undefined || line.createdAt.getTime() < until) &&
            (status === undefined || line.status === status) &&
            (text === undefined || JSON.stringify(line.raw).toLowerCase().includes(text)),
        );
        const oldest = page.at(-1);
        if (since !== undefined && oldest !== undefined && oldest.createdAt.getTime() < since) return;
      }
    },

    async *oldestFirst({ since, until }, signal) {
      const lines = backwards((page) => fetch(page, {}, signal), {
        idOf: ({ id }) => id,
        isInside: ({ createdAt }) => createdAt.getTime() >= since && createdAt.getTime() < until,
        isPast: ({ createdAt }) => createdAt.getTime() < since,
      });
      let complete: ((line: TriggerLog) => TriggerLog) | undefined;
      for await (const line of lines) {
        complete ??= await lineFacts(calls, signal);
        yield complete(line);
      }
    },
  };
}

function readLog(from: JsonObject): TriggerLog {
  const what = "the trigger log";
  const createdAt = dateOf(from.createdAt);
  if (createdAt === undefined) throw badAnswer(what, "has a line without a time");
  const error = textOf(from.triggerClientError) ?? textOf(from.errorTrigger);
  return {
    id: requiredText(from, "id", what),
    triggerName: textOf(from.triggerName)?.toUpperCase() ?? "",
    appName: textOf(from.appKey)?.toLowerCase(),
    triggerId: textOf(from.triggerId),
    connectionId: textOf(from.connectionId),
    integrationId: textOf(from.integrationId),
    entityId: textOf(from.entityId),
    // Not said in words, but what went wrong is.
    status: textOf(from.status) ?? (error === undefined ? "success" : "error"),
    payload: jsonTextOf(from.triggerClientPayload),
    originalPayload: jsonTextOf(from.triggerProviderPayload),
    error,
    createdAt,
    raw: from,
  };
}
