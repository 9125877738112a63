import { nowIso, type PlatformContext } from "../context.js";
import { HttpProblem } from "../http/http-problem.js";
import { type Account, type AccountStatus, authConfigIds } from "../state/accounts.js";
import type { CatalogApp } from "../trigger-catalog.js";
import { followAccount, type SetupOutlets } from "./setup-events.js";

/** @param id of either generation. @throws HttpProblem 404 */
export function findAccount(context: PlatformContext, id: string): Account {
  const account = context.state.accounts.get(id);
  if (account !== undefined) return account;
  throw new HttpProblem(404, `There is no connected account ${id}`, {
    name: "ConnectedAccountNotFoundError",
    suggestion: "List the connected accounts",
  });
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
  throw new HttpProblem(404, `The user ${userId} has no active connected account of ${appName}`);
}

/** The state is bounded. */
const MOST_ACCOUNTS = 100_000;
const LONGEST_USER_ID = 500;

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

/** @param id of an auth config, of either generation. @throws HttpProblem 404 */
export function findAuthConfig(context: PlatformContext, id: string): CatalogApp {
  const app = context.types.apps.find(({ name }) => Object.values(authConfigIds(name)).includes(id));
  if (app !== undefined) return app;
  throw new HttpProblem(404, `There is no auth config ${id}`, { suggestion: "List the auth configs" });
}

/** @param slug in any case. @throws HttpProblem 404 */
export function findApp(context: PlatformContext, slug: string): CatalogApp {
  const app = context.types.apps.find(({ name, id }) => [name, id].includes(slug.toLowerCase()));
  if (app !== undefined) return app;
  throw new HttpProblem(404, `There is no toolkit ${slug}`, { suggestion: "List the toolkits" });
}

/**
 * Connects a user's account to an app: the active one that the user has, else a new one.
 *
 * @param authConfigId came in a body, as did the user's id
 * @throws HttpProblem 400, 404
 */
export function connectAccount(
  context: PlatformContext,
  authConfigId: unknown,
  userId: unknown,
  nameOfConfig: string,
  nameOfUser: string,
): Account {
  if (typeof authConfigId !== "string" || authConfigId === "") {
    throw new HttpProblem(400, `${nameOfConfig} is missing in the body`);
  }
  if (typeof userId !== "string" || userId === "")
    throw new HttpProblem(400, `${nameOfUser} is missing in the body`);
  const { name } = findAuthConfig(context, authConfigId);
  provideAccounts(context, [userId]);
  const { accounts } = context.state;
  const known = accounts
    .all()
    .find((one) => one.userId === userId && one.appName === name && one.status === "ACTIVE");
  if (known !== undefined) return known;
  const account = accounts.seed({ appName: name, userId }, nowIso(context));
  context.state.changed();
  return account;
}

/** Changes the state of an account. Its trigger instances follow, and the events about the change are sent. */
export function setAccountStatus(
  context: PlatformContext,
  outlets: SetupOutlets,
  account: Account,
  status: AccountStatus,
): Account {
  const changed: Account = { ...account, status, updatedAt: nowIso(context) };
  context.state.accounts.put(changed);
  context.state.changed();
  followAccount(context, outlets, changed, account);
  return changed;
}
