import { asText, isJsonObject, type JsonObject, objectField } from "../../../model/json.js";
import { v3 } from "../../../protocol/rest-v3.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, fieldsOf, optionalString, param } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { type LogEntry, type LogFilter, statusOf } from "../../state/event-log.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const spans: ReadonlyMap<string, number> = new Map([
  ["5m", 5 * MINUTE_MS],
  ["30m", 30 * MINUTE_MS],
  ["6h", 6 * 60 * MINUTE_MS],
  ["1d", DAY_MS],
  ["1w", 7 * DAY_MS],
  ["1month", 30 * DAY_MS],
  ["1y", 365 * DAY_MS],
]);

/** The event log, newest first. */
export function logEndpointsV3(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v3.logs,
      handle(c) {
        const fields = fieldsOf(c);
        const limit = numberOf(fields, "limit") ?? 20;
        if (limit < 1) throw new HttpProblem(400, "`limit` is 1 or more");
        const most = Math.min(Math.floor(limit), 1_000);
        const cursor = optionalString(c, "cursor");
        const filter: LogFilter = {
          before: cursor === undefined ? undefined : parseCursor(cursor),
          fromMs: numberOf(fields, "from") ?? since(context, optionalString(c, "time")),
          toMs: numberOf(fields, "to"),
          status: statusWanted(optionalString(c, "status")),
          matches: matcher({
            userId: optionalString(c, "userId", "user_id", "entityId", "entity_id"),
            integrationId: optionalString(c, "integrationId", "integration_id"),
            search: optionalString(c, "search")?.toLowerCase(),
            conditions: conditionsOf(fields.search_params),
          }),
        };
        // One more than requested shows whether there is a next page.
        const found = context.state.log.newest(filter, most + 1);
        const lines = found.slice(0, most);
        const last = lines.at(-1);
        const withPayload = fields.include_payload !== false;
        return c.json({
          nextCursor: found.length > most && last !== undefined ? cursorText(last.number) : null,
          data: lines.map((line) => logV3(line, withPayload)),
        });
      },
    },
    {
      ...v3.log,
      handle(c) {
        const line = context.state.log.get(param(c, "id"));
        if (line === undefined) throw new HttpProblem(404, `There is no trigger log ${param(c, "id")}`);
        return c.json({ log: logV3(line, true) });
      },
    },
  ];
}

function numberOf(fields: JsonObject, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new HttpProblem(400, `\`${name}\` is a number, not ${JSON.stringify(value)}`);
}

function since(context: PlatformContext, time: string | undefined): number | undefined {
  if (time === undefined) return undefined;
  const spanMs = spans.get(time);
  if (spanMs !== undefined) return context.clock.now() - spanMs;
  throw new HttpProblem(
    400,
    `\`time\` is one of ${[...spans.keys()].join(", ")}, not ${JSON.stringify(time)}`,
  );
}

function statusWanted(status: string | undefined): "success" | "error" | undefined {
  if (status === undefined || status === "all") return undefined;
  if (status === "success" || status === "error") return status;
  throw new HttpProblem(400, `\`status\` is all, success or error, not ${JSON.stringify(status)}`);
}

type Condition = (line: JsonObject) => boolean;

/** The API's description names no operations; these are what the local platform takes. */
const operations: ReadonlyMap<string, (found: string, wanted: string) => boolean> = new Map([
  ["equals", (found: string, wanted: string) => found === wanted],
  ["not_equals", (found: string, wanted: string) => found !== wanted],
  ["contains", (found: string, wanted: string) => found.includes(wanted)],
  ["starts_with", (found: string, wanted: string) => found.startsWith(wanted)],
]);

/** `search_params`: all of them hold, in any case, for a member of the line or of its `meta`. */
function conditionsOf(given: unknown): readonly Condition[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw new HttpProblem(400, "`search_params` is a list");
  return given.map((one, at) => {
    const { field, operation = "equals", value } = isJsonObject(one) ? one : {};
    const holds = operations.get(asText(operation));
    if (typeof field !== "string" || holds === undefined) {
      throw new HttpProblem(
        400,
        `search_params[${at}] has a \`field\`, a \`value\`, and an \`operation\`: one of ${[...operations.keys()].join(", ")}`,
      );
    }
    const wanted = asText(value).toLowerCase();
    return (line) => {
      const members: readonly (readonly [string, unknown])[] = [line, objectField(line.meta) ?? {}].flatMap(
        (part) => Object.entries(part),
      );
      const found = members.find(([name]) => name === field);
      return holds(asText(found?.[1]).toLowerCase(), wanted);
    };
  });
}

function matcher(wanted: {
  readonly userId: string | undefined;
  readonly integrationId: string | undefined;
  readonly search: string | undefined;
  readonly conditions: readonly Condition[];
}): (line: LogEntry) => boolean {
  const { userId, integrationId, search, conditions } = wanted;
  return (line) => {
    const { event, error } = line;
    const { account, instance } = event;
    if (userId !== undefined && account.userId !== userId) return false;
    if (
      integrationId !== undefined &&
      ![account.integrationUuid, account.authConfigNanoId].includes(integrationId)
    ) {
      return false;
    }
    if (conditions.length > 0) {
      const shown = logV3(line, true);
      if (!conditions.every((holds) => holds(shown))) return false;
    }
    if (search === undefined) return true;
    const words = [event.logId, event.triggerName, event.appName, account.userId, error ?? ""];
    const ids = [account.uuid, account.nanoId, instance.uuid, instance.nanoId];
    if ([...words, ...ids].some((text) => text.toLowerCase().includes(search))) return true;
    return JSON.stringify(event.payload).toLowerCase().includes(search);
  };
}

/** Where a page ended: by the line's own number, so that new events do not move the pages that follow. */
function cursorText(number: number): string {
  return Buffer.from(`before-${number}`).toString("base64url");
}

function parseCursor(cursor: string): number {
  const match = /^before-(\d{1,15})$/.exec(Buffer.from(cursor, "base64url").toString("latin1"));
  if (match === null) throw new HttpProblem(400, "The cursor is not one that this endpoint gave");
  return Number(match[1]);
}

/** Payloads are JSON as text. */
function logV3(line: LogEntry, withPayload: boolean): JsonObject {
  const { event, error } = line;
  return {
    id: event.logId,
    clientId: event.project.projectId,
    connectionId: event.account.nanoId,
    entityId: event.account.userId,
    appName: event.appName,
    status: statusOf(line),
    createdAt: event.timestamp,
    type: "trigger",
    meta: {
      id: event.logId,
      clientId: event.project.projectId,
      connectionId: event.account.nanoId,
      createdAt: event.timestamp,
      updatedAt: event.timestamp,
      provider: event.appName,
      type: "trigger",
      triggerName: event.triggerName,
      triggerId: event.instance.uuid,
      triggerNanoId: event.instance.nanoId,
      ...(withPayload && {
        triggerClientPayload: JSON.stringify(event.payload),
        triggerProviderPayload: JSON.stringify(event.originalPayload),
      }),
      triggerClientError: error ?? null,
    },
  };
}
