import type { Clock } from "../../base/clock.js";
import type { BatchJoin, BatchKeep, BatchPart } from "../../model/batch.js";
import { type BatchProgress, batchBody, batchDueAt, isFullBatch, storedMember } from "../batch.js";
import { bodyLength, type Slot } from "./slot.js";

interface Member extends Pick<Slot, "id" | "triggerName" | "source" | "origin" | "receivedAt" | "place"> {
  /** Absent where it is superseded. */
  body: Uint8Array | string | undefined;
}

interface OpenBatch {
  readonly group: string;
  readonly members: Member[];
  progress: BatchProgress;
  /** How far the wall clock was ahead of the monotonic one at its last event, milliseconds. */
  aheadMs: number;
}

/** A wall clock that moved on so much more, or less, than the monotonic one was set. Milliseconds. */
const CLOCK_SET_MS = 1000;

/** What an event that joins a batch does in the inbox. */
export interface BatchHost {
  /** Stores a batch's record. */
  open(part: BatchPart, dueAt: number): Slot;
  /** Moves the time of a waiting record. */
  due(slot: Slot, dueAt: number): void;
  /** The bodies of unfinished records have so many bytes more. */
  grew(bytes: number): void;
}

/** The open batches: the members of each, until it is claimed. */
export class MemoryBatches {
  readonly #host: BatchHost;
  readonly #openByGroup = new Map<string, Slot>();
  /** Of batches that were not claimed yet, open or full. */
  readonly #batches = new Map<Slot, OpenBatch>();
  /** The callbacks whose batches have an event, from its claim until its record is replayed. */
  readonly #joined = new WeakMap<Slot, Set<string>>();

  constructor(host: BatchHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#openByGroup.size;
  }

  /** Whether every batch was claimed. */
  get isEmpty(): boolean {
    return this.#batches.size === 0;
  }

  join(slot: Slot, part: BatchPart, clock: Clock): BatchJoin {
    const { group, callback, limits } = part;
    const nowMs = clock.now();
    const aheadMs = nowMs - clock.monotonic();
    const joined = this.#joined.get(slot) ?? new Set();
    if (joined.has(callback)) return { state: "known" };
    this.#joined.set(slot, joined.add(callback));
    const isNew = !this.#openByGroup.has(group);
    const first: BatchProgress = { openedAt: nowMs, lastAt: nowMs, events: 0, bytes: 0 };
    const record = this.#openByGroup.get(group) ?? this.#host.open(part, batchDueAt(first, limits));
    const batch = this.#batches.get(record) ?? { group, members: [], progress: first, aheadMs };
    const before = onPresentClock(batch, aheadMs);
    batch.aheadMs = aheadMs;
    const { id, triggerName, source, origin, receivedAt, place, body } = slot;
    insert(batch.members, { id, triggerName, source, origin, receivedAt, place, body }, limits.keep);
    const bytes =
      limits.keep === "all"
        ? before.bytes + bodyLength(body)
        : batch.members.reduce((sum, member) => sum + bodyLength(member.body ?? ""), 0);
    const lastAt = Math.max(before.lastAt, nowMs);
    batch.progress = { openedAt: before.openedAt, lastAt, events: before.events + 1, bytes };
    this.#batches.set(record, batch);
    this.#host.grew(bytes - before.bytes);
    if (isFullBatch(batch.progress, limits)) this.#openByGroup.delete(group);
    else if (isNew) this.#openByGroup.set(group, record);
    const dueAt = batchDueAt(batch.progress, limits);
    this.#host.due(record, dueAt);
    return { state: "joined", batch: record.id, events: batch.progress.events, dueAt };
  }

  /** A record is claimed: where it is a batch, its body is complete from now on. @returns its body */
  close(record: Slot): string | undefined {
    const batch = this.#leave(record);
    return batch === undefined ? undefined : batchBody(record.body, members(batch));
  }

  /** A record is dropped. */
  forget(record: Slot): void {
    this.#leave(record);
  }

  /** The body of a batch that was not claimed yet, as it would be now. */
  bodyOf(record: Slot): string | undefined {
    const batch = this.#batches.get(record);
    return batch === undefined ? undefined : batchBody(record.body, members(batch));
  }

  /** An event is replayed: it joins anew. */
  replayed(slot: Slot): void {
    this.#joined.delete(slot);
  }

  /** The batches that were not claimed yet, oldest first. */
  get waiting(): readonly Slot[] {
    return [...this.#batches.keys()];
  }

  #leave(record: Slot): OpenBatch | undefined {
    const batch = this.#batches.get(record);
    if (batch === undefined) return undefined;
    this.#batches.delete(record);
    if (this.#openByGroup.get(batch.group) === record) this.#openByGroup.delete(batch.group);
    this.#host.grew(-batch.progress.bytes);
    return batch;
  }
}

/** The progress of a batch by the wall clock as it is now: one that is set puts off no batch, and hastens none. */
function onPresentClock({ progress, aheadMs: before }: OpenBatch, aheadMs: number): BatchProgress {
  const setMs = Math.round(aheadMs - before);
  if (Math.abs(setMs) < CLOCK_SET_MS) return progress;
  return { ...progress, openedAt: progress.openedAt + setMs, lastAt: progress.lastAt + setMs };
}

/** Adds a member in the order of storing, and lets go the body that is superseded by it or that it has. */
function insert(all: Member[], member: Member, keep: BatchKeep): void {
  let at = all.length;
  while (at > 0 && (all[at - 1] as Member).place > member.place) at -= 1;
  all.splice(at, 0, member);
  if (keep === "all" || all.length === 1) return;
  const isKept = at === (keep === "latest" ? all.length - 1 : 0);
  const superseded = isKept ? all[keep === "latest" ? at - 1 : 1] : member;
  if (superseded !== undefined) superseded.body = undefined;
}

function members({ members: all }: OpenBatch) {
  return all.map((member) => storedMember(member, member.body));
}
