import { setAccountStatus } from "../operations/accounts.js";
import { findAccount } from "../operations/find.js";
import { type Core, nowIso } from "../context.js";
import type { Courier } from "../webhooks/index.js";
import type { PlatformFaults } from "../faults.js";
import { json } from "../http/answer.js";
import { Problem } from "../http/problem.js";
import { type Call, type Endpoint, fieldsOf, optionalText, textField } from "../http/router.js";
import type { Realtime } from "../realtime/index.js";
import { accountV3 } from "../rest/v3/accounts.js";
import { type AccountStatus, accountStatuses } from "../state/accounts.js";
import { statusOf } from "../state/event-log.js";
import type { Watch } from "../timeline/monitor.js";
import type { DeliveriesAnswer, FaultsAnswer, StateAnswer } from "./types.js";
import { type Firing, fireByCall, translated } from "./fire-request.js";
import { setFaults } from "./fault-settings.js";

/** What the control API is over. */
export interface Controlled extends Firing {
  readonly core: Core;
  readonly realtime: Realtime;
  readonly courier: Courier;
  readonly faults: PlatformFaults;
  readonly watch: Watch;
  readonly url: string;
}

/**
 * The control API, `/dev/api/…`: for the command line and the dashboard. It has no counterpart at the real
 * platform. Every call carries the header `x-earshot-dev: 1`, which no page of another origin can send.
 */
export function controlEndpoints(controlled: Controlled): Endpoint[] {
  const { core, courier, faults, watch } = controlled;
  return [
    { method: "GET", path: "/dev/api/state", handle: () => json(stateOf(controlled)) },
    { method: "GET", path: "/dev/api/triggers", handle: () => json({ triggers: core.types.all }) },
    {
      method: "POST",
      path: "/dev/api/fire",
      async handle(call) {
        return json(await fireByCall(call, controlled));
      },
    },
    { method: "GET", path: "/dev/api/events", handle: (call) => json(eventsOf(core, call)) },
    {
      method: "GET",
      path: "/dev/api/deliveries",
      handle({ query }) {
        const deliveries = courier.deliveries().slice(0, query.count("limit", 100, 1_000));
        const answer: DeliveriesAnswer = { pending: courier.pending(), deliveries };
        return json(answer);
      },
    },
    { method: "GET", path: "/dev/api/faults", handle: () => json(faultsOf(faults)) },
    {
      method: "POST",
      path: "/dev/api/faults",
      handle(call) {
        translated(() => setFaults(faults, fieldsOf(call)));
        watch.tell({ type: "changed", what: "faults" });
        return json(faultsOf(faults));
      },
    },
    {
      method: "POST",
      path: "/dev/api/accounts",
      handle(call) {
        const userId = optionalText(call, "userId") ?? "default";
        const status = statusField(call) ?? "ACTIVE";
        const account = core.state.accounts.seed(
          { appName: textField(call, "appName"), userId, status },
          nowIso(core),
        );
        core.state.changed();
        return json(accountV3(account), 201);
      },
    },
    {
      method: "PATCH",
      path: "/dev/api/accounts/{id}",
      handle(call) {
        const account = findAccount(core, call.param("id"));
        const status = statusField(call);
        if (status === undefined) throw new Problem(400, "`status` is missing in the body");
        return json(accountV3(setAccountStatus(core, courier, account, status)));
      },
    },
  ];
}

function statusField(call: Call): AccountStatus | undefined {
  const status = optionalText(call, "status");
  const known = accountStatuses.find((one) => one === status);
  if (known !== undefined || status === undefined) return known;
  throw new Problem(400, `There is no status ${status}; there are ${accountStatuses.join(", ")}`);
}

function stateOf({ core, realtime, courier, faults, url }: Controlled): StateAnswer {
  const { project, settings, accounts, instances, log } = core.state;
  return {
    url,
    project: { id: project.id, clientId: project.clientId, appKey: project.appKey },
    webhook: settings.subscription ?? null,
    webhookSecret: settings.webhookSecret,
    accounts: accounts.all(),
    instances: instances.all(),
    connections: realtime.connections(),
    events: { kept: log.size, fired: log.total },
    pendingDeliveries: courier.pending(),
    faults: faultsOf(faults),
  };
}

function faultsOf({ calls, realtime, webhooks }: PlatformFaults): FaultsAnswer {
  return { calls: calls.current(), realtime: realtime.current(), webhooks: webhooks.current() };
}

/** Newest first; `next` is what `before` is to be for the next page. */
function eventsOf(core: Core, { query }: Call) {
  const limit = query.count("limit", 100, 1_000);
  const before =
    query.text("before") === undefined ? undefined : query.count("before", 1, Number.MAX_SAFE_INTEGER);
  const found = core.state.log.newest({ before }, limit + 1);
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
