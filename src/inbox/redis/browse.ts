import type { InboxQuery, InboxRecord, RecordState, StoredPage, StoredRecord } from "../contract.js";
import { withMembers } from "./batch-members.js";
import type { EventJob, RedisStore } from "./redis-store.js";
import { progressOf, type StoredEntry, toRecord } from "./stored-record.js";

/** A record with its job. */
export interface FoundRecord {
  readonly record: InboxRecord;
  readonly jobId: string;
  readonly stored: StoredEntry;
  /** How often BullMQ found the job's lease run out. */
  readonly stalls: number;
}

/** Those of the jobs that are there. */
export async function browseJobs(
  store: RedisStore,
  jobIds: readonly string[],
  query: InboxQuery = {},
): Promise<readonly FoundRecord[]> {
  const all: FoundRecord[] = [];
  for await (const found of load(store, jobIds, query)) all.push(found);
  return all;
}

const PAGE = 32;
/** Records that one call of `storedAfter` brings at most. */
const MOST_STORED = 200;

/** Goes through the records of a query, newest first, a page at a time. */
export async function* browse(store: RedisStore, query: InboxQuery): AsyncGenerator<FoundRecord> {
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  const pages = query.ids === undefined ? pagesOfAll(store) : pagesOfIds(store, query.ids);
  for await (const jobIds of pages) {
    for await (const found of load(store, jobIds, query)) {
      // A deduplication key of another record may be the same text.
      if (query.ids !== undefined && !query.ids.includes(found.record.id)) continue;
      yield found;
      left -= 1;
      if (left <= 0) return;
    }
  }
}

/** The index numbers the records without a hole, so a number that is missing is a record that was removed. */
export async function storedAfter(store: RedisStore, after: number, max: number): Promise<StoredPage> {
  const newest = Number((await store.ask((commands) => commands.get(store.keys.number))) ?? 0);
  const most = Math.min(Math.max(0, max), MOST_STORED);
  const page = await store.ask((commands) =>
    commands.zrangebyscore(store.keys.index, `(${after}`, String(newest), "WITHSCORES", "LIMIT", 0, most),
  );
  const positions = new Map<string, number>();
  for (let at = 0; at < page.length; at += 2) positions.set(page[at] as string, Number(page[at + 1]));
  const records: StoredRecord[] = [];
  for await (const { record, jobId } of load(store, [...positions.keys()], {})) {
    records.push({ position: positions.get(jobId) as number, record });
  }
  const isEnd = positions.size < most;
  const next = isEnd ? Math.max(after, newest) : Math.max(after, ...positions.values());
  return { records, next, newest, isComplete: records.length === next - after };
}

async function* pagesOfAll(store: RedisStore): AsyncGenerator<readonly string[]> {
  let below = "+inf";
  for (;;) {
    const page = await store.ask((commands) =>
      commands.zrevrangebyscore(store.keys.index, below, "-inf", "WITHSCORES", "LIMIT", 0, PAGE),
    );
    const jobIds = page.filter((_, at) => at % 2 === 0);
    if (jobIds.length === 0) return;
    yield jobIds;
    below = `(${page.at(-1)}`;
  }
}

async function* pagesOfIds(store: RedisStore, ids: readonly string[]): AsyncGenerator<readonly string[]> {
  const places: { readonly jobId: string; readonly place: number }[] = [];
  for (const id of new Set(ids)) {
    const jobIds = await store.ask((commands) => commands.zrange(store.keys.identity(id), 0, -1));
    for (const jobId of jobIds) {
      const place = await store.ask((commands) => commands.zscore(store.keys.index, jobId));
      if (place !== null) places.push({ jobId, place: Number(place) });
    }
  }
  places.sort((a, b) => b.place - a.place);
  for (let at = 0; at < places.length; at += PAGE) {
    yield places.slice(at, at + PAGE).map(({ jobId }) => jobId);
  }
}

/** First what is asked about, then the bodies of those that are wanted. */
async function* load(
  store: RedisStore,
  jobIds: readonly string[],
  query: InboxQuery,
): AsyncGenerator<FoundRecord> {
  const looks = await each(store, jobIds, (batch, key) => {
    batch.hmget(key, "name", "timestamp", "earshot", "finishedOn", "failedReason");
    batch.get(`${key}:lock`);
    batch.pttl(`${key}:lock`);
  });
  const gone: string[] = [];
  const wanted: { readonly jobId: string; readonly state: RecordState; readonly lease: HeldBy }[] = [];
  const nowMs = store.now;
  jobIds.forEach((jobId, at) => {
    const [name, timestamp, earshot, finishedOn, failedReason] = looks[at * 3] as (string | null)[];
    if (name === null || name === undefined) {
      gone.push(jobId);
      return;
    }
    const lock = looks[at * 3 + 1];
    let state: RecordState = typeof lock === "string" ? "running" : "waiting";
    if (earshot === "done" || earshot === "dead" || earshot === "unmatched") state = earshot;
    else if (typeof finishedOn === "string") state = failedReason === null ? "done" : "dead";
    if (!matches(name, Number(timestamp), state, query)) return;
    const lease = state === "running" ? heldBy(String(lock), nowMs + Number(looks[at * 3 + 2])) : undefined;
    wanted.push({ jobId, state, lease });
  });
  // BullMQ removed their jobs, which had been done for long.
  if (gone.length > 0) await store.ask((commands) => commands.zrem(store.keys.index, ...gone));
  const jobs = await each(
    store,
    wanted.map(({ jobId }) => jobId),
    (batch, key) => batch.hgetall(key),
  );
  for (const [at, { jobId, state, lease }] of wanted.entries()) {
    const fields = jobs[at] as Record<string, string>;
    const { data, progress, stc } = fields;
    if (data === undefined) continue;
    const stored = JSON.parse(data) as StoredEntry;
    const stalls = Number(stc ?? 0);
    const found = toRecord(stored, progressOf(stored, JSON.parse(progress ?? "0")), state, stalls);
    const record = withMembers(found, fields);
    yield { record: lease === undefined ? record : { ...record, lease }, jobId, stored, stalls };
  }
}

type HeldBy = InboxRecord["lease"];

/** Leases of an earlier version do not say whose they are. */
function heldBy(token: string, until: number): HeldBy {
  const at = token.indexOf("@");
  return { owner: at < 0 ? "unknown" : token.slice(at + 1), until };
}

function matches(name: string, receivedAt: number, state: RecordState, query: InboxQuery): boolean {
  if (query.state !== undefined && ![query.state].flat().includes(state)) return false;
  if (query.triggerName !== undefined && query.triggerName.toUpperCase() !== name.toUpperCase()) return false;
  if (query.since !== undefined && receivedAt < query.since) return false;
  return query.until === undefined || receivedAt < query.until;
}

export async function each(
  store: RedisStore,
  jobIds: readonly string[],
  ask: (batch: ReturnType<RedisStore["commands"]["pipeline"]>, key: string, jobId: string) => void,
): Promise<readonly unknown[]> {
  if (jobIds.length === 0) return [];
  const answers = await store.ask((commands) => {
    const batch = commands.pipeline();
    for (const jobId of jobIds) ask(batch, store.keys.job(jobId), jobId);
    return batch.exec();
  });
  return (answers ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}

/** The job of an id, to do something with it. */
export async function jobOf(store: RedisStore, jobId: string): Promise<EventJob | undefined> {
  return (await store.queue.getJob(jobId)) as EventJob | undefined;
}
