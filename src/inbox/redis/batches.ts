import type { BatchJoin, BatchPart } from "../../model/batch.js";
import { batchDueAt, batchEntry } from "../batch.js";
import type { Claimed } from "../contract.js";
import type { BatchWriter } from "./batch-writer.js";
import { jobOf } from "./browse.js";
import type { RedisLease } from "./claimer.js";
import { hash, scriptArguments } from "./keys.js";
import type { RecordManager } from "./record-manager.js";
import type { RedisStore } from "./redis-store.js";

/** How often a batch is looked for: each time, another process may have closed the one that was found. */
const MOST_TRIES = 20;

interface NewBatch {
  readonly id: string;
  readonly jobId: string;
}

/** Puts events into batches. */
export class BatchJoiner {
  readonly #store: RedisStore;
  readonly #writer: BatchWriter;
  readonly #manager: RecordManager;

  constructor(store: RedisStore, writer: BatchWriter, manager: RecordManager) {
    this.#store = store;
    this.#writer = writer;
    this.#manager = manager;
  }

  async join(claimed: Claimed, part: BatchPart): Promise<BatchJoin> {
    let made: NewBatch | undefined;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const [state, jobId, batch, events, dueAt, wakesAt] = await this.#try(claimed, part, made);
      if (state === "none") {
        made = await this.#open(part);
        continue;
      }
      // Another process was faster; a batch without events runs nothing, so that it may also stay.
      if (made !== undefined && jobId !== made.jobId) {
        await this.#manager.drop({ ids: [made.id] }).catch((error: unknown) => this.#store.report(error));
      }
      if (state !== "joined") return { state: state === "known" ? "known" : "lost" };
      const joined = { state, batch: String(batch), events: Number(events), dueAt: Number(dueAt) } as const;
      if (joined.dueAt < Number(wakesAt)) await this.#wakeAt(String(jobId), joined.dueAt);
      return joined;
    }
    return { state: "lost" };
  }

  async #try(
    { record, lease }: Claimed,
    part: BatchPart,
    made: NewBatch | undefined,
  ): Promise<readonly unknown[]> {
    const { job, token } = lease as RedisLease;
    const { quietMs, maxWaitMs, maxEvents, maxBytes, keep } = part.limits;
    const { text: _text, utf8: _utf8, base64: _base64, ...facts } = job.data;
    return (await this.#store.run("earshotJoin", [
      ...scriptArguments(job.id ?? "", { id: record.id, orderKey: record.orderKey }, this.#store.now),
      token,
      part.group,
      hash(part.callback),
      made?.jobId ?? "",
      String(Math.floor(quietMs)),
      String(Math.floor(maxWaitMs)),
      String(maxEvents),
      String(maxBytes),
      keep,
      keep === "all" ? "" : JSON.stringify(facts),
      made?.id ?? "",
    ])) as readonly unknown[];
  }

  async #open(part: BatchPart): Promise<NewBatch> {
    const nowMs = this.#store.now;
    const progress = { openedAt: nowMs, lastAt: nowMs, events: 0, bytes: 0 };
    const entry = batchEntry(part, nowMs, batchDueAt(progress, part.limits));
    return { id: entry.id, jobId: await this.#writer.storeBatch(entry) };
  }

  /** BullMQ wakes a batch at the time of an earlier event. Only one that is full, or has other settings now, is due before. */
  async #wakeAt(jobId: string, dueAt: number): Promise<void> {
    const job = await jobOf(this.#store, jobId);
    if (job === undefined) return;
    const inMs = dueAt - this.#store.now;
    // It may be awake meanwhile; where Redis is away, it wakes at the earlier event's time.
    await this.#store.answer(inMs <= 0 ? job.promote() : job.changeDelay(inMs)).catch(() => undefined);
  }
}
