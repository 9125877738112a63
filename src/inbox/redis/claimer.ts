import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { sleep, type Timer } from "../../base/clock.js";
import { EarshotError } from "../../base/errors.js";
import { isBatch } from "../batch.js";
import type { Claimed } from "../contract.js";
import { withMembers } from "./batch-members.js";
import { hashFields, scriptArguments } from "./keys.js";
import { isLostLease, toInboxError } from "./redis-errors.js";
import type { EventJob, RedisStore } from "./redis-store.js";
import { progressOf, toRecord } from "./stored-record.js";

/** The lease of this inbox. */
export interface RedisLease {
  readonly job: EventJob;
  /** BullMQ's lock has it as its value; a new one for each claim of a record. */
  readonly token: string;
  /** Whether it has crashed, so that no other such record is leased meanwhile. */
  readonly isSuspect?: boolean;
}

interface Waiting {
  readonly max: number;
  readonly resolve: (claimed: readonly Claimed[]) => void;
}

/** A record that is not first in its line is looked at again after this, and this more for each before it. */
const PARK_MS = 10_000;
const PARK_PER_PLACE_MS = 200;
const LONGEST_PARK_MS = 300_000;
/** A record that has crashed, and waits for another such, is looked at again after this; mostly it is woken before. */
const SUSPECT_PARK_MS = 2000;
const AFTER_TROUBLE_MS = 500;
const MOST_AT_ONCE = 32;
/** How often a fetch is woken at the end, and how many of Redis' answers it then has for itself. */
const MOST_WAKES = 20;
const ANSWERS_PER_FETCH = 20;

/**
 * Takes jobs out of the queue, one fetch at a time: BullMQ's worker blocks on one connection, and cannot be told to
 * stop. What a fetch brings when no caller waits any more goes back to where it was.
 */
export class Claimer {
  readonly #store: RedisStore;
  #waiting: Waiting[] = [];
  #isFetching = false;
  #batch = 1;
  #isClosed = false;
  readonly #owner: string;

  constructor(store: RedisStore) {
    this.#store = store;
    this.#owner = store.context.owner ?? `${hostname()}:${process.pid}`;
  }

  /** The token of a lease, unlike any other; it names the process that holds it. */
  newToken(): string {
    return `${randomUUID()}@${this.#owner}`;
  }

