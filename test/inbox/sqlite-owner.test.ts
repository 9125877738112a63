import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import type { Inbox, InboxRecord } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
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

async function open(own: Parameters<typeof contextFor>[0] = {}): Promise<Inbox> {
  const inbox = sqliteInbox({ path, pollMs: 50 });
  opened.add(inbox);
  await inbox.open(contextFor({ leaseMs: 3_600_000, ...own }));
  return inbox;
}

async function record(inbox: Inbox, id: string): Promise<InboxRecord> {
  for await (const found of inbox.find({ ids: [id] })) return found;
  throw new Error(`no record ${id}`);
}

/** A process that holds three records for an hour. */
async function holder(): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [
      "--import",
      join(import.meta.dirname, "../support/run-typescript.mjs"),
      join(import.meta.dirname, "holding-child.ts"),
      path,
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = await once(
    createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }),
    "line",
  );
  expect(line).toBe("held");
  return child;
}

test("a record that runs says who holds it and until when; one that does not run says nothing", async () => {
  const inbox = await open({ leaseMs: 50_000 });
  const named = await open({ leaseMs: 50_000, owner: "worker 7" });
  const before = Date.now();
  await inbox.store(entryOf("default"), true);
  await named.store(entryOf("named"), false);
  await named.claim(1, new AbortController().signal);
  await inbox.store(entryOf("waiting"), false);
  const held = await record(inbox, "event-default");
  expect(held.lease?.owner).toBe(`${hostname()}:${process.pid}`);
  expect(held.lease?.until).toBeGreaterThanOrEqual(before + 50_000);
  expect((await record(inbox, "event-named")).lease?.owner).toBe("worker 7");
  expect((await record(inbox, "event-waiting")).lease).toBeUndefined();
});

test("what a killed process of this machine held is due at once, with a crash counted, long before its lease ends", async (context) => {
  if (process.platform !== "linux") context.skip("only Linux tells which processes have ended");
  const child = await holder();
  const inbox = await open();
  const { signal } = new AbortController();
  expect((await record(inbox, "event-1")).lease?.owner).toBe(`${hostname()}:${child.pid}`);
  const claiming = inbox.claim(10, signal);
  child.kill("SIGKILL");
  await once(child, "exit");
  const [first, ...others] = await claiming;
  // One at a time: the record at fault then ends its process without the others.
  expect(first?.record).toMatchObject({ id: "event-1", crashes: 1, attempts: 0 });
  expect(others).toEqual([]);
  if (first === undefined) return;
  await inbox.settle(first, { state: "done", done: [], failures: [] });
  const [second] = await inbox.claim(10, signal);
  expect(second?.record).toMatchObject({ id: "event-2", crashes: 1 });
});

test("what a killed process held is due for a process that starts later", async (context) => {
  if (process.platform !== "linux") context.skip("only Linux tells which processes have ended");
  const child = await holder();
  child.kill("SIGKILL");
  await once(child, "exit");
  const inbox = await open();
  const [claimed] = await inbox.claim(10, new AbortController().signal);
  expect(claimed?.record).toMatchObject({ id: "event-1", crashes: 1 });
});

test("what is held on another machine, or in another container, is left until its lease ends", async () => {
  const dying = await open();
  await dying.store(entryOf(1), true);
  await dying.close();
  for (const machine of ["another boot pid:[1]", null]) {
    const db = openDatabase(path);
    // No process has this id.
    db.prepare("UPDATE owners SET machine = ?, pid = 999999999").run(machine);
    db.close();
    const inbox = await open();
    await inbox.store(entryOf(`free-${machine}`), false);
    const claimed = await inbox.claim(10, new AbortController().signal);
    expect(claimed.map(({ record: { id } }) => id)).toEqual([`event-free-${machine}`]);
    await inbox.close();
  }
});

test("a process that has the id of one that ended is not taken for it", async (context) => {
  if (process.platform !== "linux") context.skip("only Linux tells which processes have ended");
  const dying = await open();
  await dying.store(entryOf(1), true);
  await dying.close();
  const db = openDatabase(path);
  db.exec("UPDATE owners SET started = '1'");
  db.close();
  const inbox = await open();
  const [claimed] = await inbox.claim(10, new AbortController().signal);
  expect(claimed?.record).toMatchObject({ id: "event-1", crashes: 1 });
});
