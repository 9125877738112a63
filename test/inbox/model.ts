import type { InboxCounts, KeyClaim, Outcome, RecordState } from "../../src/inbox/contract.js";

/** What the model is given to store. */
export interface ModelEntry {
  readonly id: string;
  readonly keys: readonly string[];
  readonly content:
    | { readonly hashes: readonly string[]; readonly channel: string; readonly hasId: boolean }
    | undefined;
  /** The order key. */
  readonly key: string | undefined;
}

interface ModelRecord {
  readonly id: string;
  readonly key: string | undefined;
  readonly keys: Set<string>;
  readonly hashes: readonly string[];
  readonly channels: Set<string>;
  hasId: boolean;
  crashes: number;
  /** Counts up with each record that becomes unmatched. */
  place: number;
  readonly receivedAt: number;
  state: RecordState | "dropped";
  attempts: number;
  done: readonly string[];
  /** `callback/name` → result. */
  steps: Map<string, string>;
  failures: number;
  dueAt: number;
  source: string;
  /** Which lease holds it, and until when. */
  lease: number | undefined;
  leaseUntil: number;
}

const unfinished = (record: ModelRecord) => record.state === "waiting" || record.state === "running";

/** What is still to be run. */
const isOpen = (record: ModelRecord) => unfinished(record) || record.state === "unmatched";

function isAlike(record: ModelRecord, { content }: ModelEntry): boolean {
  if (content === undefined || record.channels.has(content.channel)) return false;
  if (record.hasId && content.hasId) return false;
  return content.hashes.some((hash) => record.hashes.includes(hash));
}

/** What an inbox is, without disk, threads or time: one list, in the order the records were stored. */
export class Model {
  readonly records: ModelRecord[] = [];
  readonly #leaseMs: number;
  readonly #maxPending: number;
  /** Who has claimed a key, or until when it is done. */
  readonly #keys = new Map<string, ModelRecord | number>();
  #leases = 0;
  #places = 0;

  constructor(leaseMs: number, maxPending: number) {
    this.#leaseMs = leaseMs;
    this.#maxPending = maxPending;
  }

  store(entry: ModelEntry, claim: boolean, nowMs: number) {
    const own = [entry.id, ...entry.keys];
    const copies = this.records.filter(({ id, keys }) => own.some((key) => key === id || keys.has(key)));
    if (copies.length > 0) return { state: "duplicate", copies: copies.map(isOpen) } as const;
    const alike = this.records.find((record) => isAlike(record, entry));
    if (alike !== undefined && entry.content !== undefined) {
      alike.channels.add(entry.content.channel);
      for (const key of entry.content.hasId ? own : entry.keys) alike.keys.add(key);
      alike.hasId ||= entry.content.hasId;
      return { state: "duplicate", copies: [isOpen(alike)], by: "content" } as const;
    }
    if (this.records.filter(unfinished).length >= this.#maxPending) return { state: "full" } as const;
    const record: ModelRecord = {
      id: entry.id,
      key: entry.key,
      keys: new Set(entry.keys),
      hashes: entry.content?.hashes ?? [],
      channels: new Set(entry.content === undefined ? [] : [entry.content.channel]),
      hasId: entry.content?.hasId ?? true,
      crashes: 0,
      place: 0,
      receivedAt: nowMs,
      state: "waiting",
      attempts: 0,
      done: [],
      steps: new Map(),
      failures: 0,
      dueAt: nowMs,
      source: "webhook",
      lease: undefined,
      leaseUntil: 0,
    };
    const isFree = !this.records.some((other) => other.key === entry.key && unfinished(other));
    this.records.push(record);
    const lease = claim && (entry.key === undefined || isFree) ? this.#lease(record, nowMs) : undefined;
    return { state: "new", lease } as const;
  }

  /** Ends leases that ran out, as any claim does. @returns the records that may be claimed, oldest first */
  due(nowMs: number): readonly ModelRecord[] {
    for (const record of this.records) {
      if (record.state !== "running" || record.leaseUntil > nowMs) continue;
      this.#free(record, nowMs);
      record.crashes += 1;
    }
    return this.#ready(nowMs);
  }

  #ready(nowMs: number): readonly ModelRecord[] {
    const first = this.records.filter((record, at) => {
      if (record.state !== "waiting" || record.dueAt > nowMs) return false;
      const line = this.records
        .map((other, place) => ({ other, place }))
        .filter(({ other }) => record.key !== undefined && other !== record && other.key === record.key);
      return !line.some(({ other, place }) => other.state === "running" || (unfinished(other) && place < at));
    });
    const crashed = first.filter(({ crashes }) => crashes > 0);
    const isOneRunning = this.records.some(({ state, crashes }) => state === "running" && crashes > 0);
    return first.filter((record) => record.crashes === 0 || (!isOneRunning && record === crashed[0]));
  }

