import { deleteInstance, enable, setEnabled } from "../operations/triggers.js";
import { findAccountOf, findInstance, findType } from "../operations/find.js";
import { deleteWebhook, putWebhook } from "../operations/webhook-subscription.js";
import type { InboxView } from "../dashboard/inbox-view.js";
import { sendWebhook } from "../fire.js";
import { empty, json } from "../http/answer.js";
import { Problem } from "../http/problem.js";
import { type Call, type Endpoint, fieldsOf, optionalText, textField } from "../http/router.js";
import type { PayloadMaker } from "../payload.js";
import type { LogLine } from "../state/event-log.js";
import { readReports } from "../timeline/read-reports.js";
import type { EventAnswer, ListenersAnswer, RowsAnswer } from "./types.js";
import { deadLetterEndpoints } from "./dead-letters.js";
import { translated } from "./fire-request.js";
import type { Controlled } from "./control-api.js";
import { liveAnswer } from "./live-updates.js";

/** What the dashboard's part of the control API is over. */
export interface Workbench extends Controlled {
  readonly inbox: InboxView | undefined;
  readonly payloads: PayloadMaker;
}

/** The part of the control API that the dashboard alone uses, and where listeners post their reports. */
export function workbenchEndpoints(bench: Workbench): Endpoint[] {
  const { core, courier, realtime, watch, clock, stopping } = bench;
  return [
    { method: "GET", path: "/dev/api/live", handle: () => liveAnswer(watch, stopping) },
    { method: "GET", path: "/dev/api/rows", handle: (call) => json(rowsOf(bench, call)) },
    {
      method: "POST",
      path: "/dev/api/reports",
      handle(call) {
        watch.reported(readReports(call.body), clock.now());
        return empty();
      },
    },
    {
      method: "GET",
      path: "/dev/api/events/{id}",
      handle(call) {
        const line = findLine(bench, call.param("id"));
        const { event } = line;
        const answer: EventAnswer = { row: watch.row(line), event, steps: watch.ways.of(event.logId) };
        return json(answer);
      },
    },
    {
      method: "POST",
      path: "/dev/api/events/{id}/resend",
      handle(call) {
        const { event } = findLine(bench, call.param("id"));
        const { payload, originalPayload } = event;
        const options = { data: payload, originalData: originalPayload, triggerId: event.instance.uuid };
        const { logIds } = translated(() => bench.fire(event.triggerName, options));
        return json({ logIds });
      },
    },
    {
      method: "POST",
      path: "/dev/api/events/{id}/webhook",
      handle(call) {
        const { event } = findLine(bench, call.param("id"));
        if (!sendWebhook(core, courier, event)) {
          throw new Problem(409, "No webhook is set up", {
            suggestion: "Say where webhooks are to go first",
          });
        }
        return empty();
      },
    },
    {
      method: "GET",
      path: "/dev/api/sample/{name}",
      handle: (call) => json(bench.payloads.make(findType(core, call.param("name")), {})),
    },
    {
      method: "POST",
      path: "/dev/api/instances",
      async handle(call) {
        const type = findType(core, textField(call, "name"));
        const account = findAccountOf(core, optionalText(call, "userId") ?? "default", type.appName);
        return json((await enable(core, type, account, fieldsOf(call).config)).instance, 201);
      },
    },
    {
      method: "PATCH",
      path: "/dev/api/instances/{id}",
      handle(call) {
        const { enabled } = fieldsOf(call);
        if (typeof enabled !== "boolean") throw new Problem(400, "`enabled` is true or false");
        return json(setEnabled(core, findInstance(core, call.param("id")), enabled));
      },
    },
    {
      method: "DELETE",
      path: "/dev/api/instances/{id}",
      handle(call) {
        deleteInstance(core, findInstance(core, call.param("id")));
        return empty();
      },
    },
    {
      method: "PUT",
      path: "/dev/api/webhook",
      handle(call) {
        const url = optionalText(call, "url");
        if (url === undefined) deleteWebhook(core);
        else putWebhook(core, { url });
        return json({ url: url ?? null });
      },
    },
    {
      method: "GET",
      path: "/dev/api/listeners",
      handle() {
        const answer: ListenersAnswer = {
          now: clock.now(),
          connections: realtime.connections(),
          listeners: watch.listeners.all(),
          seconds: watch.series.list(),
        };
        return json(answer);
      },
    },
    ...deadLetterEndpoints(bench),
  ];
}

function rowsOf({ core, watch }: Workbench, { query }: Call): RowsAnswer {
  const limit = query.count("limit", 5_000, 10_000);
  const before =
    query.text("before") === undefined ? undefined : query.count("before", 1, Number.MAX_SAFE_INTEGER);
  const lines = core.state.log.newest({ before }, limit);
  const next = lines.length < limit ? null : (lines.at(-1)?.number ?? null);
  return { rows: lines.map((line) => watch.row(line)), next };
}

function findLine({ core }: Workbench, id: string): LogLine {
  const line = core.state.log.get(id);
  if (line === undefined) throw new Problem(404, `The log has no event ${id}`);
  return line;
}
