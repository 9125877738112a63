import { randomUUID } from "node:crypto";
import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import { type Entry, type Failure, FULL_RETRY_MS, type StoreResult } from "../contract.js";
import { browse, browseJobs } from "./browse.js";
import { entryArguments, scriptArguments } from "./keys.js";
import { isStoreWide, toInboxError } from "./redis-errors.js";
import type { RedisStore } from "./redis-store.js";
import { toDeadLetter, toRedelivery, toStored } from "./stored-record.js";

/** Entries in one transaction: while it runs, Redis does nothing else. */
const MOST_AT_ONCE = 64;

/** Transactions under way: Redis has the next one at hand when it has done one. */
const MOST_IN_FLIGHT = 4;
/** Entries for which it is worth to begin another. */
const ENOUGH = 16;

/** Content is known for this much longer than an identity, milliseconds: four days. */
const CONTENT_SLACK_MS = 4 * 24 * 60 * 60 * 1000;
/** Bodies beyond this do not fit into one value of Redis, JSON's escapes included. */
const LONGEST_BODY = 200 * 1024 * 1024;
/** Bytes are counted anew where they say full, at most this often, milliseconds. */
const RECOUNT_MS = 5000;

const NEW = 2;
const TOO_MANY = 3;
const DUPLICATE_BY_CONTENT = 4;
const TOO_MANY_BYTES = 6;

/** One of the numbers, or the job of the dead record that is to be due again. */
type StoreDecision = number | string;

/** An entry that is being written. */
interface PendingEntry {
  readonly entry: Entry;
  /** The state of a record that is dead from the start, else empty. */
  readonly dead: string;
  readonly jobId: string;
  readonly args: readonly string[];
  readonly resolve: (decision: StoreDecision) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores what is new.
 *
 * Entries that come while a transaction is under way go together in the next one: Redis then writes and flushes its
 * file once for all of them.
 *
 * Identity and job are written in one transaction (MULTI): a script of ours, which decides and writes the
 * identities; BullMQ's add for each entry; and a script of ours again, which looks whether both are there and else
 * removes either. Redis runs a transaction without anything in between, and writes it to its append-only file as one
 * block, of which a half is thrown away on restart: so there is no instant at which an identity is there without
 * its job, to a client or after a crash. BullMQ's add cannot be told not to add; where we decided against it, it
 * finds a placeholder under the job's name and treats the job as one that exists.
 *
 * Each try has a separate job name, so a try whose answer got lost cannot meet its own leftovers: its identity
 * is found, and the sender gets `duplicate`, of a record that is there. Should an identity ever stand without
 * its job (its keys were deleted by hand), it is not believed unless its record had been settled: the
 * event is then stored anew. The mistake that is left to make is to run twice, and never to lose.
 */
export class BatchWriter {
  readonly #store: RedisStore;
  #waiting: PendingEntry[] = [];
  readonly #writing = new Set<Promise<void>>();
  #isGathering = false;
  #recountedAt = Number.NEGATIVE_INFINITY;

  readonly #orphans: OrphanRecovery;

  constructor(store: RedisStore) {
    this.#store = store;
    this.#orphans = new OrphanRecovery(store);
  }

  async store(entry: Entry): Promise<StoreResult> {
    const decision = await this.#put(entry, "");
    if (typeof decision === "string") return await this.#redeliver(decision);
    if (decision === NEW) return { state: "new" };
    if (decision === TOO_MANY || decision === TOO_MANY_BYTES) {
      if (decision === TOO_MANY_BYTES) this.#recountSoon();
      return { state: "full", retryAfterMs: FULL_RETRY_MS };
    }
    if (decision < DUPLICATE_BY_CONTENT) return { state: "duplicate", settled: decision === 1 };
    return { state: "duplicate", settled: decision === DUPLICATE_BY_CONTENT + 1, by: "content" };
  }