  /** @returns the lease of a claimed record; `undefined` where it waits now, or was not unmatched */
  claimUnmatched(id: string, nowMs: number): number | undefined {
    const record = this.records.find((each) => each.id === id && each.state === "unmatched");
    if (record === undefined) return undefined;
    record.state = "waiting";
    record.dueAt = nowMs;
    return this.#ready(nowMs).includes(record) ? this.#lease(record, nowMs) : undefined;
  }

  /** The ids of the unmatched records, in their order. */
  unmatched(): readonly string[] {
    return this.records
      .filter(({ state }) => state === "unmatched")
      .sort((a, b) => a.place - b.place)
      .map(({ id }) => id);
  }

  claim(max: number, nowMs: number): readonly { readonly record: ModelRecord; readonly lease: number }[] {
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

  storeStep(lease: number, step: string, result: string): boolean {
    const record = this.holder(lease);
    record?.steps.set(step, result);
    return record !== undefined;
  }

  claimKey(lease: number, key: string, nowMs: number): KeyClaim {
    const record = this.holder(lease);
    if (record === undefined) return "busy";
    const known = this.#keys.get(key);
    if (typeof known === "number" && known > nowMs) return "done";
    if (typeof known === "object" && known !== record && isOpen(known)) return "busy";
    this.#keys.set(key, record);
    return "claimed";
  }

  settle(lease: number, outcome: Outcome): void {
    const record = this.holder(lease);
    if (record === undefined) return;
    for (const { key, until } of outcome.doneKeys ?? []) this.#keys.set(key, until);
    record.lease = undefined;
    record.done = outcome.done;
    record.failures = Math.min(20, record.failures + outcome.failures.length);
    if (outcome.state === "unmatched") {
      this.#places += 1;
      record.place = this.#places;
      record.state = "unmatched";
      return;
    }
    record.attempts += 1;
    record.crashes = 0;
    if (outcome.state === "retry") {
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
    const chosen = this.#chosen(wanted, ["done", "dead", "unmatched"], limit);
    for (const record of chosen) {
      for (const step of [...record.steps.keys()]) {
        if (record.done.includes(step.split("/")[0] as string)) record.steps.delete(step);
      }
      Object.assign(record, {
        state: "waiting",
        attempts: 0,
        crashes: 0,
        done: [],
        dueAt: nowMs,
        source: "replay",
      });
    }
    return chosen.length;
  }

  drop(wanted: string | undefined, limit: number, nowMs: number): number {
    const held = (record: ModelRecord) => record.state === "running" && record.leaseUntil > nowMs;
    const chosen = this.#chosen(
      wanted,
      ["done", "dead", "waiting", "running", "unmatched"],
      Number.POSITIVE_INFINITY,
    )
      .filter((record) => !held(record))
      .slice(0, limit);
    for (const record of chosen) record.state = "dropped";
    return chosen.length;
  }

  counts(): InboxCounts {
    const of = (state: RecordState) => this.records.filter((record) => record.state === state).length;
    return {
      waiting: of("waiting"),
      running: of("running"),
      done: of("done"),
      dead: of("dead"),
      unmatched: of("unmatched"),
    };
  }

  /** What `find` shows of everything. */
  view() {
    return this.records
      .filter(({ state }) => state !== "dropped")
      .reverse()
      .map(({ id, state, attempts, crashes, done, steps, failures, source }) => ({
        id,
        state,
        attempts,
        crashes,
        done,
        steps: [...steps].sort(),
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
