import { type Core, nowIso } from "../context.js";
import { Problem } from "../http/problem.js";
import type { Account } from "../state/accounts.js";
import { authConfigIds } from "../state/accounts.js";
import type { App } from "../trigger-catalog.js";
import { provideAccounts } from "./provide-accounts.js";

/** @param id of an auth config, of either generation. @throws Problem 404 */
export function findAuthConfig(core: Core, id: string): App {
  const app = core.types.apps.find(({ name }) => Object.values(authConfigIds(name)).includes(id));
  if (app !== undefined) return app;
  throw new Problem(404, `There is no auth config ${id}`, { suggestion: "List the auth configs" });
}

/** @param slug in any case. @throws Problem 404 */
export function findApp(core: Core, slug: string): App {
  const app = core.types.apps.find(({ name, id }) => [name, id].includes(slug.toLowerCase()));
  if (app !== undefined) return app;
  throw new Problem(404, `There is no toolkit ${slug}`, { suggestion: "List the toolkits" });
}

/**
 * Connects a user's account to an app: the active one that the user has, else a new one.
 *
 * @param authConfigId came in a body, as did the user's id
 * @throws Problem 400, 404
 */
export function connect(
  core: Core,
  authConfigId: unknown,
  userId: unknown,
  nameOfConfig: string,
  nameOfUser: string,
): Account {
  if (typeof authConfigId !== "string" || authConfigId === "") {
    throw new Problem(400, `${nameOfConfig} is missing in the body`);
  }
  if (typeof userId !== "string" || userId === "")
    throw new Problem(400, `${nameOfUser} is missing in the body`);
  const { name } = findAuthConfig(core, authConfigId);
  provideAccounts(core, [userId]);
  const { accounts } = core.state;
  const known = accounts
    .all()
    .find((one) => one.userId === userId && one.appName === name && one.status === "ACTIVE");
  if (known !== undefined) return known;
  const account = accounts.seed({ appName: name, userId }, nowIso(core));
  core.state.changed();
  return account;
}