  /** Stores the record of a batch, also where the inbox is full. @returns its job */
  async storeBatch(entry: Entry): Promise<string> {
    let jobId = "";
    await this.#put(entry, "", (id) => {
      jobId = id;
    });
    return jobId;
  }

  async deadLetter(entry: Entry, failure: Failure): Promise<void> {
    await this.#put(entry, JSON.stringify(toDeadLetter(failure, this.#store.now)));
  }

  /** Resolves when everything that was begun has been answered. */
  async idle(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  #put(entry: Entry, dead: string, named?: (jobId: string) => void): Promise<StoreDecision> {
    return new Promise((resolve, reject) => {
      const jobId = randomUUID();
      named?.(jobId);
      this.#waiting.push({ entry, dead, jobId, args: argumentsOf(jobId, entry, dead), resolve, reject });
      this.#writeSoon();
    });
  }

  /** A copy of a dead record came, and its sender was asked for it. Two such copies make it due once. */
  async #redeliver(jobId: string): Promise<StoreResult> {
    const store = this.#store;
    const [found] = await browseJobs(store, [jobId]);
    if (found === undefined) return { state: "duplicate", settled: true };
    const nowMs = store.now;
    const revived = await store.run("earshotRevive", [
      ...scriptArguments(jobId, found.stored, nowMs),
      JSON.stringify(toRedelivery(found.record, nowMs)),
      "dead",
    ]);
    return Number(revived) === 1
      ? { state: "new", redelivered: true }
      : { state: "duplicate", settled: false };
  }

  /** Where listeners of an earlier version share the prefix, or a process died, the count may be too high. */
  #recountSoon(): void {
    const now = this.#store.context.clock.monotonic();
    if (now - this.#recountedAt < RECOUNT_MS) return;
    this.#recountedAt = now;
    this.#store
      .run("earshotRecount", [String(this.#store.now), "", "", "", ""])
      .catch((error) => this.#store.report(error));
  }

  /** At once where nothing is under way; beside others only what is worth a transaction. */
  #writeSoon(): void {
    const waiting = this.#waiting.length;
    const isBusy = this.#writing.size >= MOST_IN_FLIGHT || (this.#writing.size > 0 && waiting < ENOUGH);
    if (waiting === 0 || isBusy || this.#isGathering) return;
    this.#isGathering = true;
    const writing = this.#write().finally(() => {
      this.#writing.delete(writing);
      this.#writeSoon();
    });
    this.#writing.add(writing);
  }

  async #write(): Promise<void> {
    // What is read in this turn of the loop goes along.
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#isGathering = false;
    const puts = this.#waiting.splice(0, MOST_AT_ONCE);
    const transacting = this.#transact(puts);
    this.#writeSoon();
    try {
      await transacting;
    } catch (error) {
      for (const { reject } of puts) reject(error);
    }
  }

  async #transact(puts: readonly PendingEntry[]): Promise<void> {
    const store = this.#store;
    const { base, queue } = store.keys;
    const nowMs = store.now;
    const { maxPending, maxPendingBytes, dedupeWindowMs } = store.context;
    const args = [
      String(nowMs),
      ...puts.flatMap((put) => put.args),
      String(maxPending),
      maxPendingBytes === undefined || maxPendingBytes === Number.POSITIVE_INFINITY
        ? ""
        : String(maxPendingBytes),
      Number.isFinite(dedupeWindowMs) ? String(Math.ceil(nowMs + dedupeWindowMs + CONTENT_SLACK_MS)) : "",
    ];
    /** Entries that BullMQ could not even write down. */
    const faults = new Map<number, unknown>();
    const answers =
      (await store.ask((commands) => {
        const batch = commands.multi();
        batch.earshotStoreBegin(base, queue, ...args);
        puts.forEach(({ entry, jobId }, at) => {
          store.add(batch, jobId, toStored(entry, nowMs), (error) => void faults.set(at, error));
        });
        batch.earshotStoreEnd(base, queue, ...args);
        return batch.exec();
      })) ?? [];
    const failed = answers.find(([error]) => error !== null)?.[0];
    const decisions = answers[0]?.[1];
    const whole = answers.at(-1)?.[1];
    const failure = failed ? toInboxError(failed) : undefined;
    if (failure !== undefined) store.writeFailed(failure);
    if (!Array.isArray(decisions) || !Array.isArray(whole)) throw failure ?? notStored();
    // An error of one add only, where others were stored, is that entry's.
    if (faults.size === 0) {
      puts.forEach((_, at) => {
        const error = answers[at + 1]?.[0];
        if (error && !isStoreWide(error)) faults.set(at, error);
      });
    }
    const isWhole = puts.every((_, at) => decisions[at] !== NEW || whole[at] === 1);
    puts.forEach(({ entry, resolve, reject }, at) => {
      const decision: unknown = decisions[at];
      // `duplicate` may mean another entry of this batch, and that one may not be there.
      const isSure = decision === NEW ? whole[at] === 1 : isWhole;
      if (isSure && (typeof decision === "number" || typeof decision === "string")) resolve(decision);
      else if (faults.has(at)) reject(atFault(entry, faults.get(at)));
      else reject(failure ?? notStored());
    });
    store.watch?.stored(Number(decisions[puts.length]));
    if (decisions[puts.length + 1] === 1) this.#orphans.restoreSoon();
    if (isWhole && puts.some((_, at) => decisions[at] === NEW)) store.recovered();
  }
}

/** @throws EarshotError ERR_INBOX_RECORD */
function argumentsOf(jobId: string, entry: Entry, dead: string): readonly string[] {
  try {
    const { body } = entry;
    if ((typeof body === "string" ? body.length : body.byteLength) > LONGEST_BODY) {
      throw new Error(`its body has more than ${LONGEST_BODY} bytes`);
    }
    return entryArguments(jobId, entry, dead);
  } catch (error) {
    throw atFault(entry, error);
  }
}

function atFault({ id }: Entry, cause: unknown): EarshotError {
  return new EarshotError(
    "ERR_INBOX_RECORD",
    `The event ${JSON.stringify(String(id).slice(0, 200))} cannot be stored in Redis: ${messageOf(cause)}.`,
    { cause },
  );
}

function notStored(): EarshotError {
  return new EarshotError("ERR_INBOX_UNAVAILABLE", "Redis did not store the event.");
}

/** Records are looked through for those that stand nowhere at most this often, milliseconds. */
const LOOK_MS = 60_000;

/** Brings back records that stand in no list of the queue, because an operator deleted the list. */
export class OrphanRecovery {
  readonly #store: RedisStore;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(store: RedisStore) {
    this.#store = store;
  }

  restoreSoon(): void {
    const now = this.#store.context.clock.monotonic();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    this.#restore().catch((error: unknown) => this.#store.report(error));
  }

  async #restore(): Promise<void> {
    const orphans: string[][] = [];
    for await (const { jobId, stored } of browse(this.#store, { state: "waiting" })) {
      orphans.push(scriptArguments(jobId, stored, this.#store.now));
    }
    let restored = 0;
    // Oldest first, as they were stored.
    for (const args of orphans.reverse()) restored += Number(await this.#store.run("earshotRestore", args));
    if (restored === 0) return;
    this.#store.context.warn(
      new EarshotError(
        "ERR_INBOX_CORRUPT",
        `${restored} acknowledged ${restored === 1 ? "event stood" : "events stood"} in no list of the queue in Redis: a key of the queue was deleted. They are due again.`,
      ),
    );
  }
}
