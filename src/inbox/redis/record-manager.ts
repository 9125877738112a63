import type { Timer } from "../../base/clock.js";
import { EarshotError } from "../../base/errors.js";
import type { InboxQuery } from "../contract.js";
import { browse, browseJobs, each, type FoundRecord, jobOf } from "./browse.js";
import { scriptArguments } from "./keys.js";
import type { RedisStore } from "./redis-store.js";
import { toReplay } from "./stored-record.js";
import type { Unmatched } from "./unmatched.js";

const SWEEP_MS = 60_000;
/** Removed at a time, which keeps Redis for some milliseconds. */
const SWEEP_MOST = 500;
/** Where there was as much as that, there may be more. */
const NEXT_SWEEP_MS = 50;
/** How long what is dropped stays known where the context does not say; the listeners' default. */
const REMEMBER_DROPPED_MS = 4 * 24 * 60 * 60 * 1000;

/** Does to records what people ask for, and removes those that are old. */
export class RecordManager {
  readonly deadLetters: DeadLetterLimits;
  readonly #store: RedisStore;
  readonly #unmatched: Unmatched;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(store: RedisStore, unmatched: Unmatched) {
    this.#store = store;
    this.#unmatched = unmatched;
    this.deadLetters = new DeadLetterLimits(store, (jobId, found) => this.#remove(jobId, found));
  }

  start(afterMs = SWEEP_MS): void {
    const { clock, dedupeWindowMs, unmatchedForMs = Number.POSITIVE_INFINITY } = this.#store.context;
    // A manager only browses: expiry is the listeners' task.
    if (!Number.isFinite(dedupeWindowMs)) return;
    this.#timer = clock.after(Math.min(afterMs, dedupeWindowMs, unmatchedForMs), () => {
      void this.#sweep().then((swept) => {
        if (!this.#isStopped) this.start(swept < SWEEP_MOST ? SWEEP_MS : NEXT_SWEEP_MS);
      });
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.clear();
    this.deadLetters.stop();
    this.#unmatched.stop();
  }

  async replay(query: InboxQuery): Promise<number> {
    let replayed = 0;
    const states = among(query, ["done", "dead", "unmatched"]);
    for (const { jobId, found } of await this.#chosen({ ...query, state: states })) {
      const state = JSON.stringify(toReplay(found.record, this.#store.now));
      replayed += Number(
        await this.#store.run("earshotRevive", [
          ...scriptArguments(jobId, found.stored, this.#store.now),
          state,
          "",
        ]),
      );
    }
    return replayed;
  }

  async drop(query: InboxQuery): Promise<number> {
    let dropped = 0;
    const states = among(query, ["waiting", "done", "dead", "unmatched"]);
    for (const { jobId, found } of await this.#chosen({ ...query, state: states })) {
      if (await this.#remove(jobId, found)) dropped += 1;
    }
    return dropped;
  }

  /** Wakes a record that has become the first of its line. Where that fails, it wakes by itself a little later. */
  async promote(jobId: string): Promise<void> {
    const job = await jobOf(this.#store, jobId);
    if (job === undefined) return;
    await this.#store.answer(job.promote()).catch(() => undefined);
  }

  /** @returns whether it was there, and not leased */
  async #remove(jobId: string, { stored }: Pick<FoundRecord, "stored">): Promise<boolean> {
    const { dedupeWindowMs: contextMs } = this.#store.context;
    const dedupeWindowMs = Number.isFinite(contextMs) ? contextMs : REMEMBER_DROPPED_MS;
    const [removed, next] = (await this.#store.run("earshotRemove", [
      ...scriptArguments(jobId, stored, this.#store.now),
      String(stored.keptAt + dedupeWindowMs),
      String(dedupeWindowMs),
    ])) as readonly [number, string];
    if (next !== "") await this.promote(next);
    return removed === 1;
  }

  /** All of them, without their bodies: what is done to the first must not change which come next. */
  async #chosen(query: InboxQuery): Promise<readonly { jobId: string; found: FoundRecord }[]> {
    const chosen: { jobId: string; found: FoundRecord }[] = [];
    for await (const found of browse(this.#store, query)) {
      const { text: _text, utf8: _utf8, base64: _base64, ...stored } = found.stored;
      const record = { ...found.record, body: "" };
      chosen.push({ jobId: found.jobId, found: { ...found, record, stored } });
    }
    return chosen;
  }

  /** @returns how many were removed */
  async #sweep(): Promise<number> {
    const { dedupeWindowMs } = this.#store.context;
    try {
      await this.#unmatched.expire();
      await this.deadLetters.hold();
      const gone = await this.#store.ask(() =>
        this.#store.queue.clean(dedupeWindowMs, SWEEP_MOST, "completed"),
      );
      if (gone.length > 0) {
        await this.#store.ask((commands) => commands.zrem(this.#store.keys.index, ...gone));
      }
      return gone.length;
    } catch (error) {
      if (!this.#isStopped) this.#store.report(error);
      return 0;
    }
  }
}

