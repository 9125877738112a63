import { nowIso, type PlatformContext } from "../context.js";
import type { PlatformFaults } from "../faults.js";
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
import { changeStatus, findAccount } from "../operations/accounts.js";
import { CONNECTION_EXPIRED, disableByPlatform } from "../operations/setup-events.js";
import { findInstance } from "../operations/triggers.js";
import { accountV3 } from "../rest/v3/accounts.js";
import { type AccountStatus, accountStatuses } from "../state/accounts.js";
import { statusOf } from "../state/event-log.js";
import type { ApiContext } from "./context.js";
import { setFaults } from "./fault-settings.js";
import { fireByCall, translated } from "./fire-request.js";
import type { DeliveriesAnswer, FaultsAnswer, StateAnswer } from "./types.js";

/**
 * The control API, `/dev/api/…`: for the command line and the dashboard. It has no counterpart at the real
 * platform. Every call carries the header `x-earshot-dev: 1`, which no page of another origin can send.
 */
export function controlEndpoints(api: ApiContext): Endpoint[] {
  const { context, sender, faults, monitor } = api;
  return [
    { method: "GET", path: "/dev/api/state", handle: (c) => c.json(stateOf(api)) },
    { method: "GET", path: "/dev/api/triggers", handle: (c) => c.json({ triggers: context.types.all }) },
    {
      method: "POST",
      path: "/dev/api/fire",
      async handle(c) {
        return c.json(await fireByCall(c, api));
      },
    },
    { method: "GET", path: "/dev/api/world", handle: (c) => c.json(context.world) },
    {
      method: "GET",
      path: "/dev/api/tool-runs",
      handle: (c) => c.json({ runs: context.toolRuns.newest(queryOf(c).count("limit", 100, 1_000)) }),
    },
    {
      method: "GET",
      path: "/dev/api/model-runs",
      handle: (c) => c.json({ runs: api.model.runs(queryOf(c).count("limit", 100, 1_000)) }),
    },
    { method: "GET", path: "/dev/api/model-rules", handle: (c) => c.json({ rules: api.model.rules }) },
    { method: "GET", path: "/dev/api/events", handle: (c) => c.json(eventsOf(context, c)) },
    {
      method: "GET",
      path: "/dev/api/deliveries",
      handle(c) {
        const query = queryOf(c);
        const deliveries = sender.deliveries().slice(0, query.count("limit", 100, 1_000));
        const answer: DeliveriesAnswer = { pending: sender.pending(), deliveries };
        return c.json(answer);
      },
    },
    { method: "GET", path: "/dev/api/faults", handle: (c) => c.json(faultsOf(faults)) },
    {
      method: "POST",
      path: "/dev/api/faults",
      handle(c) {
        translated(() => setFaults(faults, fieldsOf(c)));
        monitor.emit({ type: "changed", what: "faults" });
        return c.json(faultsOf(faults));
      },
    },
    {
      method: "POST",
      path: "/dev/api/accounts",
      handle(c) {
        const userId = optionalString(c, "userId") ?? "default";
        const status = statusField(c) ?? "ACTIVE";
        const account = context.state.accounts.seed(
          { appName: requiredString(c, "appName"), userId, status },
          nowIso(context),
        );
        context.state.changed();
        return c.json(accountV3(context, account), 201);
      },
    },
    {
      method: "POST",
      path: "/dev/api/instances/{id}/disable",
      handle(c) {
        const instance = findInstance(context, param(c, "id"));
        return c.json(disableByPlatform(context, instance, reasonOf(c)));
      },
    },
    {
      method: "PATCH",
      path: "/dev/api/accounts/{id}",
      handle(c) {
        const account = findAccount(context, param(c, "id"));
        const status = statusField(c);
        if (status === undefined) throw new HttpProblem(400, "`status` is missing in the body");
        return c.json(accountV3(context, changeStatus(context, account, status)));
      },
    },
  ];
}

const reasons = [
  CONNECTION_EXPIRED,
  "subscription_auth_failure",
  "subscription_refresh_failure",
  "polling_failure_in_composio_infra",
];

function reasonOf(c: Call): string {
  const reason = optionalString(c, "reason") ?? "subscription_auth_failure";
  if (reasons.includes(reason)) return reason;
  throw new HttpProblem(400, `There is no reason ${reason}; there are ${reasons.join(", ")}`);
}

function statusField(c: Call): AccountStatus | undefined {
  const status = optionalString(c, "status");
  const known = accountStatuses.find((one) => one === status);
  if (known !== undefined || status === undefined) return known;
  throw new HttpProblem(400, `There is no status ${status}; there are ${accountStatuses.join(", ")}`);
}

function stateOf({ context, realtime, sender, faults, url }: ApiContext): StateAnswer {
  const { project, settings, accounts, instances, log } = context.state;
  return {
    url,
    project: { id: project.id, clientId: project.clientId, appKey: project.appKey },
    webhook: settings.subscription ?? null,
    webhookSecret: settings.webhookSecret,
    accounts: accounts.all(),
    instances: instances.all(),
    connections: realtime.connections(),
    events: { kept: log.size, fired: log.total },
    pendingDeliveries: sender.pending(),
    faults: faultsOf(faults),
  };
}

function faultsOf({ calls, realtime, webhooks, tools, model }: PlatformFaults): FaultsAnswer {
  return {
    calls: calls.current(),
    realtime: realtime.current(),
    webhooks: webhooks.current(),
    tools: tools.current(),
    model: model.current(),
  };
}

/** Newest first; `next` is what `before` is to be for the next page. */
function eventsOf(context: PlatformContext, c: Call) {
  const query = queryOf(c);
  const limit = query.count("limit", 100, 1_000);
  const before =
    query.text("before") === undefined ? undefined : query.count("before", 1, Number.MAX_SAFE_INTEGER);
  const found = context.state.log.newest({ before }, limit + 1);
  const lines = found.slice(0, limit);
  return {
    events: lines.map((line) => ({
      number: line.number,
      status: statusOf(line),
      error: line.error ?? null,
      triggerType: line.triggerType,
      event: line.event,
    })),
    next: found.length > limit ? (lines.at(-1)?.number ?? null) : null,
  };
}
