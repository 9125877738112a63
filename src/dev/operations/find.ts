import type { CatalogTrigger } from "../../catalog/types.js";
import type { Core } from "../context.js";
import { Problem } from "../http/problem.js";
import type { Account } from "../state/accounts.js";
import type { Instance } from "../state/instances.js";
import { provideAccounts } from "./provide-accounts.js";

/** @throws Problem with the nearest name in it */
export function findType(core: Core, name: string, status = 404): CatalogTrigger {
  const type = core.types.get(name);
  if (type !== undefined) return type;
  const near = core.types.nearest(name);
  const suggestion = near === undefined ? "List the trigger types" : `Did you mean ${near}?`;
  throw new Problem(status, `There is no trigger ${name}. ${suggestion}`, {
    name: "TriggerNotFoundError",
    suggestion,
  });
}

/** @param id of either generation. @throws Problem 404 */
export function findAccount(core: Core, id: string): Account {
  const account = core.state.accounts.get(id);
  if (account !== undefined) return account;
  throw new Problem(404, `There is no connected account ${id}`, {
    name: "ConnectedAccountNotFoundError",
    suggestion: "List the connected accounts",
  });
}

/** @param id of either generation. @throws Problem 404 */
export function findInstance(core: Core, id: string): Instance {
  const instance = core.state.instances.get(id);
  if (instance !== undefined) return instance;
  throw new Problem(404, `There is no trigger instance ${id}`, {
    name: "TriggerInstanceNotFoundError",
    suggestion: "List the active triggers",
  });
}

/**
 * The first active account of a user at an app: what is meant where no account was named.
 *
 * @throws Problem 404
 */
export function findAccountOf(core: Core, userId: string, appName: string): Account {
  provideAccounts(core, [userId]);
  const found = core.state.accounts
    .all()
    .find((one) => one.userId === userId && one.appName === appName.toLowerCase() && one.status === "ACTIVE");
  if (found !== undefined) return found;
  throw new Problem(404, `The user ${userId} has no active connected account of ${appName}`);
}
