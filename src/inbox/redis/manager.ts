import type { Timer } from "../../clock.js";
import type { InboxQuery } from "../contract.js";
import { browse, type Found, jobOf } from "./browse.js";
import { scriptArguments } from "./keys.js";
import { FORGET, REVIVE } from "./scripts.js";
import type { Store } from "./store.js";
import { toReplay } from "./stored.js";
import { answered, isLost, toInboxError } from "./trouble.js";

const SWEEP_MS = 60_000;
const SWEEP_MOST = 1000;
/** How long what is dropped stays known where the context does not say; the listeners' default. */
const REMEMBER_DROPPED_MS = 4 * 24 * 60 * 60 * 1000;

/** Does to records what people ask for, and removes those that are old. */
export class Manager {
  readonly #store: Store;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(store: Store) {
    this.#store = store;
  }

  start(): void {
    const { clock, rememberMs } = this.#store.context;
    // Whoever remembers for ever only looks in: forgetting is the listeners' business.
    if (!Number.isFinite(rememberMs)) return;
    this.#timer = clock.after(Math.min(SWEEP_MS, rememberMs), () => {
      this.#sweep()
        .catch(() => undefined)
        .then(() => {
          if (!this.#isStopped) this.start();
        });
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.clear();
  }

  async replay(query: InboxQuery): Promise<number> {
    let replayed = 0;
    for (const { jobId, found } of await this.#chosen({ ...query, state: among(query, ["done", "dead"]) })) {
      const job = await jobOf(this.#store, jobId);
      if (job === undefined) continue;
      const state = JSON.stringify(toReplay(found.record, this.#store.now));
      const set = await this.#store.run(REVIVE, [...this.#arguments(found), state]);
      if (set !== "completed" && set !== "failed") continue;
      try {
        await answered(this.#store.context.clock, job.retry(set));
        replayed += 1;
      } catch (error) {
        if (!isLost((error as Error).cause)) throw error;
      }
    }
    return replayed;
  }

  async drop(query: InboxQuery): Promise<number> {
    let dropped = 0;
    const { clock, rememberMs: contextMs } = this.#store.context;
    const rememberMs = Number.isFinite(contextMs) ? contextMs : REMEMBER_DROPPED_MS;
    for (const { jobId, found } of await this.#chosen({
      ...query,
      state: among(query, ["waiting", "done", "dead"]),
    })) {
      const job = await jobOf(this.#store, jobId);
      if (job === undefined) continue;
      try {
        await answered(clock, job.remove());
      } catch (error) {
        // Somebody has taken it since; or Redis is away.
        if (await answered(clock, job.isActive())) continue;
        throw error;
      }
      const at = found.stored.keptAt + rememberMs;
      const next = await this.#store.run(FORGET, [...this.#arguments(found), String(at), String(rememberMs)]);
      if (typeof next === "string" && next !== "") await this.letGo(next);
      dropped += 1;
    }
    return dropped;
  }

  /** Wakes a record that has become the first of its line. Where that fails, it wakes by itself a little later. */
  async letGo(jobId: string): Promise<void> {
    const job = await jobOf(this.#store, jobId);
    if (job === undefined) return;
    await answered(this.#store.context.clock, job.promote()).catch(() => undefined);
  }

  /** All of them, without their bodies: what is done to the first must not change which come next. */
  async #chosen(query: InboxQuery): Promise<readonly { jobId: string; found: Found }[]> {
    const chosen: { jobId: string; found: Found }[] = [];
    for await (const found of browse(this.#store, query)) {
      const { text: _text, base64: _base64, ...stored } = found.stored;
      const record = { ...found.record, body: "" };
      chosen.push({ jobId: found.jobId, found: { ...found, record, stored } });
    }
    return chosen;
  }

  #arguments({ jobId, stored: { id, twin, orderKey } }: Found): string[] {
    return scriptArguments(jobId, { id, twin, orderKey }, this.#store.now);
  }

  async #sweep(): Promise<void> {
    const { rememberMs, warn } = this.#store.context;
    try {
      const gone = await this.#store.ask(() => this.#store.queue.clean(rememberMs, SWEEP_MOST, "completed"));
      if (gone.length > 0) {
        await this.#store.ask((commands) => commands.zrem(this.#store.keys.index, ...gone));
      }
    } catch (error) {
      if (!this.#isStopped) warn(toInboxError(error));
    }
  }
}

function among<State extends string>(
  { state }: { readonly state?: State | readonly State[] },
  allowed: readonly State[],
): readonly State[] {
  if (state === undefined) return allowed;
  const asked: readonly State[] = typeof state === "string" ? [state] : state;
  return allowed.filter((one) => asked.includes(one));
}
