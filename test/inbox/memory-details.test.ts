import { expect, test } from "vitest";
import type { Claimed, Entry, Failure, Inbox, InboxContext } from "../../src/inbox/contract.js";
import { DeduplicationIndex } from "../../src/inbox/memory/deduplication.js";
import { type MemoryInboxOptions, memoryInbox } from "../../src/inbox/memory/index.js";
import { manualClock } from "../support/manual-clock.js";

const day = 24 * 60 * 60 * 1000;
const failure: Failure = { callback: undefined, attempt: 1, at: 0, message: "no" };
const never = new AbortController().signal;

function entry(id: string, changes: Partial<Entry> = {}): Entry {
  return {
    id,
    triggerName: "A_TRIGGER",
    source: "webhook",
    origin: { provider: "composio", signed: true, route: undefined },
    body: "12345",
    receivedAt: 0,
    orderKey: undefined,
    event: undefined,
    ...changes,
  } as Entry;
}

async function opened(options: MemoryInboxOptions = {}, context: Partial<InboxContext> = {}) {
  const clock = manualClock();
  const warnings: string[] = [];
  const inbox = memoryInbox(options);
  await inbox.open({
    clock,
    dedupeWindowMs: day,
    maxPending: 10_000,
    leaseMs: 30_000,
    warn: (error) => void warnings.push(error.message),
    ...context,
  });
  return { inbox, clock, warnings };
}

const claimedIds = (claimed: readonly Claimed[]) => claimed.map(({ record }) => record.id);

async function claim(inbox: Inbox, max = 10): Promise<readonly Claimed[]> {
  const leaving = new AbortController();
  const claimed = inbox.claim(max, leaving.signal);
  await Promise.resolve();
  leaving.abort();
  return claimed;
}

const dead = (): { state: "dead"; done: string[]; failures: Failure[] } => ({
  state: "dead",
  done: [],
  failures: [failure],
});

test("dead letters beyond the limit are reported with their number, once a minute", async () => {
  const { inbox, clock, warnings } = await opened({ maxSettled: 2 });
  const deadLetter = (id: string) => inbox.deadLetter(entry(id), failure);
  for (const id of ["a", "b"]) deadLetter(id);
  expect(warnings).toEqual([]);
  deadLetter("c");
  const limits = "the memory inbox holds 2 of them and 67108864 bytes.";
  expect(warnings).toEqual([`1 dead-lettered record was dropped: ${limits}`]);
  for (const id of ["d", "e"]) deadLetter(id);
  clock.advance(59_999);
  deadLetter("f");
  expect(warnings).toHaveLength(1);
  clock.advance(1);
  deadLetter("g");
  expect(warnings.slice(1)).toEqual([`4 dead-lettered records were dropped: ${limits}`]);
  clock.advance(60_000);
  deadLetter("h");
  expect(warnings.slice(2)).toEqual([`1 dead-lettered record was dropped: ${limits}`]);
});

test("an inbox without room for settled records reports its dead letters, and not its done records", async () => {
  const { inbox, warnings } = await opened({ maxSettled: 0 });
  const settle = async (id: string, state: "done" | "dead") => {
    const { claimed } = (await inbox.store(entry(id), true)) as { claimed: Claimed };
    await inbox.settle(claimed, { ...dead(), state });
  };
  await settle("a", "done");
  expect(warnings).toEqual([]);
  await settle("b", "dead");
  expect(warnings).toHaveLength(1);
  expect(await inbox.counts()).toMatchObject({ waiting: 0, running: 0, done: 0, dead: 0 });
});

test("bodies of settled records may take exactly the bytes allowed; done records are dropped before dead letters", async () => {
  const { inbox, warnings } = await opened({ maxSettledBytes: 300_000 });
  // Larger than a block, so that only its own bytes count.
  const body = new Uint8Array(100_000);
  inbox.deadLetter(entry("dead", { body }), failure);
  for (const id of ["first", "second"]) {
    const { claimed } = (await inbox.store(entry(id, { body }), true)) as { claimed: Claimed };
    await inbox.settle(claimed, { state: "done", done: [], failures: [] });
  }
  expect(await inbox.counts()).toMatchObject({ done: 2, dead: 1 });
  inbox.deadLetter(entry("dead too", { body }), failure);
  expect(await inbox.counts()).toMatchObject({ done: 1, dead: 2 });
  expect(warnings).toEqual([]);
  inbox.deadLetter(entry("large", { body: new Uint8Array(300_001) }), failure);
  expect(await inbox.counts()).toMatchObject({ done: 0, dead: 1 });
  expect(warnings).toHaveLength(1);
});

