import { nowIso, type PlatformContext } from "../context.js";
import { HttpProblem } from "../http/http-problem.js";
import type { Account } from "../state/accounts.js";
import { authConfigIds } from "../state/accounts.js";
import type { CatalogApp } from "../trigger-catalog.js";
import { provideAccounts } from "./provide-accounts.js";

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
