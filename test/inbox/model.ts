import type { InboxCounts, Outcome, RecordState } from "../../src/inbox/contract.js";
import { type Identity, isCopy } from "../../src/model/identity.js";

interface ModelRecord extends Identity {
  readonly key: string | undefined;
  readonly receivedAt: number;
  state: RecordState | "dropped";
  attempts: number;
  done: readonly string[];
  failures: number;
  dueAt: number;
  source: string;
  /** Which lease holds it, and until when. */
  lease: number | undefined;
  leaseUntil: number;
}

const unfinished = (record: ModelRecord) => record.state === "waiting" || record.state === "running";

/** What an inbox is, without disk, threads or time: one list, in the order the records were kept. */
export class Model {
  readonly records: ModelRecord[] = [];
  readonly #leaseMs: number;
  readonly #maxPending: number;
  #leases = 0;

  constructor(leaseMs: number, maxPending: number) {
    this.#leaseMs = leaseMs;
    this.#maxPending = maxPending;
  }

  keep(entry: Identity & { key: string | undefined }, take: boolean, nowMs: number) {
    const copies = this.records.filter((record) => isCopy(record, entry));
    if (copies.length > 0) return { state: "seen", copies: copies.map(unfinished) } as const;
    if (this.records.filter(unfinished).length >= this.#maxPending) return { state: "full" } as const;
    const record: ModelRecord = {
      ...entry,
      receivedAt: nowMs,
      state: "waiting",
      attempts: 0,
      done: [],
      failures: 0,
      dueAt: nowMs,
      source: "webhook",
      lease: undefined,
      leaseUntil: 0,
    };
    const isFree = !this.records.some((other) => other.key === entry.key && unfinished(other));
    this.records.push(record);
    const lease = take && (entry.key === undefined || isFree) ? this.#lease(record, nowMs) : undefined;
    return { state: "new", lease } as const;
  }

  /** Takes back what ran out, as any take does. @returns the records that may be taken, oldest first */
  due(nowMs: number): readonly ModelRecord[] {
    for (const record of this.records) {
      if (record.state === "running" && record.leaseUntil <= nowMs) this.#free(record, nowMs);
    }
    return this.records.filter((record, at) => {
      if (record.state !== "waiting" || record.dueAt > nowMs) return false;
      const line = this.records
        .map((other, place) => ({ other, place }))
        .filter(({ other }) => record.key !== undefined && other !== record && other.key === record.key);
      return !line.some(({ other, place }) => other.state === "running" || (unfinished(other) && place < at));
    });
  }

  take(max: number, nowMs: number): readonly { readonly record: ModelRecord; readonly lease: number }[] {
    return this.due(nowMs)
      .slice(0, max)
      .map((record) => ({ record, lease: this.#lease(record, nowMs) }));
  }

  holder(lease: number): ModelRecord | undefined {
    return this.records.find((record) => record.state === "running" && record.lease === lease);
  }

  renew(lease: number, nowMs: number): boolean {
    const record = this.holder(lease);
    if (record !== undefined) record.leaseUntil = nowMs + this.#leaseMs;
    return record !== undefined;
  }

  settle(lease: number, outcome: Outcome): void {
    const record = this.holder(lease);
    if (record === undefined) return;
    record.lease = undefined;
    record.attempts += 1;
    record.done = outcome.done;
    record.failures = Math.min(20, record.failures + outcome.failures.length);
    if (outcome.state === "again") {
      record.state = "waiting";
      record.dueAt = outcome.dueAt;
    } else {
      record.state = outcome.state;
    }
  }

  release(lease: number, nowMs: number): void {
    const record = this.holder(lease);
    if (record !== undefined) this.#free(record, nowMs);
  }

  /** @param wanted which record, or all */
  replay(wanted: string | undefined, limit: number, nowMs: number): number {
    const chosen = this.#chosen(wanted, ["done", "dead"], limit);
    for (const record of chosen) {
      Object.assign(record, { state: "waiting", attempts: 0, done: [], dueAt: nowMs, source: "replay" });
    }
    return chosen.length;
  }

  drop(wanted: string | undefined, limit: number, nowMs: number): number {
    const held = (record: ModelRecord) => record.state === "running" && record.leaseUntil > nowMs;
    const chosen = this.#chosen(wanted, ["done", "dead", "waiting", "running"], Number.POSITIVE_INFINITY)
      .filter((record) => !held(record))
      .slice(0, limit);
    for (const record of chosen) record.state = "dropped";
    return chosen.length;
  }

  counts(): InboxCounts {
    const of = (state: RecordState) => this.records.filter((record) => record.state === state).length;
    return { waiting: of("waiting"), running: of("running"), done: of("done"), dead: of("dead") };
  }

  /** What `find` shows of everything. */
  view() {
    return this.records
      .filter(({ state }) => state !== "dropped")
      .reverse()
      .map(({ id, state, attempts, done, failures, source }) => ({
        id,
        state,
        attempts,
        done,
        failures,
        source,
      }));
  }

  #chosen(wanted: string | undefined, states: readonly string[], limit: number): ModelRecord[] {
    return this.records
      .filter(({ id, state }) => (wanted === undefined || id === wanted) && states.includes(state))
      .reverse()
      .slice(0, limit);
  }

  #lease(record: ModelRecord, nowMs: number): number {
    this.#leases += 1;
    record.state = "running";
    record.lease = this.#leases;
    record.leaseUntil = nowMs + this.#leaseMs;
    return this.#leases;
  }

  #free(record: ModelRecord, nowMs: number): void {
    record.state = "waiting";
    record.lease = undefined;
    record.dueAt = nowMs;
  }
}
