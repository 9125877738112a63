import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import type { RedisStore } from "./redis-store.js";

/** How often the server's settings and memory are looked at, at most, milliseconds. */
const LOOK_MS = 1000;
/** Done records go ahead of time from this share of `maxmemory` on, until there is less than the other. */
const HIGH_WATER = 0.85;
const LOW_WATER = 0.8;
/** Removed at a time, which keeps Redis for some milliseconds. */
const FREE_AT_ONCE = 200;
/** What was removed is told of at most this often, milliseconds. */
const REPORT_MS = 60_000;

/**
 * Looks after the server beside what is stored: whether what was acknowledged is still there, whether its settings
 * still hold, and whether there is memory.
 */
export class ServerWatch {
  readonly #store: RedisStore;
  /** The newest running number that this process has had of a record. */
  #newest = 0;
  #weaknesses: readonly string[] = [];
  #lookedAt = Number.NEGATIVE_INFINITY;
  #freeing: Promise<void> | undefined;
  #freed = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(store: RedisStore) {
    this.#store = store;
  }

  async start(): Promise<void> {
    this.#weaknesses = await checkServer(this.#store);
    this.#newest = await this.#number();
  }

  /** @param number the running number of what was stored last; 0 where nothing was new */
  stored(number: number): void {
    if (number > 0) this.#compare(number - 1, number);
    this.look();
  }

  /** The server may be another than before, or one that has forgotten. */
  async reconnected(): Promise<void> {
    try {
      const number = await this.#number();
      this.#compare(number, number);
      this.#lookedAt = Number.NEGATIVE_INFINITY;
      this.look();
    } catch {
      // It is away again; the next connection looks.
    }
  }

  /** Looks once a second at the most, and nothing waits for it. */
  look(): void {
    const now = this.#store.context.clock.monotonic();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    this.#look().catch(() => undefined);
  }

  /** Removes the oldest done records until there is room. Their identities stay. */
  free(): Promise<void> {
    this.#freeing ??= this.#free()
      .catch(() => undefined)
      .finally(() => {
        this.#freeing = undefined;
      });
    return this.#freeing;
  }

  async #look(): Promise<void> {
    this.#weaknesses = await checkServer(this.#store, this.#weaknesses);
    const { used, max } = await memoryOf(this.#store);
    if (max > 0 && used > HIGH_WATER * max) await this.free();
  }

  async #free(): Promise<void> {
    for (;;) {
      const { used, max } = await memoryOf(this.#store);
      if (max === 0 || used < LOW_WATER * max) break;
      const freed = await this.#store.run("earshotFree", [String(this.#store.now), String(FREE_AT_ONCE)]);
      this.#freed += Number(freed);
      if (Number(freed) === 0) break;
    }
    const now = this.#store.context.clock.monotonic();
    if (this.#freed === 0 || now - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = now;
    this.#store.context.warn(
      new EarshotError(
        "ERR_INBOX_FULL",
        `Redis's memory is nearly full: ${this.#freed} done events were removed ahead of time. They stay known as copies, and cannot be replayed. Raise maxmemory to keep them for longer.`,
      ),
    );
    this.#freed = 0;
  }

  /** Numbers only rise. Where one is lower, the store is not what it was. */
  #compare(there: number, newest: number): void {
    const before = this.#newest;
    this.#newest = newest;
    if (there >= before) return;
    this.#store.context.warn(
      new EarshotError(
        "ERR_INBOX_CORRUPT",
        `Redis has lost events that were acknowledged: it had stored ${before} in all, and now knows of ${there}. Its data was deleted, restored from an older copy, or is another server's. What waited in it will not run; ask the senders for it again.`,
      ),
    );
  }

  async #number(): Promise<number> {
    return Number((await this.#store.ask((commands) => commands.get(this.#store.keys.number))) ?? 0);
  }
}

/** Warns where the server's settings weaken what an acknowledgement promises. @returns what is weak */
export async function checkServer(
  store: RedisStore,
  known: readonly string[] = [],
): Promise<readonly string[]> {
  const problems = await weaknesses(store);
  for (const problem of problems) {
    if (!known.includes(problem)) store.context.warn(new EarshotError("ERR_INBOX_WEAK", problem));
  }
  return problems;
}

/** Memory that counts against `maxmemory`, and `maxmemory`, in bytes; 0 is no limit. */
export async function memoryOf(store: RedisStore): Promise<{ readonly used: number; readonly max: number }> {
  const info = await store.ask((commands) => commands.info("memory"));
  const value = (name: string) => Number(info.match(new RegExp(`^${name}:(\\d+)`, "m"))?.[1] ?? 0);
  return { used: value("used_memory") - value("mem_not_counted_for_evict"), max: value("maxmemory") };
}

async function weaknesses(store: RedisStore): Promise<readonly string[]> {
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
async function setting(store: RedisStore, name: string): Promise<string | undefined> {
  return (await store.ask((commands) => commands.config("GET", name)).catch(withheld))?.[1];
}

async function infoLine(store: RedisStore, section: string, name: string): Promise<string | undefined> {
  const info = await store.ask((commands) => commands.info(section)).catch(withheld);
  return info?.match(new RegExp(`^${name}:(.*?)\\r?$`, "m"))?.[1];
}

/** A server that rejects the command does not answer this; one that is away may do so later. */
function withheld(error: unknown): undefined {
  if (!/\b(ERR|NOPERM)\b/.test(messageOf(error))) throw error;
}
