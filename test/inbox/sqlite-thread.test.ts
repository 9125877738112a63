import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import type { Claimed, Entry, Inbox } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { OriginPacker } from "../../src/inbox/sqlite/packed-origin.js";
import { storableEntry } from "../../src/inbox/sqlite/storable.js";
import { StoreThread } from "../../src/inbox/sqlite/store-thread.js";
import { steppedClock } from "../../src/testing/stepped-clock.js";
import { openDatabase } from "../support/sqlite.js";
import { contextFor, entryOf } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

let path: string;
let remove: () => void;
const opened = new Set<Inbox>();

beforeEach(() => {
  const made = temporaryFolder();
  path = join(made.folder, "inbox.db");
  remove = made.remove;
});
afterEach(async () => {
  for (const inbox of opened) await inbox.close();
  opened.clear();
  remove();
});

async function open(own: Parameters<typeof contextFor>[0] = {}, pollMs = 250): Promise<Inbox> {
  const inbox = sqliteInbox({ path, pollMs });
  opened.add(inbox);
  await inbox.open(contextFor(own));
  return inbox;
}

async function hold(inbox: Inbox, entry: Entry): Promise<Claimed> {
  const stored = await inbox.store(entry, true);
  if (stored.state !== "new" || stored.claimed === undefined) throw new Error(`not held: ${stored.state}`);
  return stored.claimed;
}

test("while the file is busy, the event loop is not", async () => {
  const inbox = await open();
  const other = openDatabase(path);
  other.exec("BEGIN IMMEDIATE");
  const storing = Promise.all(Array.from({ length: 50 }, (_, n) => inbox.store(entryOf(n), false)));
  let turns = 0;
  let isKept = false;
  void storing.then(() => {
    isKept = true;
  });
  // As many turns as a held-up loop would not get through.
  while (turns < 100) {
    turns += 1;
    await sleep(2);
    expect(isKept).toBe(false);
  }
  other.exec("ROLLBACK");
  other.close();
  for (const { state } of await storing) expect(state).toBe("new");
});

test("what comes together is written together; what comes meanwhile is the next batch", async () => {
  let batches = 0;
  const thread = new StoreThread(
    { path, synchronous: "full", dedupeWindowMs: 1e6, maxPending: 1e6, leaseMs: 1e4 },
    systemClock,
    { dueState: () => (batches += 1), warn: () => undefined },
  );
  await thread.start();
  const store = (n: number) => {
    return thread.ask("store", { entry: storableEntry(entryOf(n), path, new OriginPacker()), claim: false });
  };
  const first = Array.from({ length: 200 }, (_, n) => store(n));
  // The first batch leaves at the end of this turn of the loop.
  await new Promise((resolve) => setImmediate(resolve));
  const second = Array.from({ length: 200 }, (_, n) => store(200 + n));
  expect(await Promise.all([...first, ...second])).toEqual(Array.from({ length: 400 }, () => "new"));
  expect(batches).toBe(2);
  await thread.stop();
});

test("a request that cannot be done is refused alone: what came with it is stored", async () => {
  const inbox = await open();
  const bad = { ...entryOf("bad"), id: undefined } as unknown as Entry;
  const [before, broken, after] = await Promise.allSettled([
    inbox.store(entryOf("before"), false),
    inbox.store(bad, false),
    inbox.store(entryOf("after"), false),
  ]);
  expect(before).toMatchObject({ status: "fulfilled", value: { state: "new" } });
  expect(after).toMatchObject({ status: "fulfilled", value: { state: "new" } });
  expect(broken).toMatchObject({ status: "rejected", reason: { code: "ERR_INBOX_RECORD" } });
  expect((await inbox.counts()).waiting).toBe(2);
});

test("a question that cannot travel to the thread is refused, and the next one is answered", async () => {
  const inbox = await open();
  const query = { ids: [() => 1] } as unknown as { ids: string[] };
  await expect(inbox.replay(query)).rejects.toMatchObject({ code: "ERR_INBOX_UNAVAILABLE" });
  expect((await inbox.store(entryOf(1), false)).state).toBe("new");
});

