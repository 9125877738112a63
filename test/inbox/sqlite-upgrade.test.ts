import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { InboxRecord } from "../../src/inbox/contract.js";
import type { Database } from "../../src/inbox/sqlite/driver/driver.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { hash48, hash64 } from "../../src/inbox/sqlite/store/record-row.js";
import { APPLICATION_ID, SCHEMA_VERSION } from "../../src/inbox/sqlite/store/schema.js";
import type { Origin } from "../../src/model/verified.js";
import { steppedClock } from "../../src/testing/stepped-clock.js";
import { openDatabase } from "../support/sqlite.js";
import { contextFor, entryOf } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

let path: string;
let remove: () => void;

beforeEach(() => {
  const made = temporaryFolder();
  path = join(made.folder, "inbox.db");
  remove = made.remove;
});
afterEach(() => remove());

/** The file as version 1 wrote it, word for word. */
const version1 = `
  CREATE TABLE records (
    seq INTEGER PRIMARY KEY,
    state INTEGER NOT NULL,
    id_hash INTEGER NOT NULL,
    twin_hash INTEGER,
    is_digest INTEGER NOT NULL,
    order_hash INTEGER,
    kept_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease_token INTEGER,
    lease_until INTEGER,
    attempts INTEGER NOT NULL,
    settled_at INTEGER,
    trigger_name NOT NULL,
    source TEXT NOT NULL,
    done TEXT NOT NULL,
    failures TEXT NOT NULL
  );
  CREATE INDEX records_by_id ON records (id_hash);
  CREATE INDEX records_by_twin ON records (twin_hash, is_digest) WHERE twin_hash IS NOT NULL;
  CREATE INDEX records_ready ON records (seq) WHERE state = 0;
  CREATE INDEX records_delayed ON records (due_at) WHERE state = 1;
  CREATE INDEX records_running ON records (lease_until) WHERE state = 3;
  CREATE INDEX records_dead ON records (seq) WHERE state = 5;
  CREATE INDEX records_in_line ON records (order_hash, seq) WHERE order_hash IS NOT NULL AND state <= 3;

  CREATE TABLE contents (
    seq INTEGER PRIMARY KEY,
    id NOT NULL,
    twin,
    order_key,
    origin TEXT,
    body_is_text INTEGER NOT NULL,
    body
  );

  CREATE TABLE tally (
    waiting INTEGER NOT NULL,
    running INTEGER NOT NULL,
    done INTEGER NOT NULL,
    dead INTEGER NOT NULL
  );
  INSERT INTO tally VALUES (0, 0, 0, 0);

  CREATE TABLE marks (name NOT NULL PRIMARY KEY, value NOT NULL);
`;

function requestOrigin(headers: Readonly<Record<string, string>>): Origin {
  const request = { method: "POST", path: "/a", route: "/{b}", query: { q: "1" }, headers };
  return { provider: "acme", signed: true, route: "/{b}", messageId: "m", sentAt: 5, request };
}

interface OldRecord {
  readonly id: string;
  readonly state: "waiting" | "delayed" | "behind" | "running" | "done" | "dead" | "dropped";
  readonly twin?: string;
  readonly orderKey?: string;
  readonly source?: string;
  readonly attempts?: number;
}

const states = ["waiting", "delayed", "behind", "running", "done", "dead", "dropped"] as const;

const old: readonly OldRecord[] = [
  { id: "ready", state: "waiting" },
  { id: "delayed", state: "delayed", attempts: 1 },
  { id: "first of k", state: "running", orderKey: "k" },
  { id: "second of k", state: "behind", orderKey: "k" },
  { id: "log_1", state: "done", twin: "sha256:a" },
  { id: "sha256:b", state: "done", twin: "sha256:c" },
  { id: "replayed", state: "waiting", source: "replay" },
  { id: "dead", state: "dead", attempts: 5 },
  { id: "dropped", state: "dropped" },
];

