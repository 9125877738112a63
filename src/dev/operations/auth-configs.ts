import { nowIso, type PlatformContext } from "../context.js";
import { HttpProblem } from "../http/http-problem.js";
import { type AuthConfig, authSchemes } from "../state/auth-configs.js";
import { findApp } from "./accounts.js";

/** The state is bounded. */
const MOST_AUTH_CONFIGS = 10_000;
const LONGEST_NAME = 500;

/** What a call wants an auth config to be; what is undefined stays, or gets a default. */
export interface AuthConfigWish {
  readonly name?: string | undefined;
  /** `OAUTH2`, `API_KEY`, … */
  readonly scheme?: string | undefined;
  readonly isManaged: boolean;
}

/** @param id of either generation. @throws HttpProblem 404 */
export function findAuthConfig(context: PlatformContext, id: string): AuthConfig {
  const config = context.state.authConfigs.get(id);
  if (config !== undefined) return config;
  throw new HttpProblem(404, `There is no auth config ${id}`, { suggestion: "List the auth configs" });
}

/**
 * Makes an auth config. A managed one without a name is the one that the app has from the beginning.
 *
 * @throws HttpProblem 400, 404
 */
export function makeAuthConfig(context: PlatformContext, slug: string, wish: AuthConfigWish): AuthConfig {
  const { name: appName } = findApp(context, slug);
  const scheme = schemeOf(wish.scheme ?? "OAUTH2");
  const { authConfigs } = context.state;
  const builtIn = authConfigs.ofApp(appName);
  if (wish.isManaged && wish.name === undefined && !builtIn.isDeleted && !builtIn.isDisabled) return builtIn;
  if (authConfigs.changed().length >= MOST_AUTH_CONFIGS) {
    throw new HttpProblem(400, `There are ${MOST_AUTH_CONFIGS} auth configs already; delete some`);
  }
  const now = nowIso(context);
  const made = authConfigs.put({
    uuid: context.ids.uuid(),
    nanoId: context.ids.nano("ac"),
    appName,
    name: nameOf(wish.name ?? appName),
    scheme,
    isManaged: wish.isManaged,
    isDisabled: false,
    isDeleted: false,
    ...{ createdAt: now, updatedAt: now },
  });
  context.state.changed();
  return made;
}

/** @throws HttpProblem 400 */
export function changeAuthConfig(
  context: PlatformContext,
  config: AuthConfig,
  changes: Partial<Pick<AuthConfig, "name" | "isDisabled">>,
): AuthConfig {
  if (changes.name !== undefined) nameOf(changes.name);
  const changed = context.state.authConfigs.put({ ...config, ...changes, updatedAt: nowIso(context) });
  context.state.changed();
  return changed;
}

/** Accounts that were connected with it stay. */
export function deleteAuthConfig(context: PlatformContext, config: AuthConfig): void {
  context.state.authConfigs.delete(config);
  context.state.changed();
}

function nameOf(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  throw new HttpProblem(400, `The name of an auth config has at most ${LONGEST_NAME} characters`);
}

/** @param given in any case. @throws HttpProblem 400 */
export function schemeOf(given: string): string {
  const scheme = given.toUpperCase();
  if (authSchemes.some((one) => one === scheme)) return scheme;
  throw new HttpProblem(400, `There is no auth scheme ${given}; there are ${authSchemes.join(", ")}`);
}