test("backpressure begins at exactly maxPending records, and at exactly maxPendingBytes", async () => {
  const records = await opened({}, { maxPending: 2 });
  for (const id of ["a", "b"]) expect(await records.inbox.store(entry(id), false)).toEqual({ state: "new" });
  expect(await records.inbox.store(entry("c"), false)).toMatchObject({ state: "full" });

  const bytes = await opened({}, { maxPendingBytes: 10 });
  for (const id of ["a", "b"]) expect(await bytes.inbox.store(entry(id), false)).toEqual({ state: "new" });
  expect(await bytes.inbox.store(entry("c"), false)).toMatchObject({ state: "full" });
  await bytes.inbox.drop({ ids: ["a"] });
  expect(await bytes.inbox.store(entry("c"), false)).toEqual({ state: "new" });
});

test("a record is claimed as it is stored only if no record of its order key is before it", async () => {
  const { inbox } = await opened();
  const store = async (id: string, orderKey?: string) => inbox.store(entry(id, { orderKey }), true);
  const { claimed } = (await store("a1", "a")) as { claimed: Claimed };
  expect(claimed.record).toMatchObject({ id: "a1", state: "running" });
  expect(await store("a2", "a")).toEqual({ state: "new" });
  expect(await store("b1", "b")).toMatchObject({ claimed: { record: { id: "b1" } } });
  expect(await claim(inbox)).toEqual([]);
  await inbox.settle(claimed, { state: "done", done: [], failures: [] });
  expect(claimedIds(await claim(inbox))).toEqual(["a2"]);
});

test("a redelivered dead letter is due again, claimed at once if it can be, and waits for its order key if not", async () => {
  const { inbox } = await opened();
  const redelivered = (id: string, orderKey?: string) => entry(id, { redelivers: true, orderKey });
  for (const id of ["x", "y", "z"]) {
    const { claimed } = (await inbox.store(entry(id, { orderKey: "k" }), true)) as { claimed: Claimed };
    await inbox.settle(claimed, dead());
  }
  expect(await inbox.store(entry("x", { orderKey: "k" }), true)).toEqual({
    state: "duplicate",
    settled: true,
  });
  const again = (await inbox.store(redelivered("x", "k"), true)) as { claimed: Claimed };
  expect(again).toMatchObject({ state: "new", redelivered: true, claimed: { record: { attempts: 0 } } });
  // The first still runs.
  expect(await inbox.store(redelivered("y", "k"), true)).toEqual({ state: "new", redelivered: true });
  expect(await claim(inbox)).toEqual([]);
  await inbox.settle(again.claimed, { state: "done", done: [], failures: [] });
  const [second] = await claim(inbox);
  expect(second?.record.id).toBe("y");
  await inbox.settle(second as Claimed, { state: "done", done: [], failures: [] });
  expect(await inbox.store(redelivered("z", "k"), false)).toEqual({ state: "new", redelivered: true });
  expect(claimedIds(await claim(inbox))).toEqual(["z"]);
  expect(await inbox.counts()).toMatchObject({ running: 1, done: 2, dead: 0 });
});

test("a success adds no failure, and of many failures the last 20 stay", async () => {
  const { inbox } = await opened();
  let { claimed } = (await inbox.store(entry("a"), true)) as { claimed: Claimed };
  for (let attempt = 1; attempt <= 22; attempt += 1) {
    const failures = [{ ...failure, attempt }];
    expect(await inbox.settle(claimed, { state: "retry", dueAt: 0, done: [], failures })).toBe(true);
    [claimed] = (await claim(inbox)) as [Claimed];
  }
  expect(await inbox.settle(claimed, { state: "done", done: ["one"], failures: [] })).toBe(true);
  expect(await inbox.settle(claimed, { state: "done", done: ["two"], failures: [failure] })).toBe(false);
  for await (const record of inbox.find({})) {
    expect(record).toMatchObject({ state: "done", done: ["one"], attempts: 23 });
    expect(record.failures.map(({ attempt }) => attempt)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 3),
    );
  }
});

test("the limit of drop counts settled and waiting records together, the settled ones first", async () => {
  const { inbox } = await opened();
  inbox.deadLetter(entry("dead"), failure);
  for (const id of ["a", "b", "c"]) await inbox.store(entry(id), false);
  expect(await inbox.drop({ limit: 2 })).toBe(2);
  expect(await inbox.counts()).toMatchObject({ waiting: 2, dead: 0 });
  expect(await inbox.drop({ limit: 10 })).toBe(2);
  expect(await claim(inbox)).toEqual([]);
});

