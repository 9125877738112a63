import { stat } from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";
import { VERSION } from "../../../base/version.js";
import { profilesFile } from "../../config/profiles.js";
import type { Context } from "../../context.js";

const MIN_NODE = [20, 19] as const;

/** @param version `20.19.0` */
export function checkVersions(version = process.versions.node): CheckResult[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return [
    ok("earshot", VERSION),
    isEnough ? ok("node", version) : fix("node", version, `Install Node ${MIN_NODE.join(".")} or later.`),
    isBuiltin("node:sqlite")
      ? ok("sqlite", `${process.versions.sqlite}, of Node`)
      : peer("better-sqlite3", "earshot/sqlite"),
    peer("bullmq", "earshot/redis"),
  ];
}

/** A missing optional peer needs no fix. */
function peer(name: string, purpose: string): CheckResult {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
    return ok(name, version);
  } catch {
    return ok(name, `not installed; \`npm install ${name}\` if you use ${purpose}`);
  }
}

const MIN_SECRET_LENGTH = 16;

/** With a wrong secret, every webhook fails without any other symptom. */
export function checkSecret(env: Context["env"]): CheckResult {
  const name = "COMPOSIO_WEBHOOK_SECRET";
  const secret = env[name];
  if (secret === undefined) {
    return ok("secret", `${name} is not set; only webhooks from the hosted platform need it`);
  }
  const needsFix = (detail: string, todo: string) => fix("secret", `${name} ${detail}`, todo);
  if (secret.trim() === "") return needsFix("is set but empty", "Set its value, or unset it.");
  if (secret !== secret.trim()) {
    return needsFix("starts or ends with a space or a line break", "Set it again, without them.");
  }
  if (/^(["']).*\1$/.test(secret)) return needsFix("is in quotes", "Set it again, without them.");
  if (secret.length < MIN_SECRET_LENGTH) {
    return needsFix(`has ${secret.length} characters`, "Copy the whole secret from the platform.");
  }
  return ok("secret", `${name} is set`);
}

/** Other users must not be able to read API keys. */
export async function checkProfiles(env: Context["env"]): Promise<CheckResult> {
  const file = profilesFile(env);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return ok("profiles", "none stored; `earshot login` stores one");
  const isOpen = process.platform !== "win32" && (found.mode & 0o077) !== 0;
  return isOpen
    ? fix("profiles", `other users can read ${file}`, `Run: chmod 600 ${file}`)
    : ok("profiles", file);
}

/** The result of a check. */
export interface CheckResult {
  readonly check: string;
  /** `unknown`: not checked, because an earlier check failed. */
  readonly status: "ok" | "fix" | "unknown";
  readonly detail: string;
  /** The fix, if one is needed. */
  readonly todo?: string;
}

export const ok = (check: string, detail: string): CheckResult => ({ check, status: "ok", detail });
export const fix = (check: string, detail: string, todo: string): CheckResult => ({
  check,
  status: "fix",
  detail,
  todo,
});
export const unknown = (check: string, detail: string): CheckResult => ({ check, status: "unknown", detail });
