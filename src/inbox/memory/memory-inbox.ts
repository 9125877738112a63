import type { BatchJoin, BatchPart } from "../../model/batch.js";
import { batchEntry, isBatch } from "../batch.js";
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
  MAX_FAILURES,
  type Outcome,
  type RecordState,
  type StepResult,
  type StoredPage,
  type StoreResult,
} from "../contract.js";
import { isExpectation } from "../expectation.js";
import { OneUser } from "../one-user.js";
import { matchesQuery } from "../query.js";
import { stepsAfterReplay, withStep } from "../steps.js";
import { DroppedDeadLetters, InternPool, type MemoryLimits, SettledRecords } from "./compact-store.js";
import { DeduplicationIndex, type Duplicate } from "./deduplication.js";
import { DueRecords } from "./due-records.js";
import { MemoryBatches } from "./memory-batches.js";
import { MemoryKeys } from "./memory-keys.js";
import { MemoryMetadata } from "./memory-metadata.js";
import { OrderQueues } from "./order-queues.js";
import {
  bodyLength,
  limited,
  newSlot,
  noNames,
  noTries,
  type Slot,
  slotRecord,
  slotsFor,
  storedPage,
} from "./slot.js";

/** Of the records that are not looked up by id. */
const settledStates: readonly RecordState[] = ["done", "dead"];

const full: StoreResult = Object.freeze({ state: "full", retryAfterMs: FULL_RETRY_MS });

/** See {@link memoryInbox}. Everything here answers at once; only `claim` ever waits. */
export class MemoryInbox extends MemoryMetadata implements Inbox {
  readonly kind = "memory";
  readonly durable = false;

