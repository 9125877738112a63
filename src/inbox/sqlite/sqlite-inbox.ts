import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import type { BatchJoin, BatchPart } from "../../model/batch.js";
import {
  type Claimed,
  type Entry,
  type Failure,
  FULL_RETRY_MS,
  type Inbox,
  type InboxContext,
  type InboxCounts,
  type InboxQuery,
  type InboxRecord,
  type KeyClaim,
  type Outcome,
  type StepResult,
  type StoredPage,
  type StoreResult,
} from "../contract.js";
import type { MetadataList } from "../metadata.js";
import { OneUser } from "../one-user.js";
import type { DriverName } from "./driver/driver.js";
import { OriginPacker } from "./packed-origin.js";
import { storableEntry, storableFailure, storableOutcome, storableStep } from "./storable.js";
import { StoreThread } from "./store-thread.js";
import type { SqliteLease } from "./thread-protocol.js";
import { Waker } from "./waker.js";

/** How long a question for readiness waits for its answer, milliseconds. */
const READY_WITHIN_MS = 900;
/** Bytes of bodies that one call of `unmatched` brings, about. */
const MAX_UNMATCHED_BYTES = 8 * 1024 * 1024;

/** The options of {@link sqliteInbox}, complete. */
export interface SqliteSettings {
  readonly path: string;
  readonly synchronous: "full" | "normal";
  readonly driver: DriverName | undefined;
  readonly pollMs: number;
}

/** What there is between `open` and `close`. */
interface Opened {
  readonly context: InboxContext;
  readonly thread: StoreThread;
  readonly waker: Waker;
}

/** See {@link sqliteInbox}. The file is the thread's; here is what the contract says around it. */
export class SqliteInbox implements Inbox {
  readonly kind = "sqlite";
  readonly durable = true;

  readonly #settings: SqliteSettings;
  readonly #origins = new OriginPacker();
  #opened: Opened | undefined;
  readonly #user = new OneUser();
  #probing: Promise<boolean> | undefined;

  constructor(settings: SqliteSettings) {
    this.#settings = settings;
  }

  open(context: InboxContext): Promise<void> {
    const { path } = this.#settings;
    const remedy = `Call sqliteInbox({ path: ${JSON.stringify(path)} }) once for each: they share the file.`;
    return this.#user.open(`The inbox ${path}`, remedy, () => this.#open(context));
  }