function among<State extends string>(
  { state }: { readonly state?: State | readonly State[] | undefined },
  allowed: readonly State[],
): readonly State[] {
  if (state === undefined) return allowed;
  const asked: readonly State[] = typeof state === "string" ? [state] : state;
  return allowed.filter((one) => asked.includes(one));
}

const PAGE = 200;
/** Several that become dead together are looked at once. */
const SOON_MS = 50;

/** Holds the dead-letter queue within its bounds. */
export class DeadLetterLimits {
  readonly #store: RedisStore;
  readonly #remove: (jobId: string, found: FoundRecord) => Promise<boolean>;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(store: RedisStore, remove: (jobId: string, found: FoundRecord) => Promise<boolean>) {
    this.#store = store;
    this.#remove = remove;
  }

  /** A record became dead: there may be one too many. */
  grew(): void {
    if (this.#timer !== undefined || this.#isStopped || !this.#isBound()) return;
    this.#timer = this.#store.context.clock.after(SOON_MS, () => {
      this.#timer = undefined;
      this.hold().catch((error: unknown) => this.#store.report(error));
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.clear();
  }

  /** Drops what is beyond the bounds, oldest first, and tells how many that were. */
  async hold(): Promise<void> {
    if (!this.#isBound()) return;
    let dropped = 0;
    for (const jobId of await this.#beyond()) {
      if (this.#isStopped) break;
      const [found] = await browseJobs(this.#store, [jobId], { state: "dead" });
      if (found !== undefined && (await this.#remove(jobId, found))) dropped += 1;
    }
    if (dropped === 0) return;
    this.#store.context.warn(
      new EarshotError(
        "ERR_DEAD_LETTERS_DROPPED",
        `${dropped} of the oldest dead-lettered ${dropped === 1 ? "event was" : "events were"} dropped from Redis: there are more, larger or older ones than \`deadLetters\` allows.`,
      ),
    );
  }

  #isBound(): boolean {
    const { records, bytes, ageMs } = this.#store.context.deadLimits ?? {};
    return [records, bytes, ageMs].some((limit) => limit !== undefined && Number.isFinite(limit));
  }

  /** The jobs that are beyond one of the bounds, oldest first. */
  async #beyond(): Promise<readonly string[]> {
    const {
      records = Number.POSITIVE_INFINITY,
      bytes = Number.POSITIVE_INFINITY,
      ageMs = Number.POSITIVE_INFINITY,
    } = this.#store.context.deadLimits ?? {};
    const { failed } = this.#store.keys;
    const oldest = this.#store.now - ageMs;
    let left = bytes;
    let count = 0;
    const beyond: string[] = [];
    // From the newest to the oldest; once a bound is reached, all that follow are beyond it.
    for (let from = 0; ; from += PAGE) {
      const page = await this.#store.ask((commands) =>
        commands.zrevrangebyscore(failed, "+inf", "-inf", "WITHSCORES", "LIMIT", from, PAGE),
      );
      const dead = await this.#look(page);
      for (const { jobId, diedAt, size } of dead) {
        count += 1;
        left -= size;
        const isBeyond = beyond.length > 0 || count > records || left < 0;
        if (isBeyond || diedAt < oldest) beyond.push(jobId);
      }
      if (dead.length < PAGE) return beyond.reverse();
    }
  }

  /**
   * Those that became dead in one millisecond come in the order in which they were stored.
   * Records of an earlier version have no size: their data is a little larger than their body.
   */
  async #look(page: readonly string[]): Promise<readonly Dead[]> {
    const { index } = this.#store.keys;
    const jobIds = page.filter((_, at) => at % 2 === 0);
    const answers = await each(this.#store, jobIds, (batch, key, jobId) => {
      batch.hget(key, "size");
      batch.hstrlen(key, "data");
      batch.zscore(index, jobId);
    });
    return jobIds
      .map((jobId, at) => ({
        jobId,
        diedAt: Number(page[at * 2 + 1]),
        size: Number(answers[at * 3] ?? answers[at * 3 + 1] ?? 0),
        number: Number(answers[at * 3 + 2] ?? 0),
      }))
      .sort((a, b) => b.diedAt - a.diedAt || b.number - a.number);
  }
}

interface Dead {
  readonly jobId: string;
  /** Epoch milliseconds. */
  readonly diedAt: number;
  /** Bytes of its body. */
  readonly size: number;
  readonly number: number;
}
