import { EarshotError } from "../base/errors.js";
import { type OptionTable, withoutDefault } from "../base/options.js";
import { type AccountCalls, type ApiAdapter, everyAccount } from "./api-adapter.js";
import { findTrigger } from "./trigger-lookup.js";
import type { CallOptions, ConnectedAccount, EnabledTrigger, EnableOptions } from "./types.js";

export const enableTable = {
  config: withoutDefault<object>(),
  // The toolset has the default.
  entityId: withoutDefault(idOption),
  // Without one, the entity's account is looked up.
  connectedAccountId: withoutDefault(idOption),
  signal: withoutDefault<AbortSignal>(),
} satisfies OptionTable<EnableOptions>;

/** The config and the account to enable a trigger with. */
export interface EnableRequest extends CallOptions {
  readonly config: object | undefined;
  readonly entityId: string;
  readonly connectedAccountId: string | undefined;
}

/** Enables a trigger. Everything that can be checked is checked before the call that changes something. */
export async function enableTrigger(
  adapter: ApiAdapter,
  name: string,
  { config, entityId, connectedAccountId, signal }: EnableRequest,
): Promise<EnabledTrigger> {
  const trigger = await findTrigger(adapter.triggers, name, signal);
  // Loaded by the first call: a program that only receives events starts without the validator.
  const { checkConfig } = await import("./config-check.js");
  const sent = checkConfig(trigger.name, trigger.config, config ?? {});
  const need = { entityId, appName: trigger.appName, name: trigger.name };
  const account = connectedAccountId ?? (await chooseAccount(adapter.accounts, need, signal));
  return adapter.instances.enable(trigger.name, account, sent, signal);
}

/** What needs an account, and the entity that has it. */
export interface AccountNeed {
  readonly entityId: string;
  readonly appName: string;
  /** The trigger or the tool. */
  readonly name: string;
}

/**
 * The only account of an entity that a trigger can use.
 *
 * @throws EarshotError ERR_ACCOUNT_NONE, ERR_ACCOUNT_AMBIGUOUS; both list the accounts
 */
async function chooseAccount(
  accounts: AccountCalls,
  need: AccountNeed,
  signal: AbortSignal | undefined,
): Promise<string> {
  const usable = await usableAccounts(accounts, need, signal);
  const [first, ...others] = usable;
  if (others.length > 0) {
    const { entityId, appName, name } = need;
    const ids = usable.map(({ id }) => id).join(", ");
    throw new EarshotError(
      "ERR_ACCOUNT_AMBIGUOUS",
      `Entity ${JSON.stringify(entityId)} has ${usable.length} active ${appName} accounts, and ${name} can use any of them: ${ids}.`,
    );
  }
  return first.id;
}

/**
 * The accounts of an entity for an app that are active, one at least.
 *
 * @throws EarshotError ERR_ACCOUNT_NONE with the line that connects one
 */
export async function usableAccounts(
  accounts: AccountCalls,
  { entityId, appName, name }: AccountNeed,
  signal: AbortSignal | undefined,
): Promise<readonly [ConnectedAccount, ...ConnectedAccount[]]> {
  // All states are listed: the message names an expired account.
  const query = { ...everyAccount, entityIds: [entityId], appNames: [appName] };
  const found: ConnectedAccount[] = [];
  for await (const page of accounts.list(query, signal)) {
    found.push(...page.filter((account) => account.appName === appName));
  }
  const [first, ...others] = found.filter((account) => account.usable);
  if (first !== undefined) return [first, ...others];
  const who = `Entity ${JSON.stringify(entityId)}`;
  const states = found.map(({ id, status }) => `${id} (${status === "ACTIVE" ? "disabled" : status})`);
  const hint = states.length === 0 ? "" : ` It has ${states.join(", ")}.`;
  const line = `await toolset.connect(${JSON.stringify(appName)}, { entityId: ${JSON.stringify(entityId)} })`;
  throw new EarshotError(
    "ERR_ACCOUNT_NONE",
    `${who} has no active ${appName} account, which ${name} needs.${hint} Connect one: ${line}`,
  );
}

/** The id of an entity or an account. @throws EarshotError ERR_OPTION */
export function idOption(name: string, given: string): string {
  if (typeof given === "string" && given.trim() !== "") return given;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is a text that is not empty, not ${JSON.stringify(given)}.`,
  );
}
