import { ApiError, EarshotError } from "../base/errors.js";
import { boolean, type OptionTable, withoutDefault } from "../base/options.js";
import { shownValue } from "../base/warning.js";
import { type AccountCalls, type ApiAdapter, everyAccount } from "./api-adapter.js";
import { requireEndpoint } from "./require-endpoint.js";
import { findTrigger } from "./trigger-lookup.js";
import type { CallOptions, ConnectedAccount, EnabledTrigger, EnableOptions } from "./types.js";

export const enableTable = {
  config: withoutDefault<object>(),
  // The toolset has the default.
  entityId: withoutDefault(idOption),
  // Without one, the entity's account is used.
  connectedAccountId: withoutDefault(idOption),
  requireSingleAccount: boolean(false),
  signal: withoutDefault<AbortSignal>(),
} satisfies OptionTable<EnableOptions>;

/** The config and the account to enable a trigger with. */
export interface EnableRequest extends CallOptions {
  readonly config: object | undefined;
  /** The entity that the call names. */
  readonly entityId: string | undefined;
  /** The toolset's. */
  readonly defaultEntityId: string;
  readonly connectedAccountId: string | undefined;
  readonly requireSingleAccount: boolean;
}

/** Enables a trigger. Everything that can be checked is checked before the call that changes something. */
export async function enableTrigger(
  adapter: ApiAdapter,
  name: string,
  { config, defaultEntityId, signal, ...request }: EnableRequest,
): Promise<EnabledTrigger> {
  const trigger = await findTrigger(adapter.triggers, name, signal);
  // Loaded by the first call: a program that only receives events starts without the validator.
  const { checkConfig } = await import("./config-check.js");
  const sent = checkConfig(trigger.name, trigger.config, config ?? {});
  const { accounts, instances } = adapter;
  const need = {
    entityId: request.entityId ?? defaultEntityId,
    appName: trigger.appName,
    name: trigger.name,
  };
  if (trigger.requiresWebhookEndpoint) {
    const { connectedAccountId } = request;
    await requireEndpoint(adapter, trigger, { connectedAccountId, entityId: need.entityId }, signal);
  }
  if (request.connectedAccountId !== undefined) {
    const { connectedAccountId, entityId } = request;
    if (!instances.platformChoosesAccount) {
      return instances.enable(trigger.name, { connectedAccountId, entityId: undefined }, sent, signal);
    }
    // Projects with two-factor checks reject an account without its owner.
    const owner = entityId ?? (await ownerOf(accounts, connectedAccountId, signal)) ?? defaultEntityId;
    try {
      return await instances.enable(trigger.name, { connectedAccountId, entityId: owner }, sent, signal);
    } catch (thrown) {
      if (isRejection(thrown)) {
        await checkOwner(accounts, { connectedAccountId, entityId: owner, name: trigger.name }, signal);
      }
      throw thrown;
    }
  }
  if (request.requireSingleAccount || !instances.platformChoosesAccount) {
    const connectedAccountId = await chooseAccount(accounts, need, signal);
    return instances.enable(trigger.name, { connectedAccountId, entityId: need.entityId }, sent, signal);
  }
  try {
    const target = { connectedAccountId: undefined, entityId: need.entityId };
    return await instances.enable(trigger.name, target, sent, signal);
  } catch (thrown) {
    // Without an active account: the error lists the accounts. For any other reason, the platform's words stay.
    if (isRejection(thrown)) await usableAccounts(accounts, need, signal);
    throw thrown;
  }
}

/** The platform's response to a call that it does not allow for this account. */
function isRejection(thrown: unknown): boolean {
  return thrown instanceof ApiError && (thrown.status === 400 || thrown.status === 404);
}

/** @returns `undefined` where it cannot be read: the call that follows has the platform's own error */
async function ownerOf(
  accounts: AccountCalls,
  id: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  return (await readAccount(accounts, id, signal))?.entityId;
}

async function readAccount(
  accounts: AccountCalls,
  id: string,
  signal: AbortSignal | undefined,
): Promise<ConnectedAccount | undefined> {
  try {
    return await accounts.get(id, signal);
  } catch (thrown) {
    if (thrown instanceof ApiError) return undefined;
    throw thrown;
  }
}

/** An account that a call names, and the entity that it names beside it. */
interface AccountUse {
  readonly connectedAccountId: string;
  readonly entityId: string;
  /** The trigger or the tool. */
  readonly name: string;
}

/**
 * Tells why the platform rejects an account: it is another entity's.
 *
 * @throws EarshotError ERR_ACCOUNT_OWNER
 */
export async function checkOwner(
  accounts: AccountCalls,
  { connectedAccountId, entityId, name }: AccountUse,
  signal: AbortSignal | undefined,
): Promise<void> {
  const account = await readAccount(accounts, connectedAccountId, signal);
  if (account?.entityId === undefined || account.entityId === entityId || account.isShared) return;
  const [owner, other] = [account.entityId, entityId].map((id) => JSON.stringify(id));
  throw new EarshotError(
    "ERR_ACCOUNT_OWNER",
    `The platform rejects ${name}: the account ${connectedAccountId} is of entity ${owner}, not of ${other}. Name its owner: { connectedAccountId: ${JSON.stringify(connectedAccountId)}, entityId: ${owner} }`,
  );
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
  if (usable.length === 1) return usable[0].id;
  const { entityId, appName, name } = need;
  const ids = usable.map(({ id }) => id).join(", ");
  throw new EarshotError(
    "ERR_ACCOUNT_AMBIGUOUS",
    `Entity ${JSON.stringify(entityId)} has ${usable.length} active ${appName} accounts, and ${name} can use any of them: ${ids}.`,
  );
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
    `\`${name}\` is a string that is not empty, not ${shownValue(given)}.`,
  );
}
