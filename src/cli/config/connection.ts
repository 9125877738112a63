import { isLoopbackUrl } from "../../base/loopback.js";
import { type Context, LOCAL_URL } from "../context.js";
import { UsageError } from "../errors.js";
import { DEFAULT_PROFILE, type Profile, readProfiles } from "./profiles.js";

/** Which platform a command talks to, and with which key; what is missing, the library fills in or complains of. */
export interface Connection {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  /** Where the key is from, in words. */
  readonly source: string;
}

/**
 * `--profile` or EARSHOT_PROFILE goes before everything; then the environment; then the profile `default`. A key is
 * never sent to another platform than the one it was stored for.
 *
 * @throws UsageError where there is no profile of the name
 */
export async function connectionOf(env: Context["env"], profile?: string): Promise<Connection> {
  const named = profile ?? (env.EARSHOT_PROFILE || undefined);
  if (named !== undefined) return { ...(await profileOf(env, named)), source: `the profile ${named}` };
  const { COMPOSIO_API_KEY: apiKey, COMPOSIO_BASE_URL: baseUrl } = env;
  if (apiKey !== undefined) return { apiKey, baseUrl, source: "COMPOSIO_API_KEY" };
  const stored = (await readProfiles(env)).get(DEFAULT_PROFILE);
  if (stored === undefined || (baseUrl !== undefined && originOf(baseUrl) !== originOf(stored.baseUrl))) {
    return { apiKey, baseUrl, source: "nowhere" };
  }
  return { ...stored, source: `the profile ${DEFAULT_PROFILE}` };
}

/**
 * The local platform: what the profile or the environment names, else `earshot dev` at its usual port.
 *
 * @throws UsageError where another machine's platform is named
 */
export async function localUrlOf(env: Context["env"], profile: string | undefined): Promise<string> {
  const named = profile ?? (env.EARSHOT_PROFILE || undefined);
  const said = named === undefined ? env.COMPOSIO_BASE_URL?.trim() : (await profileOf(env, named)).baseUrl;
  const url = (said || LOCAL_URL).replace(/\/+$/, "");
  if (isLoopbackUrl(url)) return url;
  const where = named === undefined ? "COMPOSIO_BASE_URL" : `The profile ${named}`;
  throw new UsageError(
    `${where} is ${url}, which is no local platform; only \`earshot dev\` can fire events`,
  );
}

async function profileOf(env: Context["env"], name: string): Promise<Profile> {
  const profiles = await readProfiles(env);
  const found = profiles.get(name);
  if (found !== undefined) return found;
  const known = profiles.size === 0 ? "there is none yet" : `there are ${[...profiles.keys()].join(", ")}`;
  throw new UsageError(`There is no profile ${name}; ${known}. \`earshot login --profile ${name}\` makes it`);
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
