import type { Claimed, InboxRecord } from "../contract.js";
import { UnmatchedExpiry } from "../unmatched-expiry.js";
import { browseJobs, each } from "./browse.js";
import type { Claimer } from "./claimer.js";
import { hashFields, scriptArguments } from "./keys.js";
import type { RedisStore } from "./redis-store.js";
import { toExpiredUnmatched } from "./stored-record.js";

const PAGE = 200;
/** Given up at a time. */
const MOST_GIVEN_UP = 200;

/** Records that no callback has asked for yet. */
export class Unmatched {
  readonly #store: RedisStore;
  readonly #claimer: Claimer;
  readonly #expiry: UnmatchedExpiry;

  constructor(store: RedisStore, claimer: Claimer) {
    this.#store = store;
    this.#claimer = claimer;
    this.#expiry = new UnmatchedExpiry("Redis", store.context.warn);
  }

  async list(
    after: string | undefined,
    max: number,
    triggerNames: readonly string[] | undefined,
  ): Promise<{ readonly records: readonly InboxRecord[]; readonly next: string }> {
    const { keys } = this.#store;
    const names =
      triggerNames === undefined ? undefined : new Set(triggerNames.map((name) => name.toUpperCase()));
    const chosen: string[] = [];
    let next = after ?? "0";
    for (let isEnd = false; !isEnd && chosen.length < max; ) {
      const page = await this.#store.ask((commands) =>
        commands.zrangebyscore(keys.unmatched, `(${next}`, "+inf", "WITHSCORES", "LIMIT", 0, PAGE),
      );
      const jobIds = page.filter((_, at) => at % 2 === 0);
      const found = await each(this.#store, jobIds, (batch, key) => batch.hget(key, "name"));
      isEnd = jobIds.length < PAGE;
      // An operator deleted their keys.
      const gone = jobIds.filter((_, at) => typeof found[at] !== "string");
      if (gone.length > 0) await this.#store.ask((commands) => commands.zrem(keys.unmatched, ...gone));
      for (const [at, jobId] of jobIds.entries()) {
        if (chosen.length >= max) break;
        next = String(page[at * 2 + 1]);
        const name = found[at];
        if (typeof name !== "string") continue;
        if (names === undefined || names.has(name.toUpperCase())) chosen.push(jobId);
      }
    }
    const all = await browseJobs(this.#store, chosen, { state: "unmatched" });
    return { records: all.map(({ record }) => record), next };
  }

  async claimUnmatched(ids: readonly string[]): Promise<readonly Claimed[]> {
    const { clock, leaseMs } = this.#store.context;
    const claimed: Claimed[] = [];
    // One after the other: where Redis is slow, the first leases would run out before the last is taken.
    const endsAt = clock.monotonic() + leaseMs / 3;
    try {
      for (const id of new Set(ids)) {
        if (claimed.length > 0 && clock.monotonic() >= endsAt) break;
        claimed.push(...(await this.#claim(id)));
      }
    } catch (error) {
      // Those that are leased run all the same; the others are found again.
      if (claimed.length === 0) throw error;
      this.#store.report(error);
    }
    return await this.#claimer.stillHeld(claimed);
  }

  async #claim(id: string): Promise<readonly Claimed[]> {
    const claimed: Claimed[] = [];
    const jobIds = await this.#store.ask((commands) => commands.zrange(this.#store.keys.identity(id), 0, -1));
    const found = await browseJobs(this.#store, jobIds, { state: "unmatched" });
    for (const { jobId, record, stored } of found) {
      if (record.id !== id) continue;
      const token = this.#claimer.newToken();
      const hash = await this.#store.run("earshotClaimUnmatched", [
        ...scriptArguments(jobId, stored, this.#store.now),
        token,
        String(this.#store.context.leaseMs),
      ]);
      const fields = hashFields(hash);
      if (fields === undefined) continue;
      const one = await this.#claimer.lastCheck({ job: this.#store.jobFrom(fields, jobId), token });
      if (one !== undefined) claimed.push(one);
    }
    return claimed;
  }

  /** Settles those as done that were left for others long enough, and reports how many. */
  async expire(): Promise<void> {
    const { unmatchedForMs, dedupeWindowMs } = this.#store.context;
    if (unmatchedForMs === undefined || !Number.isFinite(unmatchedForMs)) return;
    const nowMs = this.#store.now;
    const jobIds = await this.#store.ask((commands) =>
      commands.zrange(this.#store.keys.unmatched, 0, MOST_GIVEN_UP - 1),
    );
    const times = await each(this.#store, jobIds, (batch, key) => batch.hget(key, "unmatchedAt"));
    const old = jobIds.filter((_, at) => Number(times[at] ?? 0) <= nowMs - unmatchedForMs);
    let expired = 0;
    for (const { jobId, record, stored } of await browseJobs(this.#store, old, { state: "unmatched" })) {
      expired += Number(
        await this.#store.run("earshotExpireUnmatched", [
          ...scriptArguments(jobId, stored, nowMs),
          JSON.stringify(toExpiredUnmatched(record, nowMs)),
          String(stored.keptAt + dedupeWindowMs),
          String(dedupeWindowMs),
        ]),
      );
    }
    this.#expiry.add(expired, nowMs);
  }

  /** What was not reported yet. */
  stop(): void {
    this.#expiry.report(this.#store.now);
  }
}
