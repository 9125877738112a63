import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.js";
import { errorText, UsageError } from "../errors.js";
import { configDirectory, writeOwnFile } from "./paths.js";

/** An API key and the platform that it belongs to. */
export interface Profile {
  readonly apiKey: string;
  readonly baseUrl: string;
}

export const DEFAULT_PROFILE = "default";

/** The file that `earshot login` writes. */
export function profilesFile(env: Context["env"]): string {
  return join(configDirectory(env), "profiles.json");
}

/** @throws UsageError if the file exists but is not valid */
export async function readProfiles(env: Context["env"]): Promise<ReadonlyMap<string, Profile>> {
  const file = profilesFile(env);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return new Map();
    throw new UsageError(`${file} cannot be read: ${errorText(error)}`);
  }
  const profiles = new Map<string, Profile>();
  try {
    const content = JSON.parse(text) as Record<string, Partial<Profile>>;
    // A list, a text or a number has no profiles; a login would replace it.
    if (typeof content !== "object" || content === null || Array.isArray(content))
      throw new Error("no object");
    for (const [name, value] of Object.entries(content)) {
      const { apiKey, baseUrl } = value;
      if (typeof apiKey !== "string" || typeof baseUrl !== "string") throw new Error(name);
      profiles.set(name, { apiKey, baseUrl });
    }
  } catch {
    throw new UsageError(`${file} is damaged; delete it and run \`earshot login\` again`);
  }
  return profiles;
}

export async function writeProfiles(
  env: Context["env"],
  profiles: ReadonlyMap<string, Profile>,
): Promise<void> {
  const text = JSON.stringify(Object.fromEntries(profiles), undefined, 2);
  await writeOwnFile(profilesFile(env), `${text}\n`, "XDG_CONFIG_HOME");
}
