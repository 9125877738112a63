import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile, stat, unlink, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../base/clock.js";
import { stateDirectory, writeOwnFile } from "../../config/paths.js";
import type { Context } from "../../context.js";

/** The file of a temporary trigger. It is written before the trigger is enabled, so that a crash leaves no trigger. */
export interface TemporaryTriggerState {
  readonly pid: number;
  readonly host: string;
  /** Hash of the platform and the API key: only commands of the same project may remove the trigger. */
  readonly owner: string;
  readonly triggerName: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Ids of the trigger's instances that existed before; they are never deleted. */
  readonly existingIds: readonly string[];
  /** Unknown until the platform has responded. */
  readonly triggerId?: string;
  /** What to do at exit: an instance that existed but was disabled is disabled again. */
  readonly atExit: "delete" | "disable";
  /** Set once the command removes the trigger: from then on, it no longer needs it. */
  readonly isReleasing?: true;
}

export interface TemporaryTriggerFile {
  readonly file: string;
  readonly state: TemporaryTriggerState;
  /** Whether the process that wrote it is running. */
  readonly isRunning: boolean;
}

/** Interval between heartbeats of a running command, milliseconds. */
export const HEARTBEAT_MS = 15_000;
/** Without a heartbeat for so long, a process with the same id is another one, milliseconds. */
const EXPIRED_MS = 300_000;

export function ownerOf(baseUrl: string, apiKey: string): string {
  return createHash("sha256").update(`${baseUrl}\n${apiKey}`).digest("hex");
}

const directoryOf = (env: Context["env"]) => join(stateDirectory(env), "temporary-triggers");

export function newStateFile(env: Context["env"]): string {
  return join(directoryOf(env), `${randomUUID()}.json`);
}

export async function writeState(file: string, state: TemporaryTriggerState): Promise<void> {
  await writeOwnFile(file, `${JSON.stringify(state)}\n`, "XDG_STATE_HOME");
}

export async function removeState(file: string): Promise<void> {
  await unlink(file).catch(() => undefined);
}

/** Renews a file's modification time. */
export async function heartbeat(file: string): Promise<void> {
  const now = new Date(systemClock.now());
  await utimes(file, now, now).catch(() => undefined);
}

/** The temporary triggers of all commands on this machine. Files with other content are ignored. */
export async function readStates(env: Context["env"]): Promise<TemporaryTriggerFile[]> {
  const directory = directoryOf(env);
  const names = await readdir(directory).catch(() => []);
  const found: TemporaryTriggerFile[] = [];
  for (const name of names.filter((one) => one.endsWith(".json"))) {
    const file = join(directory, name);
    try {
      const state = parseState(await readFile(file, "utf8"));
      const { mtimeMs } = await stat(file);
      if (state !== undefined) found.push({ file, state, isRunning: isRunning(state, mtimeMs) });
    } catch {
      // Another command has removed it meanwhile.
    }
  }
  return found;
}

function parseState(text: string): TemporaryTriggerState | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return undefined;
  const state = value as Partial<TemporaryTriggerState>;
  const isState =
    Number.isInteger(state.pid) &&
    typeof state.host === "string" &&
    typeof state.owner === "string" &&
    typeof state.triggerName === "string" &&
    typeof state.config === "object" &&
    Array.isArray(state.existingIds) &&
    (state.atExit === "delete" || state.atExit === "disable");
  return isState ? (state as TemporaryTriggerState) : undefined;
}

/** A suspended process sends no heartbeats either, so only a long silence counts. */
function isRunning({ pid, host }: TemporaryTriggerState, mtimeMs: number): boolean {
  if (systemClock.now() - mtimeMs > EXPIRED_MS) return false;
  // Another machine with the same home directory: its processes cannot be checked.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
