import type { CatalogTrigger } from "../../catalog/types.js";
import type { PlatformContext } from "../context.js";
import { HttpProblem } from "../http/http-problem.js";
import type { Account } from "../state/accounts.js";
import type { Instance } from "../state/instances.js";
import { provideAccounts } from "./provide-accounts.js";

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
export function findAccount(context: PlatformContext, id: string): Account {
  const account = context.state.accounts.get(id);
  if (account !== undefined) return account;
  throw new HttpProblem(404, `There is no connected account ${id}`, {
    name: "ConnectedAccountNotFoundError",
    suggestion: "List the connected accounts",
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
