import type { JsonObject } from "../../model/json.js";
import type { TriggerLog } from "../../model/trigger-log.js";
import { v1 } from "../../protocol/rest-v1.js";
import type { LogCalls } from "../dialect.js";
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
import { commaQuery, type Query } from "../query.js";
import { itemsIn, jsonTextOf, objectIn, requiredText, textOf } from "../read.js";
import type { Requester } from "../request.js";
import { one } from "./accounts.js";
import { backwards } from "./backwards.js";
import { type FactCalls, lineFacts } from "./line-facts.js";
import { countOf, currentPage, numberedPages, PAGE_SIZE, totalPages } from "./pages.js";

type Signal = AbortSignal | undefined;

/** A time may be rounded to its second, milliseconds. */
const ROUNDED_MS = 1000;

/** The log of generation 1 comes newest first and knows no times: it is read until it is old enough. */
export function logCalls(requester: Requester, calls: FactCalls): LogCalls {
  async function fetch(page: number, filters: Query, signal: Signal) {
    const query = commaQuery({ ...filters, page, limit: PAGE_SIZE });
    const answer = objectIn(await requester.call(v1.logs, {}, { query, signal }), LOG);
    return { answer, count: countOf(answer.data), total: totalPages(answer) };
  }

  async function warned(page: number, filters: Query, signal: Signal) {
    const { answer, ...rest } = await fetch(page, filters, signal);
    const items = itemsIn(answer.data, LOG, readLog, (warning) => requester.warn(warning));
    return { items, ...rest };
  }

  async function doubted(page: number, signal: Signal, onDoubt: OnDoubt) {
    const { answer, ...rest } = await fetch(page, {}, signal);
    const came = currentPage(answer);
    if (came !== undefined && came !== page) {
      onDoubt({ reason: `page ${page} of the log was asked for, and page ${came} came`, at: undefined });
    }
    return { items: linesIn(answer.data, readLog, onDoubt), ...rest };
  }

  return {
    async *newestFirst(wants, signal) {
      const filters = {
        connectionId: one(wants.connectedAccountIds),
        integrationId: one(wants.integrationIds),
      };
      const { since, until, search, status } = wants;
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
        const oldest = page.at(-1);
        if (since !== undefined && oldest !== undefined && oldest.createdAt.getTime() < since) return;
      }
    },

    async *oldestFirst({ since, until }, signal, onDoubt) {
      // Two lines of one id are noticed here, before the second is passed over.
      const seen = new LineCollector(onDoubt);
      const fetchPage = async (number: number) => {
        const page = await doubted(number, signal, onDoubt);
        checkFuture(page.items, requester.platformNow(), onDoubt);
        for (const line of page.items) seen.add(line, false);
        return page;
      };
      const lines = backwards(fetchPage, {
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
        complete ??= await lineFacts(calls, signal);
        yield complete(line);
      }
    },
  };
}

function readLog(from: JsonObject): TriggerLog {
  const createdAt = requiredTime(from);
  const error = textOf(from.triggerClientError) ?? textOf(from.errorTrigger);
  return {
    id: requiredText(from, "id", LOG),
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
