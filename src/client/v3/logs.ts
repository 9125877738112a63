import type { JsonObject } from "../../model/json.js";
import type { TriggerLog } from "../../model/trigger-log.js";
import { type LogsBodyV3, v3 } from "../../protocol/rest-v3.js";
import type { LogCalls } from "../api-adapter.js";
import { badResponse } from "../api-error.js";
import { checkFuture, LOG, linesIn, type OnDoubt, requiredTime } from "../log-lines.js";
import { itemsIn, jsonTextOf, objectIn, objectOf, optionalText, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import { type LogPage, type LogRequest, readRange } from "./log-range.js";
import { endless, nextCursor } from "./pages.js";

type Signal = AbortSignal | undefined;
interface Range {
  readonly since: number;
  readonly until: number;
}

/** Lines requested in one page. */
const PAGE_SIZE = 100;
/** A line comes in this late at most, milliseconds: docs/realtime.md promises no more. */
const LATE_MS = 15_000;
/** Empty pages in a row after which there are no more. */
const BARREN = 3;

export function logCallsV3(requester: Requester): LogCalls {
  async function request(body: LogsBodyV3, signal: Signal): Promise<JsonObject> {
    const json: LogsBodyV3 = { limit: PAGE_SIZE, ...body, include_payload: true };
    return objectIn(await requester.call(v3.logs, {}, { json, signal }), LOG);
  }

  /** A repeated cursor, or pages without end, are an error. */
  async function* pages(body: LogsBodyV3, signal: Signal): AsyncGenerator<TriggerLog[]> {
    const seen = new Set<string>();
    let barren = 0;
    let cursor: string | undefined;
    for (let count = 1; ; count += 1) {
      const response = await request(cursor === undefined ? body : { ...body, cursor }, signal);
      const lines = itemsIn(response.data, LOG, readLog, (warning) => requester.warn(warning));
      // Some servers always name a next page, which is empty.
      barren = lines.length === 0 ? barren + 1 : 0;
      if (lines.length > 0) yield lines;
      cursor = cursorOf(response);
      if (cursor === undefined || barren >= BARREN) return;
      if (seen.has(cursor)) throw badResponse(LOG, "names the same next page twice");
      seen.add(cursor);
      if (count >= requester.maxPages) throw endless(LOG, requester.maxPages);
    }
  }

  async function* oldestFirst(range: Range, signal: Signal, onDoubt: OnDoubt): AsyncGenerator<TriggerLog> {
    if (range.until <= range.since) return;
    const fetch = async (range: LogRequest): Promise<LogPage> => {
      const response = await request(range, signal);
      return { lines: linesIn(response.data, readLog, onDoubt), next: cursorOf(response) };
    };
    const settledUntil = requester.platformNow() - LATE_MS;
    yield* readRange(range, { fetch, onDoubt, maxPages: requester.maxPages, settledUntil });
    // A log with wrong times has its newest line in the future, beyond any requested range.
    const newest = await request({ limit: 1 }, signal);
    checkFuture(
      linesIn(newest.data, readLog, () => undefined),
      requester.platformNow(),
      onDoubt,
    );
  }

  return {
    async *newestFirst(query, signal) {
      const body: LogsBodyV3 = {
        ...(query.since !== undefined && { from: query.since - 1 }),
        ...(query.until !== undefined && { to: query.until + 1 }),
        ...(query.status !== undefined && { status: query.status }),
        ...(query.search !== undefined && { search: query.search }),
        ...(query.entityIds.length === 1 && { userId: query.entityIds[0] }),
        limit: Math.min(query.limit, PAGE_SIZE),
      };
      for await (const lines of pages(body, signal)) {
        yield lines.filter(({ createdAt }) => {
          const at = createdAt.getTime();
          return (
            (query.since === undefined || at >= query.since) &&
            (query.until === undefined || at < query.until)
          );
        });
      }
    },
    oldestFirst,
  };
}

/** The cursor of the next page, under the name of the log or that of every other list. */
function cursorOf(response: JsonObject): string | undefined {
  return nextCursor(response.nextCursor ?? response.next_cursor, LOG);
}

function readLog(from: JsonObject): TriggerLog {
  const createdAt = requiredTime(from);
  const meta = objectOf(from.meta);
  const error = optionalText(meta.triggerClientError) ?? optionalText(meta.errorTrigger);
  return {
    id: requiredText(from, "id", LOG),
    triggerName: optionalText(meta.triggerName)?.toUpperCase() ?? "",
    appName: optionalText(from.appName)?.toLowerCase(),
    triggerId: optionalText(meta.triggerNanoId) ?? optionalText(meta.triggerId),
    connectionId: optionalText(from.connectionId),
    integrationId: optionalText(from.integrationId),
    entityId: optionalText(from.entityId),
    status: optionalText(from.status),
    payload: jsonTextOf(meta.triggerClientPayload),
    originalPayload: jsonTextOf(meta.triggerProviderPayload),
    error,
    createdAt,
    raw: from,
  };
}
