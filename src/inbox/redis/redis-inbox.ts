import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import type { BatchJoin, BatchPart } from "../../model/batch.js";
import type {
  Claimed,
  Entry,
  Failure,
  Inbox,
  InboxContext,
  InboxCounts,
  InboxQuery,
  InboxRecord,
  KeyClaim,
  Outcome,
  StepResult,
  StoredPage,
  StoreResult,
} from "../contract.js";
import { expectationTrigger } from "../expectation.js";
import type { MetadataList } from "../metadata.js";
import { OneUser } from "../one-user.js";
import { withStep } from "../steps.js";
import { BatchWriter } from "./batch-writer.js";
import { BatchJoiner } from "./batches.js";
import { browse, storedAfter } from "./browse.js";
import { Claimer, LeaseReclaimer, moveEnded, type RedisLease } from "./claimer.js";
import type { RedisSettings } from "./connect.js";
import { hash, scriptArguments } from "./keys.js";
import { RecordManager } from "./record-manager.js";
import { answerInTime, isLostLease, toInboxError } from "./redis-errors.js";
import { RedisStore } from "./redis-store.js";
import { ServerWatch } from "./server-watch.js";
import { afterAttempt, progressOf } from "./stored-record.js";
import { Unmatched } from "./unmatched.js";

/** How long an answer is waited for that says whether Redis is ready, milliseconds. */
const READY_MS = 900;
/** Longer than any retry is put off: a key that a record has is not forgotten before the record, milliseconds. */
const KEY_HELD_MS = 400 * 24 * 60 * 60 * 1000;

/** What there is between `open` and `close`. */
interface Opened {
  readonly store: RedisStore;
  readonly writer: BatchWriter;
  readonly joiner: BatchJoiner;
  readonly claimer: Claimer;
  readonly manager: RecordManager;
  readonly reclaimer: LeaseReclaimer;
  readonly unmatched: Unmatched;
}

/** See {@link redisInbox}. */
export class RedisInbox implements Inbox {
  readonly kind = "redis";
  readonly durable = true;

  readonly #settings: RedisSettings;
  #opened: Opened | undefined;
  readonly #user = new OneUser();

  constructor(settings: RedisSettings) {
    this.#settings = settings;
  }

  open(context: InboxContext): Promise<void> {
    const name = `The inbox with the prefix ${JSON.stringify(this.#settings.prefix)}`;
    const remedy = "Call redisInbox() once for each: with one prefix, they share the events.";
    return this.#user.open(name, remedy, () => this.#open(context));
  }

  async #open(context: InboxContext): Promise<void> {
    const store = await RedisStore.open(this.#settings, context);
    const watch = new ServerWatch(store);
    try {
      await watch.start();
    } catch (error) {
      await store.close();
      throw error;
    }
    store.watch = watch;
    const claimer = new Claimer(store);
    const unmatched = new Unmatched(store, claimer);
    const manager = new RecordManager(store, unmatched);
    manager.start();
    const reclaimer = new LeaseReclaimer(store);
    reclaimer.start();
    const writer = new BatchWriter(store);
    const joiner = new BatchJoiner(store, writer, manager);
    this.#opened = { store, writer, joiner, claimer, manager, reclaimer, unmatched };
  }

  async store(entry: Entry, _claim: boolean): Promise<StoreResult> {
    return await this.#use().writer.store(entry);
  }

  async deadLetter(entry: Entry, failure: Failure): Promise<void> {
    const { writer, manager } = this.#use();
    await writer.deadLetter(entry, failure);
    manager.deadLetters.grew();
  }

  async claim(max: number, signal: AbortSignal): Promise<readonly Claimed[]> {
    return await this.#use().claimer.claim(max, signal);
  }

  async renew(claimed: readonly Claimed[]): Promise<readonly Claimed[]> {
    const { store, claimer } = this.#use();
    const { leaseMs } = store.context;
    for (const { lease } of claimed) {
      if ((lease as RedisLease).isSuspect) await claimer.suspect(lease as RedisLease, "renew");
    }
    const held = await store.answer(
      Promise.all(
        claimed.map(({ lease }) => {
          const { job, token } = lease as RedisLease;
          return job.extendLock(token, leaseMs);
        }),
      ),
    );
    const ended = claimed.filter((_, at) => Number(held[at]) !== 1);
    const again = await Promise.all(ended.map(({ lease }) => claimer.leaseAgain(lease as RedisLease)));
    return ended.filter((_, at) => !again[at]);
  }