/** A file of the version before, with records in every state. It stays open, as by a process of that version. */
function oldFile(): Database {
  const db = openDatabase(path);
  db.pragma("page_size = 8192");
  db.exec(version1);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma("user_version = 1");
  db.pragma("journal_mode = WAL");
  const now = Date.now();
  for (const { id, state, twin, orderKey, source = "webhook", attempts = 0 } of old) {
    const number = states.indexOf(state);
    const isSettled = number >= 4;
    const failures = attempts === 0 ? [] : [{ callback: "work", attempt: 1, at: now, message: "no" }];
    const { lastInsertRowid } = db
      .prepare(
        `INSERT INTO records (state, id_hash, twin_hash, is_digest, order_hash, kept_at, received_at, due_at,
           lease_token, lease_until, attempts, settled_at, trigger_name, source, done, failures)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'OLD', ?, ?, ?)`,
      )
      .run(
        number,
        hash64(id),
        twin === undefined ? null : hash64(twin),
        id.startsWith("sha256:") ? 1 : 0,
        orderKey === undefined ? null : hash48(orderKey),
        now,
        now,
        state === "delayed" ? now + 300 : now,
        state === "running" ? 77 : null,
        state === "running" ? now + 400 : null,
        attempts,
        isSettled ? now : null,
        source,
        state === "delayed" ? '["early"]' : "[]",
        JSON.stringify(failures),
      );
    const body = state === "dropped" ? null : Buffer.from(`body of ${id}`);
    db.prepare(
      "INSERT INTO contents (seq, id, twin, order_key, origin, body_is_text, body) VALUES (?, ?, ?, ?, ?, 0, ?)",
    ).run(lastInsertRowid, id, twin ?? null, orderKey ?? null, '{"provider":"p","signed":true}', body);
  }
  db.exec("UPDATE tally SET waiting = 4, running = 1, done = 2, dead = 1");
  db.exec("INSERT INTO marks VALUES ('cursor', 'at 5')");
  return db;
}

test("a file of the version before opens, has all it had, and goes on: every state, metadata, order keys, deduplication keys", async () => {
  oldFile().close();
  const inbox = sqliteInbox({ path, pollMs: 20 });
  await inbox.open(contextFor());
  expect(await inbox.counts()).toEqual({ waiting: 4, running: 1, done: 2, dead: 1, unmatched: 0 });
  const found = new Map<string, InboxRecord>();
  for await (const record of inbox.find({})) found.set(record.id, record);
  expect([...found.keys()].reverse()).toEqual(old.map(({ id }) => id).filter((id) => id !== "dropped"));
  for (const [id, record] of found) expect(Buffer.from(record.body).toString(), id).toBe(`body of ${id}`);
  expect(found.get("delayed")).toMatchObject({
    attempts: 1,
    done: ["early"],
    crashes: 0,
    failures: [{ message: "no" }],
  });
  expect(found.get("replayed")?.source).toBe("replay");
  expect(found.get("first of k")?.orderKey).toBe("k");
  expect(await inbox.readMetadata("cursor")).toBe("at 5");
  for (const { id, state } of old) {
    const settled = ["done", "dead", "dropped"].includes(state);
    expect(await inbox.store(entryOf(0, { id }), false), id).toEqual({ state: "duplicate", settled });
  }
  // What content told of copies is forgotten.
  expect((await inbox.store(entryOf(0, { id: "log_2", body: "new" }), false)).state).toBe("new");

  const ran: string[] = [];
  const { signal } = new AbortController();
  while (ran.length < 6) {
    for (const claimed of await inbox.claim(10, signal)) {
      ran.push(claimed.record.id);
      if (claimed.record.id === "first of k") expect(claimed.record.crashes).toBe(1);
      await inbox.settle(claimed, { state: "done", done: [], failures: [] });
    }
  }
  expect([...ran].sort()).toEqual(["delayed", "first of k", "log_2", "ready", "replayed", "second of k"]);
  expect(ran.indexOf("first of k")).toBeLessThan(ran.indexOf("second of k"));
  expect(await inbox.replay({ state: ["dead", "done"] })).toBe(9);
  expect(await inbox.drop({})).toBe(9);
  await inbox.close();
  const db = openDatabase(path, { readonly: true });
  expect(db.pragma("user_version", { simple: true })).toBe(SCHEMA_VERSION);
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(db.prepare("SELECT pending_bytes, dead_bytes FROM totals").get()).toEqual({
    pending_bytes: 0,
    dead_bytes: 0,
  });
  db.close();
});

/** Makes a file of version 4, whose origins have no shapes, one of version 3. */
const asInVersion3 = `
  DROP TABLE open_batches;
  DROP TABLE batch_members;
  DROP TABLE origin_shapes;
  ALTER TABLE contents DROP COLUMN shape_id;
  ALTER TABLE contents RENAME COLUMN origin_facts TO origin;
`;

test("a file of version 3 opens: its events have their requests, and a process of that version cannot misread new ones", async () => {
  const plain = entryOf(1, { id: "old", origin: requestOrigin({ "x-n": "1" }) });
  const written = sqliteInbox({ path });
  await written.open(contextFor());
  await written.store(entryOf(1, { id: "old" }), false);
  await written.close();
  const before = openDatabase(path);
  before.exec(asInVersion3);
  before.prepare("UPDATE contents SET origin = ?").run(JSON.stringify(plain.origin));
  before.pragma("user_version = 3");
  const select = before.prepare("SELECT origin FROM contents");
  expect(select.pluck().all()).toEqual([JSON.stringify(plain.origin)]);

  const inbox = sqliteInbox({ path, pollMs: 20 });
  await inbox.open(contextFor());
  const origins = [{ "x-n": "2" }, { "x-n": "3", "x-m": "1" }].map((headers) => requestOrigin(headers));
  for (const [n, origin] of origins.entries()) {
    expect(await inbox.store(entryOf(2 + n, { origin }), false)).toEqual({ state: "new" });
  }
  expect(() => select.all()).toThrow(/origin/);
  before.close();
  const records: InboxRecord[] = [];
  for await (const record of inbox.find({})) records.push(record);
  expect(records.map(({ origin }) => origin).reverse()).toEqual([plain.origin, ...origins]);
  await inbox.close();
});

