import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EarshotError } from "../../src/base/errors.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { APPLICATION_ID, SCHEMA_VERSION } from "../../src/inbox/sqlite/store/schema.js";
import { openDatabase } from "../support/sqlite.js";
import { smallDisk } from "./small-disk.js";
import { contextFor, entryOf } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

let folder: string;
let path: string;
let remove: () => void;

beforeEach(() => {
  ({ folder, remove } = temporaryFolder());
  path = join(folder, "inbox.db");
});
afterEach(() => remove());

/** Opens, and expects it to fail. */
async function refusal(): Promise<EarshotError> {
  const inbox = sqliteInbox({ path });
  try {
    await inbox.open(contextFor());
  } catch (error) {
    expect(error).toBeInstanceOf(EarshotError);
    await inbox.close();
    return error as EarshotError;
  }
  await inbox.close();
  throw new Error("it opened");
}

/** Makes a sound inbox with a few hundred records, closed. */
async function sound(): Promise<void> {
  const inbox = sqliteInbox({ path });
  await inbox.open(contextFor());
  await Promise.all(Array.from({ length: 300 }, (_, n) => inbox.store(entryOf(n), false)));
  await inbox.close();
}

/** The refused file keeps every byte. */
async function refusedAsItIs(code: string): Promise<EarshotError> {
  const before = readFileSync(path);
  const error = await refusal();
  expect(error.code).toBe(code);
  expect(error.message).toContain(path);
  expect(readFileSync(path).equals(before), "every byte as it was").toBe(true);
  return error;
}

const garbage: Readonly<Record<string, () => void>> = {
  "random bytes": () =>
    writeFileSync(path, Buffer.from(Array.from({ length: 20_000 }, (_, n) => (n * 7919) % 256))),
  "a string": () => writeFileSync(path, "id,name\n1,one\n"),
  "one byte": () => writeFileSync(path, "x"),
  "an SQLite database's first line and nothing else": () => writeFileSync(path, "SQLite format 3\0"),
};

for (const [what, make] of Object.entries(garbage)) {
  test(`${what} is refused and left as it is`, async () => {
    make();
    await refusedAsItIs("ERR_INBOX_CORRUPT");
    expect(readdirSync(folder)).toEqual(["inbox.db"]);
  });
}

test("a database of something else is refused and left as it is", async () => {
  const other = openDatabase(path);
  other.exec("CREATE TABLE customers (name); INSERT INTO customers VALUES ('somebody')");
  other.close();
  const error = await refusedAsItIs("ERR_INBOX_CORRUPT");
  expect(error.message).toContain("something else");
});

test("the database of another application is refused though it is empty", async () => {
  const other = openDatabase(path);
  other.pragma("application_id = 77");
  other.exec("CREATE TABLE x (y); DROP TABLE x");
  other.close();
  await refusedAsItIs("ERR_INBOX_CORRUPT");
});

test("a file of a newer version is refused and left as it is, also where its log was not brought home", async () => {
  await sound();
  const newer = openDatabase(path);
  newer.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
  newer.close();
  const error = await refusedAsItIs("ERR_INBOX_VERSION");
  expect(error.message).toContain(`version ${SCHEMA_VERSION + 1}`);

  const writer = openDatabase(path);
  writer.pragma("journal_mode = WAL");
  writer.exec("INSERT INTO marks VALUES ('a', 'b')");
  const copy = join(folder, "copy.db");
  for (const end of ["", "-wal"]) copyFileSync(path + end, copy + end);
  writer.close();
  path = copy;
  await refusedAsItIs("ERR_INBOX_VERSION");
});

test("a truncated inbox is refused and left as it is", async () => {
  await sound();
  truncateSync(path, Math.floor(readFileSync(path).length / 2 / 8192) * 8192);
  await refusedAsItIs("ERR_INBOX_CORRUPT");
});

test("an inbox with a damaged page in its middle is refused and left as it is", async () => {
  await sound();
  const bytes = readFileSync(path);
  for (let at = 8192 * 2; at < 8192 * 12; at += 1) bytes[at] = (at * 31) % 256;
  writeFileSync(path, bytes);
  await refusedAsItIs("ERR_INBOX_CORRUPT");
});

