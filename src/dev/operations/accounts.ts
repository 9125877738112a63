import { nowIso, type PlatformContext } from "../context.js";
import { HttpProblem } from "../http/http-problem.js";
import type { Account, AccountStatus } from "../state/accounts.js";
import type { CatalogApp } from "../trigger-catalog.js";
import { followAccount } from "./setup-events.js";
import { deleteInstance } from "./triggers.js";

/** @param id of either generation. @throws HttpProblem 404 */
export function findAccount(context: PlatformContext, id: string): Account {
  expireLinks(context);
  const account = context.state.accounts.get(id);
  if (account !== undefined) return account;
  throw new HttpProblem(404, `There is no connected account ${id}`, {
    name: "ConnectedAccountNotFoundError",
    suggestion: "List the connected accounts",
  });
}

/**
 * Checks that a user may use an account that a call names: the owner may, and others if it is shared.
 *
 * @param userName how the generation names the user, for messages
 * @throws HttpProblem 400 for another user's account, and without a user under two-factor
 */
export function requireOwner(
  { twoFactor }: PlatformContext,
  account: Account,
  userId: string | undefined,
  userName: string,
): void {
  if (userId === undefined) {
    if (!twoFactor) return;
    const message = `\`${userName}\` is missing in the body: the project has two-factor checks, so an account is named with its owner`;
    throw new HttpProblem(400, message, { suggestion: `Send ${userName}, the owner of the account` });
  }
  if (account.userId === userId || account.isShared === true) return;
  throw new HttpProblem(400, `The connected account ${account.nanoId} is not one of the user ${userId}`, {
    suggestion: `Send the owner of the account as ${userName}, or leave the account out`,
    // The platform's code for it.
    code: 1_812,
  });
}

/** An account whose connect page was not answered in time has expired. To be called before accounts are looked at. */
export function expireLinks(context: PlatformContext): void {
  const now = context.clock.now();
  for (const account of context.state.accounts.pending()) {
    if (account.link !== undefined && Date.parse(account.link.expiresAt) > now) continue;
    changeStatus(context, account, "EXPIRED");
  }
}

/** Switches an account on or off. @throws HttpProblem 400 for one that was never connected */
export function switchAccount(context: PlatformContext, account: Account, enabled: boolean): Account {
  if (account.status !== "ACTIVE" && account.status !== "INACTIVE") {
    throw new HttpProblem(
      400,
      `The connected account ${account.nanoId} is ${account.status}: connect it first`,
    );
  }
  return changeStatus(context, account, enabled ? "ACTIVE" : "INACTIVE");
}

/** Deletes an account, and the triggers that are enabled for it. */
export function deleteAccount(context: PlatformContext, account: Account): void {
  for (const instance of context.state.instances.all()) {
    if (instance.accountUuid === account.uuid) deleteInstance(context, instance);
  }
  context.state.accounts.delete(account);
  context.state.changed();
}

/**
 * The first active account of a user at an app: what is meant where no account was named.
 *
 * @throws HttpProblem 404
 */
export function findAccountOf(context: PlatformContext, userId: string, appName: string): Account {
  provideAccounts(context, [userId]);
  const found = context.state.accounts
    .all()
    .find((one) => one.userId === userId && one.appName === appName.toLowerCase() && one.status === "ACTIVE");
  if (found !== undefined) return found;
  throw new HttpProblem(404, `The user ${userId} has no active connected account of ${appName}`, {
    suggestion: "Connect one first",
    // Published clients tell this case by its code.
    code: 1_803,
  });
}

/** The state is bounded. */
export const MOST_ACCOUNTS = 100_000;
export const LONGEST_USER_ID = 500;

/**
 * Gives each user that has no account yet an active account of every app, so that programs with users of their own run
 * as they are. Does nothing where the platform was started without accounts on demand.
 *
 * @param userIds of either generation's name, entity or user
 */
export function provideAccounts(context: PlatformContext, userIds: readonly string[] | undefined): void {
  const { accounts } = context.state;
  if (!context.accountsOnDemand || userIds === undefined) return;
  const now = nowIso(context);
  let isChanged = false;
  for (const userId of userIds) {
    if (userId === "" || userId.length > LONGEST_USER_ID || accounts.hasUser(userId)) continue;
    const { apps } = context.types;
    if (accounts.size + apps.length > MOST_ACCOUNTS) break;
    for (const { name } of apps) accounts.seed({ appName: name, userId }, now);
    isChanged = true;
  }
  if (isChanged) context.state.changed();
}

/** @param slug in any case. @throws HttpProblem 404 */
export function findApp(context: PlatformContext, slug: string): CatalogApp {
  const app = context.types.apps.find(({ name, id }) => [name, id].includes(slug.toLowerCase()));
  if (app !== undefined) return app;
  throw new HttpProblem(404, `There is no toolkit ${slug}`, { suggestion: "List the toolkits" });
}

/** Changes the state of an account. Its trigger instances follow, and the events about the change are sent. */
export function changeStatus(context: PlatformContext, account: Account, status: AccountStatus): Account {
  const changed: Account = { ...account, status, updatedAt: nowIso(context) };
  context.state.accounts.put(changed);
  context.state.changed();
  context.bus.emit({ type: "account", id: changed.nanoId, status });
  followAccount(context, changed, account);
  return changed;
}
