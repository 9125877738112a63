import { EarshotError } from "../../base/errors.js";
import { checkServer, memoryOf } from "./server-settings.js";
import type { Store } from "./store.js";

/** How often the server's settings and memory are looked at, at most, milliseconds. */
const LOOK_MS = 1000;
/** Done records go ahead of time from this share of `maxmemory` on, until there is less than the other. */
const HIGH_WATER = 0.85;
const LOW_WATER = 0.8;
/** Removed at a time, which keeps Redis for some milliseconds. */
const FREE_AT_ONCE = 200;
/** What was removed is told of at most this often, milliseconds. */
const TELL_MS = 60_000;

/**
 * Looks after the server beside what is stored: whether what was acknowledged is still there, whether its settings
 * still hold, and whether there is memory.
 */
export class Watch {
  readonly #store: Store;
  /** The newest running number that this process has had of a record. */
  #newest = 0;
  #weaknesses: readonly string[] = [];
  #lookedAt = Number.NEGATIVE_INFINITY;
  #freeing: Promise<void> | undefined;
  #freed = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(store: Store) {
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
    if (this.#freed === 0 || now - this.#toldAt < TELL_MS) return;
    this.#toldAt = now;
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