  async #open(context: InboxContext): Promise<void> {
    const { path, synchronous, driver, pollMs } = this.#settings;
    const { clock, dedupeWindowMs, maxPending, leaseMs, warn } = context;
    const { maxPendingBytes, unmatchedForMs, deadLimits, owner } = context;
    const waker = new Waker(clock, pollMs);
    const thread = new StoreThread(
      {
        path,
        synchronous,
        driver,
        dedupeWindowMs,
        maxPending,
        leaseMs,
        maxPendingBytes,
        unmatchedForMs,
        deadLimits,
        owner,
      },
      clock,
      { dueState: (dueState) => waker.update(dueState), warn },
    );
    await thread.start();
    this.#opened = { context, thread, waker };
  }

  async store(entry: Entry, claim: boolean): Promise<StoreResult> {
    const { thread, context } = this.#use();
    const answer = await thread.ask("store", { entry: this.#storable(entry), claim });
    if (answer === "full") return { state: "full", retryAfterMs: FULL_RETRY_MS };
    if (typeof answer === "boolean") return { state: "duplicate", settled: answer };
    if (answer === "new") return { state: "new" };
    if (answer === "redelivered") return { state: "new", redelivered: true };
    if ("settled" in answer) return { state: "duplicate", settled: answer.settled, by: "content" };
    return { state: "new", claimed: { record: newRecord(entry, context.clock.now()), lease: answer } };
  }

  async deadLetter(entry: Entry, failure: Failure): Promise<void> {
    await this.#use().thread.ask("deadLetter", {
      entry: this.#storable(entry),
      failure: storableFailure(failure),
    });
  }

  async claim(max: number, signal: AbortSignal): Promise<readonly Claimed[]> {
    const opened = this.#use();
    while (!signal.aborted && this.#opened === opened) {
      const claimed = await this.#claimNow(opened, max, signal);
      if (claimed.length > 0) return claimed;
      await opened.waker.sleep(signal);
    }
    return [];
  }

  async renew(claimed: readonly Claimed[]): Promise<readonly Claimed[]> {
    const { thread } = this.#use();
    const lost = await thread.ask("renew", { leases: claimed.map(leaseOf) });
    const tokens = new Set(lost.map(({ token }) => token));
    return claimed.filter((each) => tokens.has(leaseOf(each).token));
  }

  async settle(claimed: Claimed, outcome: Outcome): Promise<boolean> {
    return await this.#use().thread.ask("settle", {
      lease: leaseOf(claimed),
      outcome: storableOutcome(outcome, this.#use().context.clock.now()),
    });
  }

  async storeStep(claimed: Claimed, step: StepResult): Promise<boolean> {
    return await this.#use().thread.ask("storeStep", { lease: leaseOf(claimed), step: storableStep(step) });
  }

  async claimKey(claimed: Claimed, key: string): Promise<KeyClaim> {
    return await this.#use().thread.ask("claimKey", { lease: leaseOf(claimed), key });
  }

  async join(claimed: Claimed, part: BatchPart): Promise<BatchJoin> {
    const { callback, key, group, limits } = part;
    const whole = { ...limits, quietMs: Math.floor(limits.quietMs), maxWaitMs: Math.floor(limits.maxWaitMs) };
    return await this.#use().thread.ask("join", {
      lease: leaseOf(claimed),
      part: { callback, key, group, limits: whole },
    });
  }

  openBatches(): Promise<number> {
    return this.#use().thread.ask("openBatches", {});
  }

  async unmatched(
    after: string | undefined,
    max: number,
    triggerNames: readonly string[] | undefined,
  ): Promise<{ readonly records: readonly InboxRecord[]; readonly next: string }> {
    const { thread } = this.#use();
    const records: InboxRecord[] = [];
    let place = placeFrom(after);
    for (let bytes = 0; records.length < max && bytes < MAX_UNMATCHED_BYTES; ) {
      const page = await thread.ask("unmatched", {
        after: place,
        max: max - records.length,
        triggerNames: triggerNames?.map(String),
      });
      records.push(...page.records);
      for (const { body } of page.records) bytes += body.length;
      place = page.next;
      if (page.isEnd) break;
    }
    return { records, next: String(place) };
  }

  async claimUnmatched(ids: readonly string[]): Promise<readonly Claimed[]> {
    const claimed = await this.#use().thread.ask("claimUnmatched", { ids: ids.map(String) });
    return claimed.map(([record, lease]) => ({ record, lease }));
  }

  async ready(): Promise<{ readonly ready: boolean; readonly reason?: string | undefined }> {
    const opened = this.#opened;
    if (opened === undefined)
      return { ready: false, reason: `The inbox ${this.#settings.path} is not open.` };
    const { clock } = opened.context;
    const late = `The inbox ${this.#settings.path} did not answer within a second: its disk is slow, or another program holds its lock.`;
    return await new Promise((resolve) => {
      const timer = clock.after(READY_WITHIN_MS, () => resolve({ ready: false, reason: late }));
      const answer = (isReady: boolean, reason?: string) => {
        timer.clear();
        resolve(isReady ? { ready: true } : { ready: false, reason });
      };
      this.#probe(opened).then(
        (isFull) => answer(!isFull, "The inbox holds as much unfinished work as it may."),
        (error: unknown) => answer(false, messageOf(error)),
      );
    });
  }

  async release(claimed: readonly Claimed[]): Promise<void> {
    await this.#use().thread.ask("release", { leases: claimed.map(leaseOf) });
  }

  counts(): Promise<InboxCounts> {
    return this.#use().thread.ask("counts", {});
  }

  oldestPending(): Promise<number | undefined> {
    return this.#use().thread.ask("oldestPending", {});
  }

  async *find(query: InboxQuery): AsyncIterable<InboxRecord> {
    const { thread } = this.#use();
    let left = query.limit ?? Number.MAX_SAFE_INTEGER;
    let below: number | undefined = Number.MAX_SAFE_INTEGER;
    while (below !== undefined && left > 0) {
      const page: { readonly records: readonly InboxRecord[]; readonly below: number | undefined } =
        await thread.ask("page", { query, below, left });
      yield* page.records;
      left -= page.records.length;
      below = page.below;
    }
  }

  storedAfter(after: number, max: number): Promise<StoredPage> {
    return this.#use().thread.ask("storedAfter", { after, max });
  }

  replay(query: InboxQuery): Promise<number> {
    return this.#change("replay", query);
  }

  drop(query: InboxQuery): Promise<number> {
    return this.#change("drop", query);
  }

  async readMetadata(name: string): Promise<string | undefined> {
    return this.#use().thread.ask("readMetadata", { name });
  }

  async writeMetadata(name: string, value: string): Promise<void> {
    await this.#use().thread.ask("writeMetadata", { name, value });
  }

  async replaceMetadata(name: string, expected: string | undefined, value: string): Promise<boolean> {
    return this.#use().thread.ask("replaceMetadata", { name, expected, value });
  }

  async listMetadata(prefix: string): Promise<MetadataList> {
    return this.#use().thread.ask("listMetadata", { prefix });
  }

  async deleteMetadata(name: string): Promise<void> {
    await this.#use().thread.ask("deleteMetadata", { name });
  }

  close(): Promise<void> {
    return this.#user.close(() => this.#close());
  }

  /** However many ask, one probe is under way. */
  #probe({ thread }: Opened): Promise<boolean> {
    this.#probing ??= thread.ask("ready", {}).finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  #storable(entry: Entry) {
    return storableEntry(entry, this.#settings.path, this.#origins);
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened === undefined) return;
    opened.waker.wakeAll();
    await opened.thread.stop();
  }

  #use(): Opened {
    if (this.#opened === undefined) {
      const when = this.#user.wasClosed ? "closed" : "used before open()";
      throw new EarshotError("ERR_INBOX_UNAVAILABLE", `The inbox ${this.#settings.path} is ${when}.`);
    }
    return this.#opened;
  }

  /** What is aborted meanwhile is not claimed: where the file answers too late, the records go back. */
  #claimNow(opened: Opened, max: number, signal: AbortSignal): Promise<readonly Claimed[]> {
    const { thread } = opened;
    return new Promise((resolve, reject) => {
      const onAbort = () => resolve([]);
      signal.addEventListener("abort", onAbort, { once: true });
      thread
        .ask("claim", { max })
        .then((answer) => {
          const isWanted = !signal.aborted && this.#opened === opened;
          resolve(isWanted ? answer.map(([record, lease]) => ({ record, lease })) : []);
          if (isWanted || answer.length === 0) return;
          // Where even that fails, the leases run out.
          thread.ask("release", { leases: answer.map(([, lease]) => lease) }).catch(() => undefined);
        }, reject)
        .finally(() => signal.removeEventListener("abort", onAbort));
    });
  }

  /** Step by step: other requests pass in between. */
  async #change(kind: "replay" | "drop", query: InboxQuery): Promise<number> {
    const { thread } = this.#use();
    const limit = query.limit ?? Number.MAX_SAFE_INTEGER;
    let total = 0;
    let below: number | undefined = Number.MAX_SAFE_INTEGER;
    while (below !== undefined && total < limit) {
      const step: { readonly changed: number; readonly below: number | undefined } = await thread.ask(kind, {
        query,
        below,
        left: limit - total,
      });
      total += step.changed;
      below = step.below;
    }
    return total;
  }
}

function leaseOf(claimed: Claimed): SqliteLease {
  return claimed.lease as SqliteLease;
}

/** @param after what an earlier page gave as `next` */
function placeFrom(after: string | undefined): number {
  const place = Number(after ?? 0);
  return Number.isFinite(place) ? place : 0;
}

const none = Object.freeze([]);
const noTries = Object.freeze({});

/** The record of an entry that this process holds from the start; it alone has the decoded event. */
function newRecord(entry: Entry, nowMs: number): InboxRecord {
  // Member by member: to leave one out of a copy takes ten times as long.
  return {
    id: entry.id,
    triggerName: entry.triggerName,
    source: entry.source,
    origin: entry.origin,
    body: entry.body,
    receivedAt: entry.receivedAt,
    orderKey: entry.orderKey,
    event: entry.event,
    state: "running",
    attempts: 0,
    crashes: 0,
    done: none,
    tries: noTries,
    failures: none,
    dueAt: nowMs,
    settledAt: undefined,
  };
}
