import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import type { Context } from "../context.js";
import { errorText, UsageError } from "../errors.js";

type Env = Context["env"];

/** Directory of the user's settings: profiles. Follows the XDG Base Directory specification. */
export function configDirectory(env: Env): string {
  return xdgDirectory(env, "XDG_CONFIG_HOME", ".config");
}

/** Directory of internal state: temporary triggers, the forwarding secret. */
export function stateDirectory(env: Env): string {
  return xdgDirectory(env, "XDG_STATE_HOME", join(".local", "state"));
}

function xdgDirectory(env: Env, variable: string, fallback: string): string {
  const value = env[variable];
  // The specification requires absolute paths; others must be ignored.
  const base = value !== undefined && isAbsolute(value) ? value : join(env.HOME || homedir(), fallback);
  return join(base, "earshot");
}

/** Makes a directory, and those above it that are missing, for its owner only. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Writes a file atomically, readable by its owner only; the same for directories that it creates. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await makePrivateDirectory(dirname(path));
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, text, { mode: 0o600 });
  // A draft that a killed process left keeps its old mode.
  await chmod(draft, 0o600);
  await rename(draft, path);
}

/**
 * Writes a file of the settings or of the state, as {@link writePrivateFile}.
 *
 * @param variable sets its directory
 * @throws UsageError where it cannot be written: a home directory that is missing or read-only
 */
export async function writeOwnFile(
  path: string,
  text: string,
  variable: "XDG_CONFIG_HOME" | "XDG_STATE_HOME",
): Promise<void> {
  try {
    await writePrivateFile(path, text);
  } catch (error) {
    throw new UsageError(
      `${path} cannot be written: ${errorText(error)}. Set ${variable} to a directory that can be written`,
    );
  }
}