  /**
   * Two steps. The note is the one that counts: from then on the record has ended as it says, for every copy, every
   * line and every query. Should the process die before BullMQ has moved the job, the job's lease runs out, and
   * the process that gets the job then moves it to where the note says, without running it.
   */
  async settle({ record, lease }: Claimed, outcome: Outcome): Promise<boolean> {
    const { store, claimer, manager } = this.#use();
    const { job, token, isSuspect } = lease as RedisLease;
    const { data } = job;
    const nowMs = store.now;
    const { dedupeWindowMs } = store.context;
    const before = progressOf(data, job.progress);
    const state = afterAttempt(record, before, outcome, nowMs, job.stalledCounter);
    const args = [
      ...scriptArguments(job.id ?? "", data, nowMs),
      token,
      outcome.state,
      JSON.stringify(state),
      String(data.keptAt + dedupeWindowMs),
      String(dedupeWindowMs),
      (outcome.doneKeys ?? []).map(({ key, until }) => `${hash(key)} ${Math.ceil(until)}`).join(" "),
    ];
    const note = async () => (await store.run("earshotSettle", args)) as readonly [number, string];
    let answer = await note();
    if (answer[0] === 0 && (await claimer.leaseAgain(lease as RedisLease))) answer = await note();
    const nextSuspect = isSuspect ? await claimer.suspect(lease as RedisLease, "leave").catch(() => "") : "";
    if (answer[0] === 0) return false;
    const moves: Promise<void>[] = [];
    if (outcome.state === "retry") moves.push(again(job, token, outcome.dueAt, nowMs));
    else if (outcome.state !== "unmatched") moves.push(moveEnded(job, token, outcome.state));
    if (outcome.state === "dead") manager.deadLetters.grew();
    for (const next of [answer[1], nextSuspect]) {
      if (typeof next === "string" && next !== "") moves.push(manager.promote(next));
    }
    // It is noted: what cannot be moved now will be, when its lease has run out.
    await store.answer(Promise.all(moves)).catch((error: unknown) => {
      if (!isLostLease(error) && !isLostLease((error as Error).cause)) store.report(error);
    });
    return true;
  }

  /** Steps stand in the job's progress, so that they come with each claim. Each write has all of them. */
  async storeStep({ lease }: Claimed, step: StepResult): Promise<boolean> {
    const { store } = this.#use();
    const { job, token } = lease as RedisLease;
    const before = progressOf(job.data, job.progress);
    // At once: a step that ends beside this one writes this one too.
    const state = { ...before, steps: withStep(before.steps, step) };
    job.progress = state;
    const args = [...scriptArguments(job.id ?? "", job.data, store.now), token, JSON.stringify(state)];
    return Number(await store.run("earshotStep", args)) === 1;
  }

  async claimKey({ lease }: Claimed, key: string): Promise<KeyClaim> {
    const { store } = this.#use();
    const { job, token } = lease as RedisLease;
    const args = [
      ...scriptArguments(job.id ?? "", job.data, store.now),
      token,
      hash(key),
      String(KEY_HELD_MS),
    ];
    return (await store.run("earshotClaimKey", args)) as KeyClaim;
  }

  async join(claimed: Claimed, part: BatchPart): Promise<BatchJoin> {
    return await this.#use().joiner.join(claimed, part);
  }

  async openBatches(): Promise<number> {
    const { store } = this.#use();
    return await store.ask((commands) => commands.zcard(store.keys.batches));
  }

  async unmatched(
    after: string | undefined,
    max: number,
    triggerNames: readonly string[] | undefined,
  ): Promise<{ readonly records: readonly InboxRecord[]; readonly next: string }> {
    return await this.#use().unmatched.list(after, max, triggerNames);
  }

  async claimUnmatched(ids: readonly string[]): Promise<readonly Claimed[]> {
    return await this.#use().unmatched.claimUnmatched(ids);
  }