test("a file of version 2 opens, and its records have steps and keys", async () => {
  const written = sqliteInbox({ path });
  await written.open(contextFor());
  await written.store(entryOf(1, { id: "old" }), false);
  await written.close();
  const before = openDatabase(path);
  // What later versions added, taken away.
  before.exec("DROP TABLE steps; DROP TABLE callback_keys");
  before.exec(asInVersion3);
  before.pragma("user_version = 2");
  before.close();

  const inbox = sqliteInbox({ path, pollMs: 20 });
  await inbox.open(contextFor());
  const [claimed] = await inbox.claim(1, new AbortController().signal);
  if (claimed === undefined) return expect.fail("nothing to claim");
  expect(claimed.record).toMatchObject({ id: "old", attempts: 0 });
  expect(await inbox.storeStep(claimed, { callback: "work", name: "a", at: 5, result: "1" })).toBe(true);
  expect(await inbox.claimKey(claimed, "key")).toBe("claimed");
  await inbox.settle(claimed, { state: "retry", dueAt: 0, done: [], failures: [] });
  const [again] = await inbox.claim(1, new AbortController().signal);
  expect(again?.record.steps).toEqual([{ callback: "work", name: "a", at: 5, result: "1" }]);
  await inbox.close();
});

test("steps and keys go with their record: an old file does not grow", async () => {
  const inbox = sqliteInbox({ path, pollMs: 20 });
  const clock = steppedClock();
  await inbox.open(contextFor({ clock, dedupeWindowMs: 1000 }));
  const { signal } = new AbortController();
  for (const [name, end] of [
    ["done", "done"],
    ["dropped", "dead"],
  ] as const) {
    await inbox.store(entryOf(name, { receivedAt: clock.now() }), false);
    const [claimed] = await inbox.claim(1, signal);
    if (claimed === undefined) return expect.fail("nothing to claim");
    await inbox.storeStep(claimed, { callback: "work", name: "a", at: 5, result: "1" });
    await inbox.claimKey(claimed, `held by ${name}`);
    await inbox.claimKey(claimed, `done by ${name}`);
    const doneKeys = [{ key: `done by ${name}`, until: clock.now() + 5000 }];
    await inbox.settle(claimed, { state: end, done: ["work"], failures: [], doneKeys });
  }
  expect(await inbox.drop({ state: "dead" })).toBe(1);
  const count = (table: string) => {
    const db = openDatabase(path, { readonly: true });
    const rows = db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    db.close();
    return rows;
  };
  expect(count("steps")).toBe(1);
  clock.advance(2000);
  await inbox.counts();
  // The row that is numbered last stays, empty: its number is not used again.
  expect([count("records"), count("contents"), count("steps"), count("callback_keys")]).toEqual([1, 0, 0, 2]);
  clock.advance(120_000);
  await inbox.counts();
  expect(count("callback_keys")).toBe(0);
  await inbox.close();
});

test("a process of the version before that still has the file open fails at its next transaction, and damages nothing", async () => {
  const before = oldFile();
  const statement = before.prepare("SELECT waiting, running, done, dead FROM tally");
  expect(statement.get()).toEqual({ waiting: 4, running: 1, done: 2, dead: 1 });
  const inbox = sqliteInbox({ path, pollMs: 20 });
  await inbox.open(contextFor());
  // Each of its transactions begins with this.
  expect(() => statement.get()).toThrow(/tally/);
  expect((await inbox.store(entryOf(1), false)).state).toBe("new");
  before.close();
  expect((await inbox.store(entryOf(2), false)).state).toBe("new");
  await inbox.close();
});

test("an old file that cannot be brought to the new version stays as it was", async () => {
  const before = oldFile();
  // In the way of a table of the new version.
  before.exec("CREATE TABLE owners (x)");
  before.close();
  const inbox = sqliteInbox({ path });
  await expect(inbox.open(contextFor())).rejects.toMatchObject({
    code: expect.stringMatching(/^ERR_INBOX_/),
  });
  await inbox.close();
  const db = openDatabase(path, { readonly: true });
  expect(db.pragma("user_version", { simple: true })).toBe(1);
  expect(db.prepare("SELECT count(*) FROM records").pluck().get()).toBe(old.length);
  db.close();
});
