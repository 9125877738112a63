import { EarshotError, messageOf } from "../../base/errors.js";
import type { Store } from "./store.js";

/** Warns where the server's settings weaken what an acknowledgement promises. @returns what is weak */
export async function checkServer(store: Store, known: readonly string[] = []): Promise<readonly string[]> {
  const problems = await weaknesses(store);
  for (const problem of problems) {
    if (!known.includes(problem)) store.context.warn(new EarshotError("ERR_INBOX_WEAK", problem));
  }
  return problems;
}

/** Memory that counts against `maxmemory`, and `maxmemory`, in bytes; 0 is no limit. */
export async function memoryOf(store: Store): Promise<{ readonly used: number; readonly max: number }> {
  const info = await store.ask((commands) => commands.info("memory"));
  const value = (name: string) => Number(info.match(new RegExp(`^${name}:(\\d+)`, "m"))?.[1] ?? 0);
  return { used: value("used_memory") - value("mem_not_counted_for_evict"), max: value("maxmemory") };
}

async function weaknesses(store: Store): Promise<readonly string[]> {
  const policy =
    (await setting(store, "maxmemory-policy")) ?? (await infoLine(store, "memory", "maxmemory_policy"));
  const isAppending =
    (await setting(store, "appendonly")) ?? (await infoLine(store, "persistence", "aof_enabled"));
  const fsync = await setting(store, "appendfsync");
  const found: string[] = [];
  if (policy !== undefined && policy !== "noeviction") {
    found.push(
      `Redis's maxmemory-policy is ${policy}: when its memory is full it may delete events that were acknowledged. Set it to noeviction.`,
    );
  }
  if (policy === undefined || isAppending === undefined) {
    found.push(
      "Redis does not tell its settings. An event survives a crash of Redis only with appendonly yes, and no event is evicted only with maxmemory-policy noeviction.",
    );
  } else if (isAppending === "no" || isAppending === "0") {
    found.push(
      "Redis's appendonly is no: events acknowledged since its last snapshot are lost when it dies. Set appendonly yes and appendfsync always.",
    );
  } else if (fsync === "everysec" || fsync === "no") {
    found.push(
      `Redis's appendfsync is ${fsync}: an event survives a crash of Redis, but ${fsync === "no" ? "the last half minute or so" : "the last second or two"} may be lost when its machine dies. Set appendfsync always to lose nothing.`,
    );
  }
  return found;
}

/** `undefined` where the server does not allow CONFIG, as managed ones do. */
async function setting(store: Store, name: string): Promise<string | undefined> {
  return (await store.ask((commands) => commands.config("GET", name)).catch(withheld))?.[1];
}

async function infoLine(store: Store, section: string, name: string): Promise<string | undefined> {
  const info = await store.ask((commands) => commands.info(section)).catch(withheld);
  return info?.match(new RegExp(`^${name}:(.*?)\\r?$`, "m"))?.[1];
}

/** A server that refuses the command does not tell; one that is away may tell later. */
function withheld(error: unknown): undefined {
  if (!/\b(ERR|NOPERM)\b/.test(messageOf(error))) throw error;
}
