import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Claimed, Entry, Inbox, InboxContext } from "../../src/inbox/contract.js";
import { weaknessOf } from "../../src/inbox/sqlite/driver/choose.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { type SteppedClock, steppedClock } from "../../src/testing/stepped-clock.js";
import { openDatabase } from "../support/sqlite.js";
import { contextFor, entryOf } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

let path: string;
let remove: () => void;
let clock: SteppedClock;
let warnings: (Error & { code?: string })[];
const opened = new Set<Inbox>();

beforeEach(() => {
  const made = temporaryFolder();
  path = join(made.folder, "inbox.db");
  remove = made.remove;
  clock = steppedClock();
  warnings = [];
});
afterEach(async () => {
  for (const inbox of opened) await inbox.close();
  opened.clear();
  remove();
});

async function open(own: Partial<InboxContext> = {}): Promise<Inbox> {
  const inbox = sqliteInbox({ path });
  opened.add(inbox);
  await inbox.open(contextFor({ clock, warn: (error) => void warnings.push(error), ...own }));
  return inbox;
}

async function hold(inbox: Inbox, name: number | string, own: Partial<Entry> = {}): Promise<Claimed> {
  const stored = await inbox.store(entryOf(name, own), true);
  if (stored.state !== "new" || stored.claimed === undefined) throw new Error(`not held: ${stored.state}`);
  return stored.claimed;
}

async function leave(inbox: Inbox, name: number | string, own: Partial<Entry> = {}): Promise<void> {
  await inbox.settle(await hold(inbox, name, own), { state: "unmatched", done: [], failures: [] });
}

async function idsIn(inbox: Inbox, state: "done" | "dead" | "unmatched"): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of inbox.find({ state })) ids.push(id);
  return ids.reverse();
}

/** How many dead letters the warnings say were dropped. */
function droppedByWarnings(): number {
  return warnings
    .filter(({ code }) => code === "ERR_DEAD_LETTERS_DROPPED")
    .reduce((sum, { message }) => sum + Number(/\((\d+)\)/.exec(message)?.[1]), 0);
}

test("beyond the records that the dead-letter queue may have, the oldest are dropped, told of with their count, and still known", async () => {
  const inbox = await open({ deadLimits: { records: 10 } });
  for (let n = 0; n < 30; n += 1) {
    clock.advance(1);
    await inbox.settle(await hold(inbox, n), { state: "dead", done: [], failures: [] });
  }
  expect(await inbox.counts()).toMatchObject({ dead: 10 });
  expect(await idsIn(inbox, "dead")).toEqual(Array.from({ length: 10 }, (_, n) => `event-${20 + n}`));
  expect(await inbox.store(entryOf(3), false)).toEqual({ state: "duplicate", settled: true });
  expect(warnings[0]).toMatchObject({
    code: "ERR_DEAD_LETTERS_DROPPED",
    message: expect.stringContaining(path),
  });
  await inbox.close();
  expect(droppedByWarnings()).toBe(20);
  // Not one warning for each.
  expect(warnings.length).toBeLessThan(4);
});

test("beyond the bytes that the dead-letter queue may have, the oldest are dropped; those of an earlier process count", async () => {
  const first = await open();
  const body = Buffer.alloc(1000);
  for (let n = 0; n < 5; n += 1) {
    clock.advance(1);
    await first.deadLetter(entryOf(n, { body }), {
      callback: undefined,
      attempt: 1,
      at: clock.now(),
      message: "no",
    });
  }
  await first.close();
  const inbox = await open({ deadLimits: { bytes: 3500 } });
  clock.advance(1);
  await inbox.settle(await hold(inbox, 5, { body }), { state: "dead", done: [], failures: [] });
  expect(await idsIn(inbox, "dead")).toEqual(["event-3", "event-4", "event-5"]);
  // What is replayed is no dead letter any more, and then has room.
  expect(await inbox.replay({ ids: ["event-3"] })).toBe(1);
  await inbox.deadLetter(entryOf(6, { body }), {
    callback: undefined,
    attempt: 1,
    at: clock.now(),
    message: "no",
  });
  expect(await idsIn(inbox, "dead")).toEqual(["event-4", "event-5", "event-6"]);
});

test("dead letters older than their limit are dropped", async () => {
  const inbox = await open({ deadLimits: { ageMs: 60_000 } });
  const slow = await hold(inbox, "stored first, dead last");
  await inbox.settle(await hold(inbox, "old"), { state: "dead", done: [], failures: [] });
  clock.advance(59_999);
  await inbox.settle(slow, { state: "dead", done: [], failures: [] });
  expect((await inbox.counts()).dead).toBe(2);
  clock.advance(1);
  await inbox.readMetadata("any");
  expect(await idsIn(inbox, "dead")).toEqual(["event-stored first, dead last"]);
  clock.advance(60_000);
  await inbox.readMetadata("any");
  expect((await inbox.counts()).dead).toBe(0);
});

