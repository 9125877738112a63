import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Context } from "../context.js";

/** Where the command line keeps its own files, after the XDG Base Directory specification. */
type Env = Context["env"];

/** For what people set: profiles. */
export function configDirectory(env: Env): string {
  return below(env, "XDG_CONFIG_HOME", ".config");
}

/** For what the command line remembers by itself: leases, the secret that forwarded events are signed with. */
export function stateDirectory(env: Env): string {
  return below(env, "XDG_STATE_HOME", join(".local", "state"));
}

function below(env: Env, variable: string, usual: string): string {
  const said = env[variable];
  // A relative path is invalid there and is to be ignored.
  const base = said !== undefined && isAbsolute(said) ? said : join(env.HOME || homedir(), usual);
  return join(base, "earshot");
}