test("an inbox that lacks a table is refused and left as it is", async () => {
  const other = openDatabase(path);
  other.pragma(`application_id = ${APPLICATION_ID}`);
  other.pragma(`user_version = ${SCHEMA_VERSION}`);
  other.exec("CREATE TABLE records (seq INTEGER PRIMARY KEY)");
  other.close();
  await refusedAsItIs("ERR_INBOX_CORRUPT");
});

test("an empty file becomes an inbox", async () => {
  writeFileSync(path, "");
  await sound();
  const db = openDatabase(path, { readonly: true });
  expect(db.pragma("application_id", { simple: true })).toBe(APPLICATION_ID);
  expect(db.pragma("user_version", { simple: true })).toBe(SCHEMA_VERSION);
  expect(db.pragma("page_size", { simple: true })).toBe(8192);
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
});

test("an inbox that is closed leaves one file behind", async () => {
  await sound();
  expect(readdirSync(folder)).toEqual(["inbox.db"]);
});

test("a directory that is not there, and a path that is a directory, are named", async () => {
  path = join(folder, "nowhere", "inbox.db");
  const missing = await refusal();
  expect(missing.code).toBe("ERR_INBOX_UNAVAILABLE");
  expect(missing.message).toContain(path);
  expect(existsSync(join(folder, "nowhere"))).toBe(false);
  path = folder;
  const directory = await refusal();
  expect(directory.code).toBe("ERR_INBOX_UNAVAILABLE");
  expect(directory.message).toContain(path);
});

test("a read-only disk is named, with an inbox on it and without", async (context) => {
  const disk = smallDisk(join(folder, "mount"), 4);
  if (typeof disk === "string") return context.skip(disk);
  try {
    path = join(disk.folder, "inbox.db");
    await sound();
    disk.makeReadOnly();
    const before = readFileSync(path);
    const existing = await refusal();
    expect(existing.code).toBe("ERR_INBOX_UNAVAILABLE");
    expect(existing.message).toContain(path);
    expect(readFileSync(path).equals(before)).toBe(true);
    path = join(disk.folder, "new.db");
    expect((await refusal()).code).toBe("ERR_INBOX_UNAVAILABLE");
  } finally {
    disk.unmount();
  }
});

/** Opens it in a process that obeys a file's mode, which root does only without the right to override it. */
function openedAsAnybody(): { readonly code: string; readonly message: string } {
  const isRoot = process.getuid?.() === 0;
  const [program = "", ...words] = [
    ...(isRoot ? ["setpriv", "--inh-caps=-dac_override", "--bounding-set=-dac_override"] : []),
    process.execPath,
    "--import",
    join(import.meta.dirname, "../support/run-typescript.mjs"),
    join(import.meta.dirname, "open-child.ts"),
    path,
  ];
  return JSON.parse(execFileSync(program, words, { encoding: "utf8" }));
}

test("a file that this user may not write is named, and left as it is", async () => {
  await sound();
  expect(openedAsAnybody()).toEqual({ code: "opened", message: "" });
  const before = readFileSync(path);
  chmodSync(path, 0o400);
  const { code, message } = openedAsAnybody();
  expect(code).toBe("ERR_INBOX_UNAVAILABLE");
  expect(message).toContain(`${path} cannot be written by this process`);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("options that make no sense are refused at once", () => {
  const bad: readonly unknown[] = [
    {},
    { path: "" },
    { path: ":memory:" },
    { path: 7 },
    { path: "x", synchronous: "off" },
    { path: "x", pollMs: 0 },
    { path: "x", pollMS: 5 },
  ];
  for (const options of bad) {
    expect(() => sqliteInbox(options as { path: string }), JSON.stringify(options)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION" }),
    );
  }
});

test("used before open and after close, it says so", async () => {
  const inbox = sqliteInbox({ path });
  await expect(async () => inbox.counts()).rejects.toThrow(/used before open/);
  await inbox.open(contextFor());
  await inbox.close();
  await expect(async () => inbox.store(entryOf(1), false)).rejects.toThrow(
    expect.objectContaining({ code: "ERR_INBOX_UNAVAILABLE" }),
  );
});
