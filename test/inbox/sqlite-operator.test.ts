import { once } from "node:events";
import { copyFileSync, existsSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { Inbox } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { openDatabase } from "../support/sqlite.js";
import { contextFor, entryOf } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

let folder: string;
let path: string;
let remove: () => void;
let warnings: Error[];
const opened = new Set<Inbox>();

beforeEach(() => {
  ({ folder, remove } = temporaryFolder());
  path = join(folder, "inbox.db");
  warnings = [];
});
afterEach(async () => {
  for (const inbox of opened) await inbox.close();
  opened.clear();
  remove();
});

async function open(at = path): Promise<Inbox> {
  const inbox = sqliteInbox({ path: at });
  opened.add(inbox);
  await inbox.open(contextFor({ warn: (error) => warnings.push(error) }));
  return inbox;
}

/** An inbox with 20 records in it. */
async function used(at = path): Promise<Inbox> {
  const inbox = await open(at);
  await Promise.all(Array.from({ length: 20 }, (_, n) => inbox.store(entryOf(n), false)));
  return inbox;
}

async function rejects(inbox: Inbox, name: string): Promise<Error & { readonly code: string }> {
  const error = await Promise.resolve(inbox.store(entryOf(name), false)).then(
    ({ state }) => new Error(`${name} is ${state}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_INBOX_(UNAVAILABLE|CORRUPT)$/) });
  expect(String(error)).toContain(path);
  expect(warnings.length, "it is reported").toBeGreaterThan(0);
  return error as Error & { readonly code: string };
}

async function idsIn(inbox: Inbox): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of inbox.find({})) ids.push(id);
  return ids;
}

/** What another process would find now; what the path has is copied, so that nothing is touched. */
async function idsOnDisk(): Promise<string[]> {
  const copy = join(folder, "copy.db");
  for (const end of ["", "-wal"]) if (existsSync(path + end)) copyFileSync(path + end, copy + end);
  const inbox = await open(copy);
  const ids = await idsIn(inbox);
  await inbox.close();
  return ids;
}

const ways: Readonly<Record<string, () => void>> = {
  "deleted with its log": () => {
    for (const end of ["", "-wal", "-shm"]) rmSync(path + end);
  },
  deleted: () => rmSync(path),
  renamed: () => renameSync(path, `${path}.old`),
  "emptied in place": () => truncateSync(path, 0),
  "replaced by a text": () => {
    rmSync(path);
    writeFileSync(path, "not an inbox\n");
  },
  "overwritten by a text": () => writeFileSync(path, "not an inbox\n".repeat(10_000)),
  "lost with its directory": () => rmSync(folder, { recursive: true }),
};

for (const [what, happens] of Object.entries(ways)) {
  test(`a file that is ${what} under a running inbox: nothing more is acknowledged, and nothing is made in its place`, async () => {
    const inbox = await used();
    happens();
    const before = statSync(path, { throwIfNoEntry: false });
    for (let n = 0; n < 3; n += 1) await rejects(inbox, `later-${n}`);
    expect(warnings, "told once").toHaveLength(1);
    expect(await inbox.ready?.()).toMatchObject({ ready: false, reason: expect.stringContaining(path) });
    const after = statSync(path, { throwIfNoEntry: false });
    expect([after?.ino, after?.size]).toEqual([before?.ino, before?.size]);
  });
}

test("a file that is cut short under a running inbox: nothing more is acknowledged", async () => {
  const inbox = await used();
  const other = openDatabase(path);
  other.pragma("wal_checkpoint(TRUNCATE)");
  other.close();
  expect((await inbox.store(entryOf("between"), false)).state).toBe("new");
  truncateSync(path, 8192 * 3);
  expect((await rejects(inbox, "later")).code).toBe("ERR_INBOX_CORRUPT");
  await rejects(inbox, "later still");
});

test("a file that was renamed and is put back goes on, with every record", async () => {
  const inbox = await used();
  renameSync(path, `${path}.old`);
  await rejects(inbox, "meanwhile");
  renameSync(`${path}.old`, path);
  expect((await inbox.store(entryOf("after"), false)).state).toBe("new");
  expect(await inbox.ready?.()).toEqual({ ready: true });
  expect(await idsIn(inbox)).toHaveLength(21);
  expect(await idsOnDisk()).toHaveLength(21);
});

test("a file that is replaced by a copy from before: one batch is rejected with a report, and then it goes on in the copy", async () => {
  const first = await used();
  await first.close();
  copyFileSync(path, `${path}.backup`);
  const inbox = await open();
  await inbox.store(entryOf("lost with the file"), false);
  renameSync(`${path}.backup`, path);
  expect((await rejects(inbox, "meanwhile")).code).toBe("ERR_INBOX_UNAVAILABLE");
  expect((await inbox.store(entryOf("meanwhile"), false)).state).toBe("new");
  const ids = await idsOnDisk();
  expect(ids).toHaveLength(21);
  expect(ids[0]).toBe("event-meanwhile");
});

test("a copy from before that is written over the file: it is noticed, and what is acknowledged after it is in the file", async () => {
  const first = await used();
  await first.close();
  copyFileSync(path, `${path}.backup`);
  const inbox = await open();
  for (let n = 0; n < 20; n += 1) await inbox.store(entryOf(`newer-${n}`), false);
  const other = openDatabase(path);
  other.pragma("wal_checkpoint(TRUNCATE)");
  other.close();
  copyFileSync(`${path}.backup`, path);
  await rejects(inbox, "meanwhile");
  expect((await inbox.store(entryOf("meanwhile"), false)).state).toBe("new");
  expect(await idsOnDisk()).toContain("event-meanwhile");
  await inbox.close();
  const db = openDatabase(path, { readonly: true });
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
});

for (const ends of [["-wal"], ["-shm"], ["-wal", "-shm"]]) {
  test(`${ends.join(" and ")} deleted under a running inbox: one batch is rejected with a report, and no acknowledged event is lost`, async () => {
    const inbox = await used();
    for (const end of ends) rmSync(path + end);
    await rejects(inbox, "meanwhile");
    expect((await inbox.store(entryOf("after"), false)).state).toBe("new");
    expect(await idsIn(inbox)).toHaveLength(21);
    expect(await idsOnDisk()).toHaveLength(21);
    await inbox.close();
    const again = await open();
    expect(await idsIn(again)).toHaveLength(21);
  });
}

for (const [what, part] of [
  ["emptied", 0],
  ["cut to a half", 0.5],
] as const) {
  test(`a log that is ${what} under a running inbox: its loss is reported, and what is acknowledged after it survives a crash`, async () => {
    const inbox = await used();
    for (let more = 0; more < 5; more += 1) await inbox.store(entryOf(`more-${more}`), false);
    truncateSync(`${path}-wal`, Math.floor(statSync(`${path}-wal`).size * part));
    expect((await rejects(inbox, "meanwhile")).code).toBe("ERR_INBOX_CORRUPT");
    expect((await inbox.store(entryOf("after"), false)).state).toBe("new");
    expect(await idsIn(inbox)).toContain("event-after");
    expect(await idsOnDisk()).toContain("event-after");
    await inbox.close();
    const again = await open();
    expect(await idsIn(again)).toContain("event-after");
    const db = openDatabase(path, { readonly: true });
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    db.close();
  });
}

test("a log that is emptied under two inboxes: both are opened anew, and lose nothing after it", async () => {
  const inboxes = [await used(), await open()];
  for (const inbox of inboxes) await inbox.counts();
  truncateSync(`${path}-wal`, 0);
  const stored: string[] = [];
  await vi.waitFor(
    async () => {
      const round = stored.length;
      const results = await Promise.allSettled(
        inboxes.map(async (inbox, at) => {
          await inbox.store(entryOf(`${round}-${at}`), false);
          stored.push(`event-${round}-${at}`);
        }),
      );
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    },
    { timeout: 10_000 },
  );
  expect(warnings.map((warning) => String(warning)).join()).toContain("cut short");
  expect((await idsOnDisk()).sort()).toEqual(stored.sort());
});

test("a log that is emptied while another connection makes a checkpoint: its loss is reported", async () => {
  const inbox = await used();
  const reader = openDatabase(path);
  onTestFinished(() => void reader.close());
  reader.pragma("wal_checkpoint");
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM sqlite_schema").get();
  await inbox.store(entryOf("behind the reader"), false);
  // It waits for the reader, and no other checkpoint can begin meanwhile.
  const waiting = new Worker(
    `const { workerData } = require("node:worker_threads");
    const db = require(workerData.driver)(workerData.path, { timeout: 1000 });
    try { db.pragma("wal_checkpoint(RESTART)"); } catch {}
    db.close();`,
    { eval: true, workerData: { path, driver: createRequire(import.meta.url).resolve("better-sqlite3") } },
  );
  const ended = once(waiting, "exit");
  const other = openDatabase(path);
  onTestFinished(() => void other.close());
  await expect
    .poll(() => other.pragma("wal_checkpoint"), { interval: 5 })
    .toMatchObject([{ busy: 1, log: -1 }]);
  truncateSync(`${path}-wal`, 0);
  expect((await rejects(inbox, "meanwhile")).code).toBe("ERR_INBOX_CORRUPT");
  await ended;
});

test("a log that another program brings home and empties is no trouble", async () => {
  const inbox = await used();
  for (let round = 0; round < 3; round += 1) {
    const other = openDatabase(path);
    other.pragma("wal_checkpoint(TRUNCATE)");
    expect(statSync(`${path}-wal`).size).toBe(0);
    other.close();
    expect((await inbox.store(entryOf(`round-${round}`), false)).state).toBe("new");
  }
  expect(warnings).toEqual([]);
  expect(await idsOnDisk()).toHaveLength(23);
});

test("an inbox that stops after its file was moved elsewhere leaves a complete file there", async () => {
  const inbox = await used();
  renameSync(path, join(folder, "moved.db"));
  await rejects(inbox, "meanwhile");
  await inbox.close();
  expect(await idsIn(await open(join(folder, "moved.db")))).toHaveLength(20);
  // The path is free for a new one.
  expect((await (await open()).store(entryOf(1), false)).state).toBe("new");
});

test("an inbox that stops after its file was deleted leaves the log, which a start does not throw away", async () => {
  const inbox = await used();
  rmSync(path);
  await rejects(inbox, "meanwhile");
  await inbox.close();
  await expect(open()).rejects.toMatchObject({ code: "ERR_INBOX_CORRUPT" });
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
});

test("an inbox that stops after its file was replaced leaves the new file's log alone", async () => {
  const inbox = await used();
  const other = await used(`${path}.other`);
  // As a restore of all three files while nothing has them open: the log of the copy has events in it.
  for (const end of ["", "-wal"]) copyFileSync(`${path}.other${end}`, `${path}.restored${end}`);
  await other.close();
  for (const end of ["-wal", ""]) renameSync(`${path}.restored${end}`, path + end);
  await inbox.close();
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
  expect(await idsIn(await open())).toHaveLength(20);
});

test("an older copy that SQLite itself writes into the file is reported, and what comes next is in the file", async () => {
  const inbox = await used();
  const other = openDatabase(path);
  onTestFinished(() => void other.close());
  other.exec(`VACUUM INTO '${join(folder, "backup.db")}'`);
  await inbox.store(entryOf("lost with the restore"), false);
  other.exec(`ATTACH '${join(folder, "backup.db")}' AS backup; BEGIN IMMEDIATE`);
  const tables = other.prepare<[], string>("SELECT name FROM backup.sqlite_schema WHERE type = 'table'");
  for (const name of tables.pluck().all()) {
    other.exec(`DELETE FROM main.${name}; INSERT INTO main.${name} SELECT * FROM backup.${name}`);
  }
  other.exec("COMMIT; DETACH backup");
  expect(String(await rejects(inbox, "meanwhile"))).toContain("older copy");
  expect((await inbox.store(entryOf("after"), false)).state).toBe("new");
  expect((await idsOnDisk()).length).toBe(21);
});

test("VACUUM by another program is no trouble", async () => {
  const inbox = await used();
  const other = openDatabase(path);
  for (let n = 0; n < 3; n += 1) {
    other.exec("VACUUM");
    other.pragma("wal_checkpoint(TRUNCATE)");
    expect((await inbox.store(entryOf(`after-${n}`), false)).state).toBe("new");
  }
  other.close();
  expect(warnings).toEqual([]);
  expect(await idsIn(inbox)).toHaveLength(23);
});

test("a table that another program dropped is trouble of the store, not of each record", async () => {
  const inbox = await used();
  const other = openDatabase(path);
  other.exec("DROP TABLE contents");
  other.close();
  await rejects(inbox, "later");
});

test("a log without its file is not thrown away by a start", async () => {
  const inbox = await used();
  copyFileSync(`${path}-wal`, join(folder, "left.db-wal"));
  await inbox.close();
  await expect(open(join(folder, "left.db"))).rejects.toMatchObject({ code: "ERR_INBOX_CORRUPT" });
  expect(statSync(join(folder, "left.db-wal")).size).toBeGreaterThan(0);
  expect(existsSync(join(folder, "left.db"))).toBe(false);
});

test("a lock that another program holds: not ready within a second, and ready again after it", async () => {
  const inbox = await used();
  expect(await inbox.ready?.()).toEqual({ ready: true });
  const other = openDatabase(path);
  other.exec("BEGIN IMMEDIATE");
  const startedAt = performance.now();
  expect(await inbox.ready?.()).toMatchObject({ ready: false, reason: expect.stringContaining(path) });
  expect(performance.now() - startedAt).toBeLessThan(3000);
  other.exec("ROLLBACK");
  other.close();
  await expect.poll(() => inbox.ready?.()).toEqual({ ready: true });
});

test("a lock that is held for long: each event after the first is rejected within two seconds", {
  timeout: 40_000,
}, async () => {
  const inbox = await used();
  const other = openDatabase(path);
  other.exec("BEGIN IMMEDIATE");
  await rejects(inbox, "first");
  for (const name of ["second", "third"]) {
    const startedAt = performance.now();
    await rejects(inbox, name);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  }
  other.exec("ROLLBACK");
  expect(await inbox.store(entryOf("free"), false)).toMatchObject({ state: "new" });
  other.exec("BEGIN IMMEDIATE");
  setTimeout(() => other.exec("ROLLBACK"), 1500);
  expect(await inbox.store(entryOf("patient"), false)).toMatchObject({ state: "new" });
  other.close();
});

test("records that were deleted by hand count no more once the file is opened again", async () => {
  const inbox = await used();
  await inbox.close();
  const other = openDatabase(path);
  other.exec("DELETE FROM records WHERE seq > 2");
  other.close();
  const again = sqliteInbox({ path });
  opened.add(again);
  await again.open(contextFor({ maxPending: 3 }));
  expect(await again.counts()).toMatchObject({ waiting: 2 });
  expect(await again.store(entryOf("third"), false)).toMatchObject({ state: "new" });
  expect(await again.store(entryOf("fourth"), false)).toMatchObject({ state: "full" });
});

test("an inbox that is full, and one that is closed, are not ready and do not reject", async () => {
  const inbox = sqliteInbox({ path });
  expect(await inbox.ready?.()).toMatchObject({ ready: false });
  await inbox.open(contextFor({ maxPending: 1 }));
  expect(await inbox.ready?.()).toEqual({ ready: true });
  await inbox.store(entryOf(1), false);
  expect(await inbox.ready?.()).toMatchObject({ ready: false });
  await inbox.close();
  expect(await inbox.ready?.()).toMatchObject({ ready: false });
});
