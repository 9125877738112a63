import type { Timer } from "../../base/clock.js";
import { EarshotError } from "../../base/errors.js";
import { browseJobs, each, type Found } from "./browse.js";
import type { Store } from "./store.js";

const PAGE = 200;
/** Several that become dead together are looked at once. */
const SOON_MS = 50;

/** Holds the dead-letter queue within its bounds. */
export class DeadLetters {
  readonly #store: Store;
  readonly #remove: (jobId: string, found: Found) => Promise<boolean>;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(store: Store, remove: (jobId: string, found: Found) => Promise<boolean>) {
    this.#store = store;
    this.#remove = remove;
  }

  /** A record became dead: there may be one too many. */
  grew(): void {
    if (this.#timer !== undefined || this.#isStopped || !this.#isBound()) return;
    this.#timer = this.#store.context.clock.after(SOON_MS, () => {
      this.#timer = undefined;
      this.hold().catch((error: unknown) => this.#store.tell(error));
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