test("once the bodies of unfinished records have maxPendingBytes, store answers full; done, dead and unmatched ones do not count", async () => {
  const body = Buffer.alloc(1000);
  const inbox = await open({ maxPendingBytes: 3000 });
  const one = await hold(inbox, 1, { body });
  await leave(inbox, "unmatched", { body });
  await inbox.store(entryOf(2, { body }), false);
  await inbox.store(entryOf(3, { body: "b".repeat(1000) }), false);
  expect((await inbox.store(entryOf(4, { body }), false)).state).toBe("full");
  expect((await inbox.store(entryOf(3, { body }), false)).state).toBe("duplicate");
  expect(await inbox.ready?.()).toMatchObject({ ready: false });
  const other = await open({ maxPendingBytes: 3000 });
  expect((await other.store(entryOf(4, { body }), false)).state).toBe("full");
  await inbox.settle(one, { state: "done", done: [], failures: [] });
  expect((await other.store(entryOf(4, { body }), false)).state).toBe("new");
  expect((await inbox.store(entryOf(5, { body }), false)).state).toBe("full");
  await inbox.drop({ ids: ["event-4"] });
  expect((await inbox.store(entryOf(5, { body }), false)).state).toBe("new");
  // The counts are those of the records.
  await inbox.drop({ ids: ["event-2", "event-3", "event-5", "event-unmatched"] });
  const db = openDatabase(path, { readonly: true });
  expect(db.prepare("SELECT pending_bytes, dead_bytes, unmatched FROM totals").get()).toEqual({
    pending_bytes: 0,
    dead_bytes: 0,
    unmatched: 0,
  });
  db.close();
});

test("what stays unmatched for unmatchedForMs is settled as done, and not before", async () => {
  const inbox = await open({ unmatchedForMs: 10_000 });
  await leave(inbox, 1);
  clock.advance(5000);
  await leave(inbox, 2);
  clock.advance(4999);
  expect(await idsIn(inbox, "unmatched")).toEqual(["event-1", "event-2"]);
  clock.advance(1);
  await inbox.readMetadata("any");
  expect(await idsIn(inbox, "unmatched")).toEqual(["event-2"]);
  expect(await idsIn(inbox, "done")).toEqual(["event-1"]);
  expect(await inbox.claimUnmatched?.(["event-1"])).toEqual([]);
});

test("many unmatched records are looked through page by page, across processes, without one twice or left out", async () => {
  const [here, there] = [await open(), await open()];
  for (let n = 0; n < 700; n += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        leave(at % 2 === 0 ? here : there, n + at, {
          triggerName: (n + at) % 100 === 7 ? "Rare_Event" : "COMMON",
        }),
      ),
    );
  }
  const seen: string[] = [];
  let next: string | undefined;
  for (;;) {
    const page = await here.unmatched?.(next, 64, undefined);
    if (page === undefined || page.records.length === 0) break;
    seen.push(...page.records.map(({ id }) => id));
    next = page.next;
  }
  expect(new Set(seen).size).toBe(700);
  expect(seen).toHaveLength(700);
  const rare = await there.unmatched?.(undefined, 64, ["RARE_EVENT"]);
  expect(rare?.records).toHaveLength(7);
  await leave(there, "late");
  const late = await here.unmatched?.(next, 64, undefined);
  expect(late?.records.map(({ id }) => id)).toEqual(["event-late"]);
});

test("a version of SQLite whose log can lose what was committed is told of at the start; the installed one is sound", async () => {
  for (const version of ["3.51.2", "3.51.0", "3.46.0", "3.9.9", "2.99.99", "unknown"]) {
    expect(weaknessOf(version, "better-sqlite3"), version).toContain(`SQLite ${version}`);
  }
  for (const version of ["3.51.3", "3.51.10", "3.52.0", "3.100.0", "4.0.0"]) {
    expect(weaknessOf(version, "better-sqlite3"), version).toBeUndefined();
  }
  await open();
  expect(warnings).toEqual([]);
});

test("a new file, its log and its index are for their owner only; the mode of a file that is there stays", async () => {
  const inbox = await open();
  await inbox.store(entryOf(1), false);
  const modes = () => ["", "-wal", "-shm"].map((end) => (statSync(path + end).mode & 0o777).toString(8));
  if (process.platform !== "win32") expect(modes()).toEqual(["600", "600", "600"]);
  await inbox.close();
  chmodSync(path, 0o640);
  const again = await open();
  await again.store(entryOf(2), false);
  if (process.platform !== "win32") expect(modes()).toEqual(["640", "640", "640"]);
});

test("unmatched events that became done without a run are reported with their count, not one by one", async () => {
  const inbox = await open({ unmatchedForMs: 10_000 });
  for (let n = 0; n < 30; n += 1) {
    clock.advance(1);
    await leave(inbox, n);
  }
  for (let n = 0; n < 30; n += 1) {
    clock.advance(500);
    await inbox.counts();
  }
  expect(await idsIn(inbox, "done")).toHaveLength(30);
  await inbox.close();
  const expired = warnings.filter(({ code }) => code === "ERR_UNMATCHED_EXPIRED");
  const counts = expired.map(({ message }) => Number(/, (\d+) event/.exec(message)?.[1]));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
  expect(counts.length).toBeLessThan(4);
});
