import { chooseAccount } from "./account-choice.js";
import type { Dialect } from "./dialect.js";
import { findTrigger } from "./trigger-lookup.js";
import type { CallOptions, EnabledTrigger } from "./types.js";

/** What a trigger is enabled with. */
export interface EnableWants extends CallOptions {
  readonly config: object | undefined;
  readonly entityId: string;
  readonly connectedAccountId: string | undefined;
}

/** Enables a trigger: everything that can be known to be wrong is said before the call that changes something. */
export async function enableTrigger(
  dialect: Dialect,
  name: string,
  { config, entityId, connectedAccountId, signal }: EnableWants,
): Promise<EnabledTrigger> {
  const trigger = await findTrigger(dialect.triggers, name, signal);
  // Loaded by the first call: a program that only receives events starts without the validator.
  const { checkConfig } = await import("./config-check.js");
  const sent = checkConfig(trigger.name, trigger.config, config ?? {});
  const need = { entityId, appName: trigger.appName, triggerName: trigger.name };
  const account = connectedAccountId ?? (await chooseAccount(dialect.accounts, need, signal));
  return dialect.instances.enable(trigger.name, account, sent, signal);
}
