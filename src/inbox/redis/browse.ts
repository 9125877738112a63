import type { InboxQuery, InboxRecord, RecordState } from "../contract.js";
import type { EventJob, Store } from "./store.js";
import { type StoredEntry, stateOf, toRecord } from "./stored.js";

/** A record with its job. */
export interface Found {
  readonly record: InboxRecord;
  readonly jobId: string;
  readonly stored: StoredEntry;
}

const PAGE = 32;

/** Goes through the records of a query, newest first, a page at a time. */
export async function* browse(store: Store, query: InboxQuery): AsyncGenerator<Found> {
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  const pages = query.ids === undefined ? pagesOfAll(store) : pagesOfIds(store, query.ids);
  for await (const jobIds of pages) {
    for await (const found of load(store, jobIds, query)) {
      yield found;
      left -= 1;
      if (left <= 0) return;
    }
  }
}

async function* pagesOfAll(store: Store): AsyncGenerator<readonly string[]> {
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

async function* pagesOfIds(store: Store, ids: readonly string[]): AsyncGenerator<readonly string[]> {
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
async function* load(store: Store, jobIds: readonly string[], query: InboxQuery): AsyncGenerator<Found> {
  const looks = await each(store, jobIds, (batch, key) => {
    batch.hmget(key, "name", "timestamp", "earshot", "finishedOn", "failedReason");
    batch.exists(`${key}:lock`);
  });
  const gone: string[] = [];
  const wanted: { readonly jobId: string; readonly state: RecordState }[] = [];
  jobIds.forEach((jobId, at) => {
    const [name, timestamp, earshot, finishedOn, failedReason] = looks[at * 2] as (string | null)[];
    if (name === null || name === undefined) {
      gone.push(jobId);
      return;
    }
    let state: RecordState = Number(looks[at * 2 + 1]) === 1 ? "running" : "waiting";
    if (earshot === "done" || earshot === "dead") state = earshot;
    else if (typeof finishedOn === "string") state = failedReason === null ? "done" : "dead";
    if (matches(name, Number(timestamp), state, query)) wanted.push({ jobId, state });
  });
  // BullMQ removed their jobs, which had been done for long.
  if (gone.length > 0) await store.ask((commands) => commands.zrem(store.keys.index, ...gone));
  const jobs = await each(
    store,
    wanted.map(({ jobId }) => jobId),
    (batch, key) => batch.hgetall(key),
  );
  for (const [at, { jobId, state }] of wanted.entries()) {
    const { data, progress } = jobs[at] as Record<string, string | undefined>;
    if (data === undefined) continue;
    const stored = JSON.parse(data) as StoredEntry;
    const record = toRecord(stored, stateOf(stored, JSON.parse(progress ?? "0")), state);
    yield { record, jobId, stored };
  }
}

function matches(name: string, receivedAt: number, state: RecordState, query: InboxQuery): boolean {
  if (query.state !== undefined && ![query.state].flat().includes(state)) return false;
  if (query.triggerName !== undefined && query.triggerName.toUpperCase() !== name.toUpperCase()) return false;
  if (query.since !== undefined && receivedAt < query.since) return false;
  return query.until === undefined || receivedAt < query.until;
}

async function each(
  store: Store,
  jobIds: readonly string[],
  ask: (batch: ReturnType<Store["commands"]["pipeline"]>, key: string) => void,
): Promise<readonly unknown[]> {
  if (jobIds.length === 0) return [];
  const answers = await store.ask((commands) => {
    const batch = commands.pipeline();
    for (const jobId of jobIds) ask(batch, store.keys.job(jobId));
    return batch.exec();
  });
  return (answers ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}

/** The job of an id, to do something with it. */
export async function jobOf(store: Store, jobId: string): Promise<EventJob | undefined> {
  return (await store.queue.getJob(jobId)) as EventJob | undefined;
}
