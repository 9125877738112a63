import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { VERSION } from "../../../base/version.js";
import type { Context } from "../../context.js";
import { profilesFile } from "../../config/profiles.js";
import { type Finding, fix, ok } from "./finding.js";

const LEAST_NODE = [20, 19] as const;

/** @param version `20.19.0` */
export function checkVersions(version = process.versions.node): Finding[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  return [
    ok("earshot", VERSION),
    isEnough ? ok("node", version) : fix("node", version, `Install Node ${LEAST_NODE.join(".")} or later.`),
    peer("better-sqlite3", "earshot/sqlite"),
    peer("bullmq", "earshot/redis"),
  ];
}

/** An optional peer that is missing is no fault. */
function peer(name: string, purpose: string): Finding {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
    return ok(name, version);
  } catch {
    return ok(name, `not installed; \`npm install ${name}\` if you use ${purpose}`);
  }
}

const SHORTEST_SECRET = 16;

/** A secret that a deployment has filled in wrongly makes every webhook fail, with no other sign. */
export function checkSecret(env: Context["env"]): Finding {
  const name = "COMPOSIO_WEBHOOK_SECRET";
  const secret = env[name];
  if (secret === undefined) {
    return ok("secret", `${name} is not set; only webhooks from a hosted platform need it`);
  }
  const isFix = (detail: string, todo: string) => fix("secret", `${name} ${detail}`, todo);
  if (secret.trim() === "") return isFix("is set but empty", "Give it its value, or unset it.");
  if (secret !== secret.trim()) {
    return isFix("begins or ends with a blank or a line break", "Set it again, without them.");
  }
  if (/^(["']).*\1$/.test(secret)) return isFix("has quotes around it", "Set it again, without them.");
  if (secret.length < SHORTEST_SECRET) {
    return isFix(`has ${secret.length} characters`, "Copy the whole of it from the platform.");
  }
  return ok("secret", `${name} is set`);
}

/** Keys are stored where others cannot read them. */
export async function checkProfiles(env: Context["env"]): Promise<Finding> {
  const file = profilesFile(env);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return ok("profiles", "none stored; `earshot login` stores one");
  const isOpen = process.platform !== "win32" && (found.mode & 0o077) !== 0;
  return isOpen ? fix("profiles", `others can read ${file}`, `Run: chmod 600 ${file}`) : ok("profiles", file);
}