  readonly #limits: MemoryLimits;
  readonly #user = new OneUser();
  #context: InboxContext | undefined;
  #remembered: DeduplicationIndex;
  /** Waiting and running records, in the order they were stored. */
  readonly #unfinished = new Map<string, Slot>();
  readonly #due = new DueRecords<Slot>((slot) => {
    // One that is not the first of its line any more becomes due again when it is.
    const isDue = slot.state === "waiting" && this.#queues.isFirst(slot) && this.#isTime(slot);
    return isDue ? this.#lease(slot) : undefined;
  });
  readonly #queues = new OrderQueues<Slot>();
  readonly #settled: SettledRecords<Slot>;
  readonly #pool = new InternPool();
  #running = 0;
  /** Bytes of the bodies of unfinished records. */
  #pendingBytes = 0;
  #places = 0;
  readonly #dropped: DroppedDeadLetters;
  readonly #keys: MemoryKeys<Slot>;
  readonly #batches: MemoryBatches;

  constructor(limits: MemoryLimits) {
    super();
    this.#limits = limits;
    this.#keys = new MemoryKeys(limits.maxRemembered, (slot) => this.#unfinished.get(slot.id) === slot);
    this.#batches = new MemoryBatches({
      open: (part, dueAt) => {
        const entry = batchEntry(part, this.#opened().clock.now(), dueAt);
        const slot = newSlot(entry, this.#pool, this.#places++);
        this.#admit(slot);
        this.#queues.join(slot);
        return slot;
      },
      due: (slot, dueAt) => this.#dueAt(slot, dueAt),
      grew: (bytes) => {
        this.#pendingBytes += bytes;
      },
    });
    this.#dropped = new DroppedDeadLetters(limits.maxSettled, limits.maxSettledBytes);
    this.#remembered = new DeduplicationIndex(0, 0, this.#unfinished);
    this.#settled = new SettledRecords(limits.maxSettled, limits.maxSettledBytes);
  }

  open(context: InboxContext): Promise<void> {
    return this.#user.open("The memory inbox", "Make one for each.", async () => this.#open(context));
  }

  store(entry: Entry, claim: boolean): StoreResult {
    const { maxPending, maxPendingBytes = Number.POSITIVE_INFINITY, clock } = this.#opened();
    const copy = this.#remembered.duplicateOf(entry);
    if (copy !== undefined) return this.#duplicate(copy, entry, claim);
    if (this.#unfinished.size >= maxPending || this.#pendingBytes >= maxPendingBytes) return full;
    const slot = newSlot(entry, this.#pool, this.#places++);
    this.#remembered.add(entry, clock.now());
    this.#admit(slot);
    const first = this.#queues.join(slot);
    if (entry.dueAt !== undefined) {
      this.#dueAt(slot, entry.dueAt);
      return { state: "new" };
    }
    if (claim && first) return { state: "new", claimed: this.#lease(slot) };
    if (first) this.#due.add(slot);
    return { state: "new" };
  }

  deadLetter(entry: Entry, failure: Failure): void {
    if (this.#remembered.duplicateOf(entry) !== undefined) return;
    this.#remembered.add(entry, failure.at);
    const slot = newSlot(entry, this.#pool, this.#places++);
    slot.state = "dead";
    slot.failures = [failure];
    slot.settledAt = failure.at;
    this.#addSettled(slot);
  }

  claim(max: number, signal: AbortSignal): Promise<readonly Claimed[]> {
    return this.#due.claim(max, signal);
  }

  /** Leases do not run out: the process that claimed a record ends together with it. */
  async renew(): Promise<readonly Claimed[]> {
    return [];
  }

  settle(claimed: Claimed, outcome: Outcome): boolean {
    const slot = claimed.lease as Slot;
    if (slot.heldBy !== claimed) return false;
    slot.heldBy = undefined;
    const { clock } = this.#opened();
    this.#running -= 1;
    if (outcome.state !== "retry" || outcome.isUncounted !== true) slot.attempts += 1;
    if (outcome.doneKeys !== undefined) this.#keys.finish(outcome.doneKeys);
    slot.tries = outcome.tries ?? noTries;
    slot.done = this.#pool.list(outcome.done);
    if (outcome.failures.length > 0)
      slot.failures = [...slot.failures, ...outcome.failures].slice(-MAX_FAILURES);
    if (outcome.state === "retry") {
      slot.state = "waiting";
      // Decoded again: a callback may have changed it, and its filter would then match no more.
      slot.event = undefined;
      slot.dueAt = outcome.dueAt;
      slot.readyAt = clock.monotonic() + Math.max(0, outcome.dueAt - clock.now());
      this.#waitUntilDue(slot);
      return true;
    }
    // Nothing here outlives the process, so nothing is left for another one.
    slot.state = outcome.state === "dead" ? "dead" : "done";
    slot.settledAt = clock.now();
    // Its bytes are enough for a look or a replay. Kept as objects, the last thousand events are what the
    // garbage collector copies most.
    slot.event = undefined;
    this.#leave(slot);
    this.#addSettled(slot);
    this.#leaveQueue(slot);
    return true;
  }

  storeStep(claimed: Claimed, step: StepResult): boolean {
    const slot = claimed.lease as Slot;
    if (slot.heldBy !== claimed) return false;
    slot.steps = withStep(slot.steps, step);
    return true;
  }

  claimKey(claimed: Claimed, key: string): KeyClaim {
    const slot = claimed.lease as Slot;
    if (slot.heldBy !== claimed) return "busy";
    return this.#keys.claim(key, slot, this.#opened().clock.now());
  }

  join(claimed: Claimed, part: BatchPart): BatchJoin {
    const slot = claimed.lease as Slot;
    if (slot.heldBy !== claimed) return { state: "lost" };
    return this.#batches.join(slot, part, this.#opened().clock);
  }

  openBatches(): number {
    return this.#batches.size;
  }

  flushBatches(): number {
    if (this.#batches.isEmpty) return 0;
    const { clock } = this.#opened();
    for (const slot of this.#batches.waiting) this.#dueAt(slot, clock.now());
    const isNew = (slot: Slot) => isBatch(slot) && slot.attempts === 0;
    return [...this.#unfinished.values()].filter((slot) => isNew(slot) && isNew(this.#queues.first(slot)))
      .length;
  }

  release(claimed: readonly Claimed[]): void {
    for (const one of claimed) {
      const slot = one.lease as Slot;
      if (slot.heldBy !== one) continue;
      slot.heldBy = undefined;
      this.#running -= 1;
      slot.state = "waiting";
      this.#due.add(slot);
    }
  }

  counts(): InboxCounts {
    return {
      waiting: this.#unfinished.size - this.#running,
      running: this.#running,
      done: this.#settled.done,
      dead: this.#settled.dead,
      unmatched: 0,
    };
  }

  oldestPending(): number | undefined {
    for (const slot of this.#unfinished.values()) {
      if (slot.state === "running" || !isExpectation(slot)) return slot.receivedAt;
    }
    return undefined;
  }

  async *find(query: InboxQuery): AsyncIterable<InboxRecord> {
    let left = query.limit ?? Number.POSITIVE_INFINITY;
    const all = [...this.#settled, ...slotsFor(query, this.#unfinished)];
    all.sort((a, b) => b.receivedAt - a.receivedAt || b.place - a.place);
    for (const slot of all) {
      if (left <= 0) return;
      if (!matchesQuery(slot, query)) continue;
      left -= 1;
      const record = slotRecord(slot);
      yield { ...record, body: this.#batches.bodyOf(slot) ?? record.body };
    }
  }

  async storedAfter(after: number, max: number): Promise<StoredPage> {
    return storedPage([...this.#settled, ...this.#unfinished.values()], after, max, this.#places);
  }

  async replay(query: InboxQuery): Promise<number> {
    const { clock } = this.#opened();
    const chosen = this.#chosen(query);
    for (const slot of chosen) {
      this.#settled.remove(slot);
      slot.steps = stepsAfterReplay(slot);
      slot.done = noNames;
      slot.tries = noTries;
      slot.source = "replay";
      this.#batches.replayed(slot);
      this.#makeUnfinished(slot, clock.now());
      if (this.#queues.join(slot)) this.#due.add(slot);
    }
    return chosen.length;
  }

  async drop(query: InboxQuery): Promise<number> {
    const settled = this.#chosen(query);
    for (const slot of settled) this.#settled.remove(slot);
    const waiting = limited(
      slotsFor(query, this.#unfinished).filter((s) => s.state === "waiting" && matchesQuery(s, query)),
      query.limit === undefined ? undefined : query.limit - settled.length,
    );
    for (const slot of waiting) {
      slot.timer?.clear();
      // The queue of due records skips it when it gets there.
      slot.state = "done";
      this.#batches.forget(slot);
      this.#leave(slot);
      this.#leaveQueue(slot);
    }
    return settled.length + waiting.length;
  }

  close(): Promise<void> {
    return this.#user.close(async () => {
      for (const slot of this.#unfinished.values()) slot.timer?.clear();
      this.#due.close();
    });
  }

  #open(context: InboxContext): void {
    const { dedupeWindowMs } = context;
    if (this.#context?.dedupeWindowMs !== dedupeWindowMs)
      this.#remembered = new DeduplicationIndex(dedupeWindowMs, this.#limits.maxRemembered, this.#unfinished);
    this.#context = context;
    // Those whose time `close` has stopped.
    for (const slot of this.#unfinished.values()) if (slot.timer !== undefined) this.#waitUntilDue(slot);
  }

  #dueAt(slot: Slot, dueAt: number): void {
    const { clock } = this.#opened();
    slot.dueAt = dueAt;
    slot.readyAt = clock.monotonic() + Math.max(0, dueAt - clock.now());
    slot.timer?.clear();
    slot.timer = undefined;
    if (this.#queues.isFirst(slot)) this.#waitUntilDue(slot);
  }

  #duplicate(copy: Duplicate, entry: Entry, claim: boolean): StoreResult {
    const { id, by } = copy;
    const duplicate = (settled: boolean): StoreResult =>
      by === "id" ? { state: "duplicate", settled } : { state: "duplicate", settled, by };
    if (this.#unfinished.has(id)) return duplicate(false);
    const dead = entry.redelivers === true && by === "id" ? this.#settled.findDead(id) : undefined;
    if (dead === undefined) return duplicate(true);
    this.#settled.remove(dead);
    this.#makeUnfinished(dead, this.#opened().clock.now());
    const first = this.#queues.join(dead);
    if (claim && first) return { state: "new", redelivered: true, claimed: this.#lease(dead) };
    if (first) this.#due.add(dead);
    return { state: "new", redelivered: true };
  }

  /** A settled record is due again. */
  #makeUnfinished(slot: Slot, nowMs: number): void {
    slot.state = "waiting";
    slot.attempts = 0;
    slot.dueAt = nowMs;
    slot.readyAt = Number.NEGATIVE_INFINITY;
    slot.settledAt = undefined;
    slot.event = undefined;
    this.#admit(slot);
  }

  #admit(slot: Slot): void {
    this.#unfinished.set(slot.id, slot);
    this.#pendingBytes += bodyLength(slot.body);
  }

  #leave(slot: Slot): void {
    this.#unfinished.delete(slot.id);
    this.#pendingBytes -= bodyLength(slot.body);
  }

  #addSettled(slot: Slot): void {
    const dropped = this.#settled.add(slot);
    if (dropped > 0) this.#dropped.add(dropped, this.#opened());
  }

  #opened(): InboxContext {
    if (this.#context === undefined) throw new TypeError("The inbox is used before open().");
    return this.#context;
  }

  #leaveQueue(slot: Slot): void {
    const next = this.#queues.leave(slot);
    if (next !== undefined) this.#waitUntilDue(next);
  }

  #waitUntilDue(slot: Slot): void {
    const { clock } = this.#opened();
    const waitMs = slot.readyAt - clock.monotonic();
    if (waitMs <= 0) {
      this.#due.add(slot);
      return;
    }
    slot.timer = clock.after(waitMs, () => {
      slot.timer = undefined;
      // A clock's timer may be shorter than asked for (a limit of 24 days): look again.
      this.#waitUntilDue(slot);
    });
  }

  /** A batch that was due may have got another event meanwhile, and is due later. */
  #isTime({ readyAt }: Slot): boolean {
    return readyAt === Number.NEGATIVE_INFINITY || readyAt <= this.#opened().clock.monotonic();
  }

  #lease(slot: Slot): Claimed {
    slot.state = "running";
    this.#running += 1;
    const complete = this.#batches.isEmpty ? undefined : this.#batches.close(slot);
    if (complete !== undefined) {
      this.#pendingBytes += bodyLength(complete) - bodyLength(slot.body);
      slot.body = complete;
    }
    const claimed = { record: slot, lease: slot };
    slot.heldBy = claimed;
    return claimed;
  }

  #chosen(query: InboxQuery): Slot[] {
    const states = query.state === undefined ? settledStates : [query.state].flat();
    if (!states.some((state) => settledStates.includes(state))) return [];
    const all = [...this.#settled].sort((a, b) => b.receivedAt - a.receivedAt);
    return limited(
      all.filter((slot) => matchesQuery(slot, query)),
      query.limit,
    );
  }
}