  async ready(): Promise<{ readonly ready: boolean; readonly reason?: string | undefined }> {
    try {
      const { store } = this.#use();
      const { base, queue } = store.keys;
      const { maxPending, maxPendingBytes = Number.POSITIVE_INFINITY, clock } = store.context;
      const limits = [String(maxPending), Number.isFinite(maxPendingBytes) ? String(maxPendingBytes) : ""];
      const asked = store.commands.earshotReady(base, queue, String(store.now), "", "", "", "", ...limits);
      const reason = await answerInTime(clock, asked, READY_MS).catch((error: unknown) => {
        const failure = toInboxError(error);
        store.writeFailed(failure);
        throw failure;
      });
      return reason === "" ? { ready: true } : { ready: false, reason: String(reason) };
    } catch (error) {
      return { ready: false, reason: messageOf(error) };
    }
  }

  /** One limit for all processes: BullMQ's own is for a whole queue, and so for all callbacks together. */
  async admit(name: string, events: number, perMs: number): Promise<number> {
    const args = [hash(name), String(events), String(Math.ceil(perMs))];
    return Number(await this.#use().store.run("earshotAdmit", args));
  }

  async release(claimed: readonly Claimed[]): Promise<void> {
    const { store, claimer } = this.#use();
    await store.answer(claimer.giveBack(claimed.map(({ lease }) => lease as RedisLease)));
  }

  async counts(): Promise<InboxCounts> {
    const { store } = this.#use();
    const { wait, paused, delayed, active, completed, failed } = (await store.ask(() =>
      store.queue.getJobCounts("wait", "paused", "delayed", "active", "completed", "failed"),
    )) as Record<string, number>;
    return {
      waiting: (wait ?? 0) + (paused ?? 0) + (delayed ?? 0),
      running: active ?? 0,
      done: completed ?? 0,
      dead: failed ?? 0,
      unmatched: await store.ask((commands) => commands.zcard(store.keys.unmatched)),
    };
  }

  /** Of those that are due or running, and of the next that wait for their time. */
  async oldestPending(): Promise<number | undefined> {
    const { store } = this.#use();
    const jobs = await store.ask(() => store.queue.getJobs(["wait", "active", "delayed"], 0, 0, true));
    const times = jobs.flatMap((job) =>
      job === undefined || job.data.triggerName === expectationTrigger ? [] : job.timestamp,
    );
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async *find(query: InboxQuery): AsyncGenerator<InboxRecord> {
    for await (const { record } of browse(this.#use().store, query)) yield record;
  }

  async storedAfter(after: number, max: number): Promise<StoredPage> {
    return await storedAfter(this.#use().store, after, max);
  }

  async replay(query: InboxQuery): Promise<number> {
    return await this.#use().manager.replay(query);
  }

  async drop(query: InboxQuery): Promise<number> {
    return await this.#use().manager.drop(query);
  }

  async readMetadata(name: string): Promise<string | undefined> {
    const { store } = this.#use();
    return (await store.ask((commands) => commands.hget(store.keys.marks, name))) ?? undefined;
  }

  async writeMetadata(name: string, value: string): Promise<void> {
    const { store } = this.#use();
    // Not by an object: a name may be __proto__.
    await store.ask((commands) => commands.hset(store.keys.marks, name, value));
  }

  async replaceMetadata(name: string, expected: string | undefined, value: string): Promise<boolean> {
    const { store } = this.#use();
    const isNew = expected === undefined ? "1" : "";
    return (await store.run("earshotReplace", [name, value, expected ?? "", isNew])) === 1;
  }

  async listMetadata(prefix: string): Promise<MetadataList> {
    const { store } = this.#use();
    const all = await store.ask((commands) => commands.hgetall(store.keys.marks));
    return Object.entries(all).filter(([name]) => name.startsWith(prefix));
  }

  async deleteMetadata(name: string): Promise<void> {
    const { store } = this.#use();
    await store.ask((commands) => commands.hdel(store.keys.marks, name));
  }

  close(): Promise<void> {
    return this.#user.close(() => this.#close());
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened === undefined) return;
    const { store, writer, claimer, manager, reclaimer } = opened;
    manager.stop();
    reclaimer.stop();
    await claimer.close();
    await writer.idle();
    await store.close();
  }

  #use(): Opened {
    if (this.#opened === undefined) {
      const when = this.#user.wasClosed ? "closed" : "not open";
      throw new EarshotError("ERR_INBOX_UNAVAILABLE", `The inbox is ${when}.`);
    }
    return this.#opened;
  }
}

async function again(job: RedisLease["job"], token: string, dueAt: number, nowMs: number): Promise<void> {
  // At once is at once, and before what was stored later.
  if (dueAt <= nowMs) await job.moveToWait(token);
  else await job.moveToDelayed(dueAt, token);
}
