import type { Command } from "commander";
import { isLoopbackUrl } from "../../base/loopback.js";
import type { Toolset } from "../../index.js";
import { type Context, LOCAL_URL } from "../context.js";
import { UsageError } from "../errors.js";
import { DEFAULT_PROFILE, type Profile, readProfiles } from "./profiles.js";

export const HOSTED_URL = "https://backend.composio.dev";

/** Options of every command that calls a platform. */
export interface ProfileOptions {
  readonly profile?: string;
}

/** Adds `--profile`. */
export function profileOption(command: Command): Command {
  return command.option("--profile <name>", "use the API key and URL that `earshot login` stored as <name>");
}

/** The platform of a command, and the API key for it. The toolset applies defaults and rejects a missing key. */
export interface PlatformConnection {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  /** Origin of the key, for messages. */
  readonly source: string;
}

/**
 * `--profile` or EARSHOT_PROFILE comes first, then the environment, then the profile `default`. A stored key is sent
 * only to the platform that it was stored for.
 *
 * @throws UsageError if the named profile does not exist
 */
export async function connectionOf(env: Context["env"], profile?: string): Promise<PlatformConnection> {
  const name = profile ?? (env.EARSHOT_PROFILE || undefined);
  if (name !== undefined) return { ...(await profileOf(env, name)), source: `the profile ${name}` };
  const { COMPOSIO_API_KEY: apiKey, COMPOSIO_BASE_URL: baseUrl } = env;
  if (apiKey !== undefined) return { apiKey, baseUrl, source: "COMPOSIO_API_KEY" };
  const stored = (await readProfiles(env)).get(DEFAULT_PROFILE);
  if (stored === undefined || (baseUrl !== undefined && originOf(baseUrl) !== originOf(stored.baseUrl))) {
    return { apiKey, baseUrl, source: "nowhere" };
  }
  return { ...stored, source: `the profile ${DEFAULT_PROFILE}` };
}

/**
 * The local platform's URL: from the profile or the environment, otherwise the default of `earshot dev`.
 *
 * @throws UsageError if the URL is another machine's
 */
export async function localUrlOf(env: Context["env"], profile: string | undefined): Promise<string> {
  const name = profile ?? (env.EARSHOT_PROFILE || undefined);
  const configured =
    name === undefined ? env.COMPOSIO_BASE_URL?.trim() : (await profileOf(env, name)).baseUrl;
  const url = (configured || LOCAL_URL).replace(/\/+$/, "");
  if (isLoopbackUrl(url)) return url;
  const where = name === undefined ? "COMPOSIO_BASE_URL" : `The URL of the profile ${name}`;
  throw new UsageError(`${where} is ${url}, not a local platform; only \`earshot dev\` can fire events`);
}

/**
 * The toolset of the options, the environment or a profile. The library is loaded here, so that `--help` does not
 * wait for it.
 *
 * @throws EarshotError ERR_KEY_MISSING, ERR_OPTION; UsageError
 */
export async function openToolset(
  { env }: Pick<Context, "env">,
  { profile }: ProfileOptions,
): Promise<Toolset> {
  return toolsetFor(await connectionOf(env, profile));
}

/** @throws EarshotError ERR_KEY_MISSING, ERR_OPTION; UsageError */
export async function toolsetFor({ apiKey, baseUrl, source }: PlatformConnection): Promise<Toolset> {
  if (apiKey?.trim() === "") {
    throw new UsageError(
      `${source} is set but empty. Set it, or unset it to use the key of \`earshot login\``,
    );
  }
  const { Toolset } = await import("../../index.js");
  return new Toolset({ ...(apiKey !== undefined && { apiKey }), ...(baseUrl !== undefined && { baseUrl }) });
}

async function profileOf(env: Context["env"], name: string): Promise<Profile> {
  const profiles = await readProfiles(env);
  const profile = profiles.get(name);
  if (profile !== undefined) return profile;
  const names = profiles.size === 0 ? "none is stored" : `stored: ${[...profiles.keys()].join(", ")}`;
  throw new UsageError(
    `There is no profile ${name} (${names}). Create it with \`earshot login --profile ${name}\``,
  );
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
