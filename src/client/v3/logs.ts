import type { JsonObject } from "../../model/json.js";
import type { TriggerLog } from "../../model/trigger-log.js";
import { type LogsBodyV3, v3 } from "../../wire/rest-v3.js";
import { badAnswer } from "../api-error.js";
import type { LogCalls } from "../dialect.js";
import { dateOf, jsonTextOf, objectIn, objectOf, objectsIn, requiredText, textOf } from "../read.js";
import type { Requester } from "../request.js";

type Signal = AbortSignal | undefined;
interface Range {
  readonly since: number;
  readonly until: number;
}

/** Lines asked for in one page. */
const PAGE_SIZE = 100;
/** Lines held at one time when reading from the old end; more only where one millisecond has more. */
const HELD = 400;

export function logCalls(requester: Requester): LogCalls {
  async function page(
    body: LogsBodyV3,
    signal: Signal,
  ): Promise<{ lines: TriggerLog[]; next: string | undefined }> {
    const what = "the trigger log";
    const json: LogsBodyV3 = { limit: PAGE_SIZE, ...body, include_payload: true };
    const answer = objectIn(await requester.call(v3.logs, {}, { json, signal }), what);
    return { lines: objectsIn(answer.data, what).map(readLog), next: textOf(answer.nextCursor) };
  }

  async function* pages(body: LogsBodyV3, signal: Signal): AsyncGenerator<TriggerLog[]> {
    const seen = new Set<string>();
    for (let cursor: string | undefined; ; ) {
      const { lines, next } = await page(cursor === undefined ? body : { ...body, cursor }, signal);
      // Some servers name a next page to the last, and answer it with nothing.
      if (lines.length === 0) return;
      yield lines;
      if (next === undefined) return;
      if (seen.has(next)) throw badAnswer("the trigger log", "names the same next page twice");
      seen.add(next);
      cursor = next;
    }
  }

  /**
   * The log has one order, newest first. To read a range from its old end without holding all of it, a range of
   * more than a few pages is halved, and the older half read first.
   */
  async function* oldestFirst({ since, until }: Range, signal: Signal): AsyncGenerator<TriggerLog> {
    if (until <= since) return;
    // One more at both ends, whichever of them the platform counts as inside; the filter below is exact.
    const body = { from: since - 1, to: until + 1 };
    const divisible = until - since > 1;
    const held: TriggerLog[] = [];
    for await (const lines of pages(body, signal)) {
      held.push(...lines);
      if (held.length <= HELD || !divisible) continue;
      const middle = since + Math.floor((until - since) / 2);
      held.length = 0;
      yield* oldestFirst({ since, until: middle }, signal);
      yield* oldestFirst({ since: middle, until }, signal);
      return;
    }
    const inside = held.filter(
      ({ createdAt }) => createdAt.getTime() >= since && createdAt.getTime() < until,
    );
    // Turned round before it is sorted: lines of one millisecond stand newest first too.
    yield* inside.reverse().sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  }

  return {
    async *newestFirst(wants, signal) {
      const body: LogsBodyV3 = {
        ...(wants.since !== undefined && { from: wants.since - 1 }),
        ...(wants.until !== undefined && { to: wants.until + 1 }),
        ...(wants.status !== undefined && { status: wants.status }),
        ...(wants.search !== undefined && { search: wants.search }),
        ...(wants.entityIds.length === 1 && { userId: wants.entityIds[0] }),
        limit: Math.min(wants.limit, PAGE_SIZE),
      };
      for await (const lines of pages(body, signal)) {
        yield lines.filter(({ createdAt }) => {
          const at = createdAt.getTime();
          return (
            (wants.since === undefined || at >= wants.since) &&
            (wants.until === undefined || at < wants.until)
          );
        });
      }
    },
    oldestFirst,
  };
}

function readLog(from: JsonObject): TriggerLog {
  const what = "the trigger log";
  const createdAt = dateOf(from.createdAt);
  if (createdAt === undefined) throw badAnswer(what, "has a line without a time");
  const meta = objectOf(from.meta);
  const error = textOf(meta.triggerClientError) ?? textOf(meta.errorTrigger);
  return {
    id: requiredText(from, "id", what),
    triggerName: textOf(meta.triggerName)?.toUpperCase() ?? "",
    appName: textOf(from.appName)?.toLowerCase(),
    triggerId: textOf(meta.triggerNanoId) ?? textOf(meta.triggerId),
    connectionId: textOf(from.connectionId),
    integrationId: textOf(from.integrationId),
    entityId: textOf(from.entityId),
    status: textOf(from.status),
    payload: jsonTextOf(meta.triggerClientPayload),
    originalPayload: jsonTextOf(meta.triggerProviderPayload),
    error,
    createdAt,
    raw: from,
  };
}
