import { filterFromText } from "../../callbacks/filter-text.js";
import { compilePattern } from "../../callbacks/pattern.js";
import { sendWebhook } from "../fire.js";
import {
  type Call,
  type Endpoint,
  fieldsOf,
  optionalString,
  param,
  queryOf,
  requiredString,
} from "../http/endpoint.js";
import { HttpProblem } from "../http/http-problem.js";
import { findAccountOf } from "../operations/accounts.js";
import { deleteInstance, enable, findInstance, findType, setEnabled } from "../operations/triggers.js";
import { deleteWebhook, putWebhook } from "../operations/webhook-subscription.js";
import type { LogEntry } from "../state/event-log.js";
import { readReports } from "../timeline/listeners.js";
import { runsDuring } from "../timeline/runs-during.js";
import type { ApiContext } from "./context.js";
import { deadLetterEndpoints } from "./dead-letters.js";
import { translated } from "./fire-request.js";
import { streamLiveUpdates } from "./live-updates.js";
import type { EventAnswer, ListenersAnswer, MatchingAnswer, RowsAnswer } from "./types.js";

/** Runs of tools, and of the model, that are looked through for those of an event. */
const MOST_RUNS = 1_000;

/** The part of the control API that only the dashboard uses, and the endpoint for listeners' reports. */
export function dashboardApiEndpoints(api: ApiContext): Endpoint[] {
  const { context, sender, realtime, monitor, stopping } = api;
  const { clock } = context;
  return [
    { method: "GET", path: "/dev/api/live", handle: (c) => streamLiveUpdates(c, monitor, stopping) },
    { method: "GET", path: "/dev/api/rows", handle: (c) => c.json(rowsOf(api, c)) },
    { method: "GET", path: "/dev/api/matching", handle: (c) => c.json(matchingOf(api, c)) },
    {
      method: "POST",
      path: "/dev/api/reports",
      handle(c) {
        monitor.reported(readReports(c.var.body), clock.now());
        return c.body(null, 204);
      },
    },
    {
      method: "GET",
      path: "/dev/api/events/{id}",
      handle(c) {
        const line = findLine(api, param(c, "id"));
        const { event } = line;
        const steps = monitor.timelines.of(event.logId);
        const answer: EventAnswer = {
          row: monitor.row(line),
          event,
          steps,
          deliveries: sender.deliveries().filter(({ logId }) => logId === event.logId),
          toolRuns: runsDuring(steps, context.toolRuns.newest(MOST_RUNS)),
          modelRuns: runsDuring(steps, api.model.runs(MOST_RUNS)),
          logs: monitor.logs.of(event.logId),
          hasInbox: api.inbox !== undefined,
        };
        return c.json(answer);
      },
    },
    {
      method: "POST",
      path: "/dev/api/events/{id}/resend",
      handle(c) {
        const { event } = findLine(api, param(c, "id"));
        const { payload, originalPayload } = event;
        const options = { data: payload, originalData: originalPayload, triggerId: event.instance.uuid };
        const { logIds } = translated(() => api.fire(event.triggerName, options));
        return c.json({ logIds });
      },
    },
    {
      method: "POST",
      path: "/dev/api/events/{id}/webhook",
      handle(c) {
        const { event } = findLine(api, param(c, "id"));
        if (!sendWebhook(context, sender, event)) {
          throw new HttpProblem(409, "No webhook is set up", {
            suggestion: "Say where webhooks are to go first",
          });
        }
        return c.body(null, 204);
      },
    },
    {
      method: "GET",
      path: "/dev/api/sample/{name}",
      handle: (c) => c.json(api.payloads.make(findType(context, param(c, "name")), {})),
    },
    {
      method: "POST",
      path: "/dev/api/instances",
      async handle(c) {
        const type = findType(context, requiredString(c, "name"));
        const account = findAccountOf(context, optionalString(c, "userId") ?? "default", type.appName);
        return c.json((await enable(context, type, account, fieldsOf(c).config)).instance, 201);
      },
    },
    {
      method: "PATCH",
      path: "/dev/api/instances/{id}",
      handle(c) {
        const { enabled } = fieldsOf(c);
        if (typeof enabled !== "boolean") throw new HttpProblem(400, "`enabled` is true or false");
        return c.json(setEnabled(context, findInstance(context, param(c, "id")), enabled));
      },
    },
    {
      method: "DELETE",
      path: "/dev/api/instances/{id}",
      handle(c) {
        deleteInstance(context, findInstance(context, param(c, "id")));
        return c.body(null, 204);
      },
    },
    {
      method: "PUT",
      path: "/dev/api/webhook",
      handle(c) {
        const url = optionalString(c, "url");
        if (url === undefined) deleteWebhook(context);
        else putWebhook(context, { url });
        return c.json({ url: url ?? null });
      },
    },
    {
      method: "GET",
      path: "/dev/api/listeners",
      handle(c) {
        const answer: ListenersAnswer = {
          now: clock.now(),
          connections: realtime.connections(),
          listeners: monitor.listeners.all(),
          seconds: monitor.throughput.list(),
        };
        return c.json(answer);
      },
    },
    ...deadLetterEndpoints(api),
  ];
}

function rowsOf({ context, monitor }: ApiContext, c: Call): RowsAnswer {
  const query = queryOf(c);
  const limit = query.count("limit", 5_000, 10_000);
  const before =
    query.text("before") === undefined ? undefined : query.count("before", 1, Number.MAX_SAFE_INTEGER);
  const lines = context.state.log.newest({ before }, limit);
  const next = lines.length < limit ? null : (lines.at(-1)?.number ?? null);
  return { rows: lines.map((line) => monitor.row(line)), next };
}

/** @throws HttpProblem 400 with the character at which the expression is wrong */
function matchingOf({ context }: ApiContext, c: Call): MatchingAnswer {
  const query = queryOf(c);
  const after = query.text("after") === undefined ? 0 : query.count("after", 1, Number.MAX_SAFE_INTEGER);
  const test = translated(() => compilePattern(filterFromText(query.text("where") ?? ""), "payload"));
  const numbers: number[] = [];
  for (const { number, event } of context.state.log.all()) {
    if (number > after && test(event.payload)) numbers.push(number);
  }
  return { numbers, last: context.state.log.total };
}

function findLine({ context }: ApiContext, id: string): LogEntry {
  const line = context.state.log.get(id);
  if (line === undefined) throw new HttpProblem(404, `The log has no event ${id}`);
  return line;
}