test("a thread that dies is replaced, and nothing that was answered is lost", async () => {
  const workers: Worker[] = [];
  const note = (worker: Worker) => workers.push(worker);
  process.on("worker", note);
  try {
    const warnings: Error[] = [];
    const inbox = await open({ warn: (error) => warnings.push(error) });
    const claimed = await hold(inbox, entryOf("held"));
    expect(workers).toHaveLength(1);
    const storing = Promise.allSettled(Array.from({ length: 20 }, (_, n) => inbox.store(entryOf(n), false)));
    await new Promise((resolve) => setImmediate(resolve));
    await workers[0]?.terminate();
    const stored = (await storing).filter(({ status }) => status === "fulfilled").length;
    expect(warnings.length).toBe(stored === 20 ? 0 : 1);
    expect((await inbox.store(entryOf("next"), false)).state).toBe("new");
    expect(workers).toHaveLength(2);
    await inbox.settle(claimed, { state: "done", done: ["work"], failures: [] });
    const { waiting, done } = await inbox.counts();
    expect(done).toBe(1);
    expect(waiting).toBeGreaterThanOrEqual(stored + 1);
  } finally {
    process.off("worker", note);
  }
});

test("an inbox with nothing to do keeps no process alive", async () => {
  const child = spawn(
    process.execPath,
    [
      "--import",
      join(import.meta.dirname, "../support/run-typescript.mjs"),
      join(import.meta.dirname, "idle-child.ts"),
      path,
    ],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  const [exit] = await once(child, "exit");
  expect(exit).toBe(7);
  const inbox = await open();
  expect((await inbox.counts()).waiting).toBe(1);
});

test("a find that goes on after close fails, and starts nothing again", async () => {
  const workers: Worker[] = [];
  const note = (worker: Worker) => workers.push(worker);
  process.on("worker", note);
  try {
    const inbox = await open();
    const body = "b".repeat(20_000);
    await Promise.all(Array.from({ length: 400 }, (_, n) => inbox.store(entryOf(n, { body }), false)));
    await expect(async () => {
      for await (const _ of inbox.find({})) await inbox.close();
    }).rejects.toMatchObject({ code: "ERR_INBOX_UNAVAILABLE" });
    expect(workers).toHaveLength(1);
  } finally {
    process.off("worker", note);
  }
});

test("a claim that waits is woken by this process's own doings, without a poll", async () => {
  const inbox = await open({}, 1e9);
  const { signal } = new AbortController();
  const next = async (make: () => unknown, how: string) => {
    const claiming = inbox.claim(1, signal);
    await make();
    const [claimed] = await claiming;
    expect(claimed?.record.id, how).toBe("event-1");
    return claimed as Claimed;
  };
  const failures = [{ callback: "work", attempt: 1, at: 1, message: "no" }];
  let claimed = await next(() => inbox.store(entryOf(1), false), "stored in the same turn");
  claimed = await next(() => inbox.release([claimed]), "given back");
  claimed = await next(
    () => inbox.settle(claimed, { state: "retry", dueAt: Date.now() + 50, done: [], failures }),
    "due in a moment",
  );
  await inbox.settle(claimed, { state: "dead", done: [], failures });
  claimed = await next(async () => {
    await inbox.counts();
    await inbox.replay({});
  }, "replayed in a later turn");
});

test("a claim that waits is woken when a lease runs out, without a poll", async () => {
  const inbox = await open({ leaseMs: 100 }, 1e9);
  await hold(inbox, entryOf(1));
  const [claimed] = await inbox.claim(1, new AbortController().signal);
  expect(claimed?.record.id).toBe("event-1");
});

test("find brings page after page: what is dropped meanwhile does not come", async () => {
  const inbox = await open();
  const body = "b".repeat(20_000);
  await Promise.all(Array.from({ length: 400 }, (_, n) => inbox.store(entryOf(n, { body }), false)));
  let found = 0;
  for await (const _ of inbox.find({})) {
    found += 1;
    if (found === 1) expect(await inbox.drop({})).toBe(400);
  }
  // A page has a megabyte of bodies at the most.
  expect(found).toBeLessThan(60);
});

test("claim carries no more than fits the memory, and the rest comes next", async () => {
  const inbox = await open();
  const body = Buffer.alloc(3 * 1024 * 1024, "b");
  for (let n = 0; n < 5; n += 1) await inbox.store(entryOf(n, { body }), false);
  const { signal } = new AbortController();
  const ids: string[] = [];
  const first = await inbox.claim(100, signal);
  expect(first.length).toBeLessThan(5);
  ids.push(...first.map(({ record }) => record.id));
  while (ids.length < 5) ids.push(...(await inbox.claim(100, signal)).map(({ record }) => record.id));
  expect(ids).toEqual([0, 1, 2, 3, 4].map((n) => `event-${n}`));
});

test("what is settled is forgotten a little with each batch; what is dead stays until it is dropped", async () => {
  const clock = steppedClock();
  const inbox = await open({ clock, dedupeWindowMs: 10_000 });
  const claimed = await Promise.all(Array.from({ length: 500 }, (_, n) => hold(inbox, entryOf(n))));
  await Promise.all(
    claimed.map((one, n) =>
      inbox.settle(one, { state: n % 5 === 0 ? "dead" : "done", done: [], failures: [] }),
    ),
  );
  expect(await inbox.counts()).toEqual({ waiting: 0, running: 0, done: 400, dead: 100, unmatched: 0 });
  clock.advance(10_001);
  let left = 400;
  let batches = 0;
  while (left > 0) {
    batches += 1;
    await inbox.store(entryOf(`later-${batches}`), false);
    const { done, dead } = await inbox.counts();
    expect(dead).toBe(100);
    // One store and one look at the counts.
    expect(left - done).toBeLessThanOrEqual(20);
    expect(batches).toBeLessThan(100);
    left = done;
  }
  expect(await inbox.store(entryOf(1), false)).toEqual({ state: "new" });
  expect(await inbox.store(entryOf(0), false)).toEqual({ state: "duplicate", settled: true });
  expect(await inbox.drop({ state: "dead" })).toBe(100);
  const file = openDatabase(path, { readonly: true });
  const contents = file.prepare("SELECT count(*) FROM contents WHERE body IS NOT NULL").pluck().get();
  file.close();
  expect(contents).toBe(batches + 1);
});

test("a settled record that was passed over is forgotten on a later walk", async () => {
  const clock = steppedClock();
  const inbox = await open({ clock, dedupeWindowMs: 8000 });
  const slow = await hold(inbox, entryOf("slow"));
  const quick = await hold(inbox, entryOf("quick"));
  await inbox.settle(quick, { state: "done", done: [], failures: [] });
  clock.advance(9000);
  await inbox.store(entryOf("other"), false);
  expect((await inbox.counts()).done).toBe(0);
  await inbox.settle(slow, { state: "done", done: [], failures: [] });
  for (let n = 0; n < 4; n += 1) {
    clock.advance(9000);
    await inbox.store(entryOf(n), false);
  }
  expect((await inbox.counts()).done).toBe(0);
});

test("metadata that is written stands in the file, and of many the last; those under way are, at the close", async () => {
  const [here, there] = [await open(), await open()];
  await here.writeMetadata("cursor", "0");
  expect(await there.readMetadata("cursor")).toBe("0");
  const writing = Array.from({ length: 1001 }, (_, n) => here.writeMetadata("cursor", String(n)));
  expect(await here.readMetadata("cursor")).toBe("1000");
  await Promise.all(writing);
  const last = here.writeMetadata("cursor", "1001");
  await here.close();
  await last;
  expect(await there.readMetadata("cursor")).toBe("1001");
});