  claim(max: number, signal: AbortSignal): Promise<readonly Claimed[]> {
    if (signal.aborted || this.#isClosed || max <= 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      const waiting: Waiting = {
        max,
        resolve(claimed) {
          signal.removeEventListener("abort", onAbort);
          resolve(claimed);
        },
      };
      const onAbort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        resolve([]);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiting);
      if (!this.#isFetching) void this.#fetch();
    });
  }

  async giveBack(leases: readonly RedisLease[]): Promise<void> {
    // Each goes to the front, so the oldest goes last.
    for (const lease of [...leases].reverse()) {
      const { job, token } = lease;
      if (lease.isSuspect) await this.suspect(lease, "leave").catch(() => undefined);
      await job.moveToWait(token).catch((error: unknown) => {
        if (!isLostLease(error)) throw error;
      });
    }
  }

  /**
   * Ends the fetch under way, so that what it has leased goes back and need not wait for its lease to run out. It may be
   * blocked: a marker wakes the client that has been blocked longest, and so all of them in turn.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve([]);
    const { marker } = this.#store.keys;
    try {
      for (let wakes = 0; this.#isFetching && wakes < MOST_WAKES; wakes += 1) {
        await this.#store.ask((commands) => commands.zadd(marker, 0, "0"));
        // The time that a fetch takes is that of Redis' answers, too.
        for (let asked = 0; this.#isFetching && asked < ANSWERS_PER_FETCH; asked += 1) {
          await this.#store.ask((commands) => commands.ping());
        }
      }
    } catch {
      // Redis is away: nothing can be given back.
    }
  }

  async #fetch(): Promise<void> {
    this.#isFetching = true;
    while (this.#waiting.length > 0 && !this.#isClosed) {
      try {
        const claimed = await this.#some(Math.min(this.#waiting[0]?.max ?? 1, MOST_AT_ONCE));
        if (claimed.length > 0) await this.#deliver(claimed);
      } catch (error) {
        if (this.#isClosed) break;
        this.#store.report(error);
        this.#store.writeFailed(toInboxError(error));
        await sleep(this.#store.context.clock, AFTER_TROUBLE_MS);
      }
    }
    // In the same turn as the last look at who waits: the next caller begins anew.
    this.#isFetching = false;
  }

  async #some(max: number): Promise<readonly Claimed[]> {
    const first = await this.#next(true);
    if (first === undefined) {
      this.#batch = 1;
      return [];
    }
    // As many more as were there the last time, and then twice as many: asking an empty queue costs, too.
    const more = Math.min(max - 1, this.#batch);
    const rest = await Promise.all(Array.from({ length: more }, () => this.#next(false)));
    const leases = [first, ...rest].filter((lease) => lease !== undefined);
    this.#batch =
      leases.length > more ? Math.min(this.#batch * 2, MOST_AT_ONCE) : Math.max(1, leases.length - 1);
    const all = await Promise.all(
      leases.map((lease) => this.#admit(lease).catch((error) => this.#leave(error))),
    );
    const admitted = all.filter((claimed) => claimed !== undefined);
    return await this.stillHeld(admitted);
  }

  /** Those whose leases have not run out while Redis' answers were on their way. */
  async stillHeld(claimed: readonly Claimed[]): Promise<readonly Claimed[]> {
    const held = await Promise.all(claimed.map(({ lease }) => this.#isHeld(lease as RedisLease)));
    return claimed.filter((_, at) => held[at]);
  }

  /**
   * Where Redis was away, or this process stood still, a lease may have run out before it arrived here: another process has
   * the record then. One that is not young is renewed first.
   */
  async #isHeld({ job, token }: RedisLease): Promise<boolean> {
    const { clock, leaseMs } = this.#store.context;
    const freshMs = leaseMs / 3;
    // BullMQ's own time of asking for the job, so the lease is no older.
    if (Math.abs(this.#store.now - (job.processedOn ?? 0)) < freshMs) return true;
    const askedAt = clock.monotonic();
    const renewed = await this.#store.answer(job.extendLock(token, leaseMs)).catch(() => 0);
    return renewed === 1 && clock.monotonic() - askedAt < freshMs;
  }

  async #next(block: boolean): Promise<RedisLease | undefined> {
    const token = this.newToken();
    const job: EventJob | undefined = await this.#store.worker.getNextJob(token, { block });
    if (job === undefined) return undefined;
    this.#store.recovered();
    return { job, token };
  }

  /** A job that could not be looked at is free again when its lease runs out. */
  #leave(error: unknown): undefined {
    if (!isLostLease(error)) this.#store.report(error);
  }

  /** What may run goes on; what may not goes to where it belongs. */
  async #admit(lease: RedisLease): Promise<Claimed | undefined> {
    const { job, token } = lease;
    const { data } = job;
    if (typeof data.id !== "string") {
      await this.#discard(job);
      return undefined;
    }
    const state = progressOf(data, job.progress);
    const nowMs = this.#store.now;
    if (state.ended !== undefined) {
      await moveEnded(job, token, state.ended);
      return undefined;
    }
    // Of a batch that has not run, the events say when it is due: see `#whole`.
    const isNewBatch = isBatch(data) && typeof job.progress !== "object";
    if (state.dueAt > nowMs && !isNewBatch) {
      await job.moveToDelayed(state.dueAt, token);
      return undefined;
    }
    if (data.orderKey !== undefined) {
      const before = Number(await this.#store.run("earshotGate", scriptArguments(job.id ?? "", data, nowMs)));
      if (before > 0) {
        const pauseMs = Math.min(PARK_MS + before * PARK_PER_PLACE_MS, LONGEST_PARK_MS);
        await job.moveToDelayed(this.#store.now + pauseMs, token);
        return undefined;
      }
    }
    return await this.lastCheck(lease);
  }

  /** Of records that have crashed, one is leased at a time: the one at fault then ends its process without others. */
  async lastCheck(lease: RedisLease): Promise<Claimed | undefined> {
    const { job, token } = lease;
    const record = toRecord(job.data, progressOf(job.data, job.progress), "running", job.stalledCounter);
    if (record.crashes === 0) return await this.#whole({ record, lease });
    const suspect: RedisLease = { job, token, isSuspect: true };
    if (Number(await this.suspect(suspect, "enter")) === 1) {
      return await this.#whole({ record, lease: suspect });
    }
    await job.moveToDelayed(this.#store.now + SUSPECT_PARK_MS, token);
    return undefined;
  }

  /** With its members, where it is a batch: it takes no more of them. `undefined` where it is due later. */
  async #whole(claimed: Claimed): Promise<Claimed | undefined> {
    const { record } = claimed;
    if (!isBatch(record)) return claimed;
    const { job, token } = claimed.lease as RedisLease;
    const args = [...scriptArguments(job.id ?? "", job.data, this.#store.now), token];
    const answer = await this.#store.run("earshotCloseBatch", args);
    const fields = hashFields(answer);
    if (fields !== undefined) return { ...claimed, record: withMembers(record, fields) };
    const dueAt = Number(answer);
    if (dueAt > 0) await job.moveToDelayed(dueAt, token);
    return undefined;
  }

  /** @returns whether a lease that ran out is held again, since no other has claimed the record */
  async leaseAgain({ job, token }: RedisLease): Promise<boolean> {
    const { context, now } = this.#store;
    const args = [...scriptArguments(job.id ?? "", job.data, now), token, String(context.leaseMs)];
    const claim = String(job.attemptsStarted);
    return Number(await this.#store.run("earshotLeaseAgain", [...args, claim])) === 1;
  }

  async suspect({ job, token }: RedisLease, step: "enter" | "renew" | "leave"): Promise<unknown> {
    return await this.#store.run("earshotSuspect", [
      ...scriptArguments(job.id ?? "", job.data, this.#store.now),
      token,
      String(this.#store.context.leaseMs),
      step,
    ]);
  }

  /** Its name stood in the queue, and its data is gone: nothing of it can run. */
  async #discard(job: EventJob): Promise<void> {
    const store = this.#store;
    const removed = await store.run("earshotDiscard", [String(store.now), job.id ?? "", "", "", ""]);
    if (Number(removed) !== 1) return;
    store.context.warn(
      new EarshotError(
        "ERR_INBOX_CORRUPT",
        `The data of an acknowledged event is gone from Redis: the key ${store.keys.job(job.id ?? "")} was deleted or evicted. It cannot run.`,
      ),
    );
  }

  async #deliver(claimed: readonly Claimed[]): Promise<void> {
    const next = this.#waiting[0];
    // Who asked for them may have gone meanwhile, and who is next may want fewer.
    const forNext = next === undefined ? [] : claimed.slice(0, next.max);
    if (next !== undefined) {
      this.#waiting.shift();
      next.resolve(forNext);
    }
    const left = claimed.slice(forNext.length).map(({ lease }) => lease as RedisLease);
    if (left.length > 0) await this.#store.answer(this.giveBack(left)).catch(() => undefined);
  }
}

/** Moves a job to where BullMQ keeps those that ended. */
export async function moveEnded(job: EventJob, token: string, ended: "done" | "dead"): Promise<void> {
  if (ended === "done") await job.moveToCompleted(null, token, false);
  else await job.moveToFailed(new Error("see the failures in the job's progress"), token, false);
}

interface Times {
  readonly wall: number;
  readonly monotonic: number;
}

/**
 * Has BullMQ look for jobs whose lease ran out, time and again. BullMQ's own timer for this may be set once more
 * while its worker closes, and then holds the process.
 */
export class LeaseReclaimer {
  readonly #store: RedisStore;
  readonly #everyMs: number;
  #timer: Timer | undefined;
  #isStopped = false;
  #lookedAt: Times | undefined;

  constructor(store: RedisStore) {
    this.#store = store;
    this.#everyMs = store.worker.opts.stalledInterval ?? 5000;
  }

  start(): void {
    if (this.#hasSlept()) {
      // The holders of all leases may have slept, too: each of them renews within the time of a lease.
      this.#timer = this.#store.context.clock.after(this.#store.context.leaseMs, () => this.start());
      return;
    }
    this.#store.watch?.look();
    this.#store
      .answer(this.#store.worker.scripts.moveStalledJobsToWait())
      .catch((error: unknown) => this.#store.report(error))
      .then(() => {
        if (this.#isStopped) return;
        const { clock } = this.#store.context;
        this.#lookedAt = { wall: clock.now(), monotonic: clock.monotonic() };
        this.#timer = clock.after(this.#everyMs, () => this.start());
      });
  }

  /** Whether this process, or its machine, stood still since the last look, long enough for leases to run out. */
  #hasSlept(): boolean {
    const before = this.#lookedAt;
    // Told once: a process that is always late still looks at every other time.
    this.#lookedAt = undefined;
    if (before === undefined) return false;
    const { clock, leaseMs } = this.#store.context;
    // The monotonic clock stands still while a machine sleeps; the wall clock may be set back.
    const elapsedMs = Math.max(clock.now() - before.wall, clock.monotonic() - before.monotonic);
    return elapsedMs - this.#everyMs > leaseMs / 2;
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.clear();
  }
}
