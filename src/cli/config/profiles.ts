import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { configDirectory } from "./paths.js";
import { writePrivately } from "./private-file.js";

/** A key and the platform that it is for. */
export interface Profile {
  readonly apiKey: string;
  readonly baseUrl: string;
}

export const DEFAULT_PROFILE = "default";

/** Where `earshot login` keeps the profiles. */
export function profilesFile(env: Context["env"]): string {
  return join(configDirectory(env), "profiles.json");
}

/** @throws UsageError where the file is there and is not what `earshot login` writes */
export async function readProfiles(env: Context["env"]): Promise<ReadonlyMap<string, Profile>> {
  const file = profilesFile(env);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return new Map();
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const found = new Map<string, Profile>();
  try {
    for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, Partial<Profile>>)) {
      const { apiKey, baseUrl } = value;
      if (typeof apiKey !== "string" || typeof baseUrl !== "string") throw new Error(name);
      found.set(name, { apiKey, baseUrl });
    }
  } catch {
    throw new UsageError(`${file} is damaged; delete it and run \`earshot login\` again`);
  }
  return found;
}

export async function writeProfiles(
  env: Context["env"],
  profiles: ReadonlyMap<string, Profile>,
): Promise<void> {
  const text = JSON.stringify(Object.fromEntries(profiles), undefined, 2);
  await writePrivately(profilesFile(env), `${text}\n`);
}
