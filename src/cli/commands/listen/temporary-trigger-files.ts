import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile, stat, unlink, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Context } from "../../context.js";
import { stateDirectory } from "../../config/paths.js";
import { writePrivately } from "../../config/private-file.js";

/** A trigger that was enabled for as long as a command runs, as it is written down before it is enabled. */
export interface Lease {
  readonly pid: number;
  readonly host: string;
  /** The platform and a digest of the key: only the same project's command may clear up. */
  readonly owner: string;
  readonly triggerName: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Instances of the trigger that were there before; never deleted. */
  readonly before: readonly string[];
  /** Unknown until the platform has answered. */
  readonly triggerId?: string;
  /** What is owed at the end. One that was there, but disabled, is disabled again. */
  readonly owed: "delete" | "disable";
  /** Set once its command is paying: it no longer counts as one that needs the trigger. */
  readonly isEnding?: true;
}

/** A lease and the file that it stands in. */
export interface LeaseFile {
  readonly file: string;
  readonly lease: Lease;
  readonly isAlive: boolean;
}

/** How often a running command says that it is there, milliseconds. */
export const BEAT_EVERY_MS = 15_000;
/** After so long without a sign, a process of the same number is another one, milliseconds. */
const SILENT_MS = 300_000;

export function ownerOf(baseUrl: string, apiKey: string): string {
  return createHash("sha256").update(`${baseUrl}\n${apiKey}`).digest("hex");
}

const directoryOf = (env: Context["env"]) => join(stateDirectory(env), "leases");

export function newLeaseFile(env: Context["env"]): string {
  return join(directoryOf(env), `${randomUUID()}.json`);
}

export async function writeLease(file: string, lease: Lease): Promise<void> {
  await writePrivately(file, `${JSON.stringify(lease)}\n`);
}

export async function removeLease(file: string): Promise<void> {
  await unlink(file).catch(() => undefined);
}

/** Says that the command is still there. */
export async function beat(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}

/** All leases on this machine. A file that is none of ours is left alone. */
export async function readLeases(env: Context["env"]): Promise<LeaseFile[]> {
  const directory = directoryOf(env);
  const names = await readdir(directory).catch(() => []);
  const found: LeaseFile[] = [];
  for (const name of names.filter((one) => one.endsWith(".json"))) {
    const file = join(directory, name);
    try {
      const lease = leaseIn(await readFile(file, "utf8"));
      const { mtimeMs } = await stat(file);
      if (lease !== undefined) found.push({ file, lease, isAlive: isAlive(lease, mtimeMs) });
    } catch {
      // Another command has cleared it up meanwhile.
    }
  }
  return found;
}

function leaseIn(text: string): Lease | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return undefined;
  const lease = value as Partial<Lease>;
  const isLease =
    Number.isInteger(lease.pid) &&
    typeof lease.host === "string" &&
    typeof lease.owner === "string" &&
    typeof lease.triggerName === "string" &&
    typeof lease.config === "object" &&
    Array.isArray(lease.before) &&
    (lease.owed === "delete" || lease.owed === "disable");
  return isLease ? (lease as Lease) : undefined;
}

/** A process that was suspended says nothing either, so silence counts only after long. */
function isAlive({ pid, host }: Lease, mtimeMs: number): boolean {
  if (Date.now() - mtimeMs > SILENT_MS) return false;
  // Another machine that shares the home directory: its processes cannot be looked at.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