test("close ends the claims that wait, and an aborted claim takes no later record", async () => {
  const { inbox } = await opened();
  const leaving = new AbortController();
  const left = inbox.claim(1, leaving.signal);
  leaving.abort();
  expect(await left).toEqual([]);
  expect(await inbox.claim(1, leaving.signal)).toEqual([]);
  const waits = inbox.claim(5, never);
  await inbox.store(entry("a"), false);
  expect(claimedIds(await waits)).toEqual(["a"]);
  const ended = [inbox.claim(1, never), inbox.claim(1, never)];
  await inbox.close();
  expect(await Promise.all(ended)).toEqual([[], []]);
});

test("thousands of due records are claimed in the order stored, each once", async () => {
  const { inbox } = await opened();
  const ids = Array.from({ length: 5000 }, (_, n) => `e${n}`);
  const claimed: string[] = [];
  for (const id of ids.slice(0, 4000)) await inbox.store(entry(id), false);
  while (claimed.length < 3000) claimed.push(...claimedIds(await claim(inbox, 7)));
  for (const id of ids.slice(4000)) await inbox.store(entry(id), false);
  while (claimed.length < 5000) claimed.push(...claimedIds(await claim(inbox, 64)));
  expect(claimed).toEqual(ids);
});

const content = (channel: string, changes: object = {}) => ({
  hashes: ["h1", "h2"],
  channel,
  hasId: false,
  at: 1000,
  since: 0,
  until: 2000,
  ...changes,
});
const index = (windowMs = day, most = 1000) => new DeduplicationIndex(windowMs, most, new Set<string>());

test("a copy by content is matched once for each channel, and its id and keys are remembered from then on", () => {
  const remembered = index();
  remembered.add({ id: "made", content: content("websocket") }, 0);
  const copy = { id: "log_1", keys: ["msg_1"], content: content("webhook", { hasId: true }) };
  expect(remembered.duplicateOf({ id: "other", content: content("websocket") })).toBeUndefined();
  expect(remembered.duplicateOf(copy)).toEqual({ id: "made", by: "content" });
  expect(remembered.duplicateOf({ id: "log_1" })).toEqual({ id: "made", by: "id" });
  expect(remembered.duplicateOf({ id: "log_2", keys: ["msg_1"] })).toEqual({ id: "made", by: "id" });
  expect(remembered.duplicateOf({ id: "log_3", content: content("webhook") })).toBeUndefined();
  expect(remembered.duplicateOf({ id: "log_4", content: content("log", { hasId: true }) })).toBeUndefined();
});

test("of several records with equal content, the oldest in the time window is matched, inclusive of its ends", () => {
  const remembered = index();
  for (const at of [1500, 999, 1000, 1001, 2001]) {
    remembered.add({ id: `at ${at}`, content: content("websocket", { at }) }, 0);
  }
  const match = (channel: string) =>
    remembered.duplicateOf({ id: "copy", content: content(channel, { since: 1000, until: 1500 }) })?.id;
  expect([match("a"), match("a"), match("a"), match("a")]).toEqual([
    "at 1000",
    "at 1001",
    "at 1500",
    undefined,
  ]);
});

test("an id, its keys and its content are remembered for the whole window, to the second, and no longer", () => {
  const remembered = index(10_000);
  const first = { id: "first", keys: ["key"], content: content("websocket") };
  remembered.add(first, 500);
  remembered.add({ id: "second" }, 10_999);
  expect(remembered.duplicateOf({ id: "first" })).toEqual({ id: "first", by: "id" });
  expect(remembered.duplicateOf({ id: "x", keys: ["key"] })).toEqual({ id: "first", by: "id" });
  remembered.add({ id: "third" }, 11_000);
  expect(remembered.size).toBe(2);
  expect(remembered.duplicateOf({ id: "first" })).toBeUndefined();
  expect(remembered.duplicateOf({ id: "x", keys: ["key"] })).toBeUndefined();
  expect(remembered.duplicateOf({ id: "x", content: content("webhook") })).toBeUndefined();
});

test("a key that a later record has as well stays when the earlier record is forgotten", () => {
  const remembered = index(10_000);
  remembered.add({ id: "first", keys: ["key"] }, 0);
  remembered.add({ id: "second", keys: ["key"] }, 9000);
  remembered.add({ id: "third" }, 11_000);
  expect(remembered.duplicateOf({ id: "first" })).toBeUndefined();
  expect(remembered.duplicateOf({ id: "x", keys: ["key"] })).toEqual({ id: "second", by: "id" });
});

test("equal content of a forgotten record does not hide that of the one that stays", () => {
  const remembered = index(10_000);
  remembered.add({ id: "first", content: content("websocket") }, 0);
  remembered.add({ id: "second", content: content("websocket", { at: 1001 }) }, 9000);
  remembered.add({ id: "third" }, 11_000);
  expect(remembered.duplicateOf({ id: "x", content: content("webhook") })).toEqual({
    id: "second",
    by: "content",
  });
});
