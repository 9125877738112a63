import type { CatalogTrigger } from "../../catalog/types.js";
import { isJsonObject } from "../../model/json.js";
import { checkValue, problemText } from "../check-value.js";
import { nowIso, type PlatformContext } from "../context.js";
import { HttpProblem } from "../http/http-problem.js";
import type { Account } from "../state/accounts.js";
import type { Instance } from "../state/instances.js";

/** @throws HttpProblem with the nearest name in it */
export function findType(context: PlatformContext, name: string, status = 404): CatalogTrigger {
  const type = context.types.get(name);
  if (type !== undefined) return type;
  const near = context.types.nearest(name);
  const suggestion = near === undefined ? "List the trigger types" : `Did you mean ${near}?`;
  throw new HttpProblem(status, `There is no trigger ${name}. ${suggestion}`, {
    name: "TriggerNotFoundError",
    suggestion,
  });
}

/** @param id of either generation. @throws HttpProblem 404 */
export function findInstance(context: PlatformContext, id: string): Instance {
  const instance = context.state.instances.get(id);
  if (instance !== undefined) return instance;
  throw new HttpProblem(404, `There is no trigger instance ${id}`, {
    name: "TriggerInstanceNotFoundError",
    suggestion: "List the active triggers",
  });
}

/** The state is bounded. */
const MOST_INSTANCES = 10_000;

/**
 * Enables a trigger for an account. The same account, trigger and config find the same instance again; where
 * that one was disabled, it is enabled.
 *
 * @param config anything: it came in a body
 * @throws HttpProblem 400 for an account that is not active or of another app, and for a config that does not fit
 */
export async function enable(
  context: PlatformContext,
  type: CatalogTrigger,
  account: Account,
  config: unknown,
): Promise<{ readonly instance: Instance; readonly isNew: boolean }> {
  checkAccount(type, account);
  checkEndpoint(context, type, account);
  const fitting = await checkConfig(type, config);
  const { state, bus } = context;
  const known = state.instances.same({
    triggerName: type.name,
    accountUuid: account.uuid,
    config: fitting,
  });
  if (known !== undefined) return { instance: setEnabled(context, known, true), isNew: false };
  if (state.instances.size >= MOST_INSTANCES) {
    throw new HttpProblem(400, `There are ${MOST_INSTANCES} trigger instances already; delete some`);
  }
  const now = nowIso(context);
  const instance: Instance = {
    uuid: context.ids.uuid(),
    nanoId: context.ids.nano("ti"),
    triggerName: type.name,
    accountUuid: account.uuid,
    config: fitting,
    createdAt: now,
    updatedAt: now,
    disabledAt: null,
  };
  state.instances.put(instance);
  state.changed();
  bus.emit({ type: "trigger", change: "created", id: instance.uuid });
  return { instance, isNew: true };
}

/**
 * Switches an instance on or off; one that stands so already stays as it is.
 *
 * @param reason why the platform switches it off by itself
 */
export function setEnabled(
  context: PlatformContext,
  instance: Instance,
  enabled: boolean,
  reason?: string,
): Instance {
  if ((instance.disabledAt === null) === enabled) return instance;
  const now = nowIso(context);
  const changed: Instance = {
    ...instance,
    updatedAt: now,
    disabledAt: enabled ? null : now,
    disabledReason: enabled ? undefined : reason,
  };
  context.state.instances.put(changed);
  context.state.changed();
  context.bus.emit({ type: "trigger", change: enabled ? "enabled" : "disabled", id: instance.uuid });
  return changed;
}

export function deleteInstance(context: PlatformContext, instance: Instance): void {
  context.state.instances.delete(instance);
  context.state.changed();
  context.bus.emit({ type: "trigger", change: "deleted", id: instance.uuid });
}

function checkAccount(type: CatalogTrigger, account: Account): void {
  if (account.appName !== type.appName.toLowerCase()) {
    throw new HttpProblem(
      400,
      `${type.name} is a trigger of ${type.appName}, but the connected account ${account.nanoId} is of ${account.appName}`,
    );
  }
  if (account.status !== "ACTIVE") {
    throw new HttpProblem(400, `The connected account ${account.nanoId} is ${account.status}, not ACTIVE`);
  }
}

function checkEndpoint({ state }: PlatformContext, type: CatalogTrigger, account: Account): void {
  const appName = type.appName.toLowerCase();
  const isReady = state.settings.endpoints.some((one) => one.appName === appName && one.verifiedAt !== null);
  if (!type.requiresWebhookEndpoint || isReady || state.authConfigs.ofAccount(account)?.isManaged) return;
  throw new HttpProblem(
    400,
    `${type.name} needs a verified webhook endpoint of your OAuth app at ${appName}`,
    {
      suggestion: "Create one: POST /api/v3.1/webhook_endpoints",
    },
  );
}

async function checkConfig(
  type: CatalogTrigger,
  config: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const value = config ?? {};
  const problems = await checkValue(value, type.config);
  if (problems.length > 0 || !isJsonObject(value)) {
    const errors = problems.map(problemText);
    throw new HttpProblem(400, `The config does not fit ${type.name}: ${errors.join("; ")}`, {
      errors: errors.length > 0 ? errors : ["is to be an object"],
      suggestion: `The config's schema is in the answer for the trigger type ${type.name}`,
    });
  }
  return value;
}
