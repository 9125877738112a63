import { copyFileSync, mkdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Inbox } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { contextFor, entryOf } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

let folder: string;
/** A link, in each test. */
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

async function idsIn(inbox: Inbox): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of inbox.find({})) ids.push(id);
  return ids;
}

for (const [what, happens] of Object.entries({
  removed: (log: string) => rmSync(log),
  "cut short": (log: string) => truncateSync(log, 0),
})) {
  test(`a log that is ${what} beside the file that the path links to is reported, and what comes next is in the file`, async () => {
    mkdirSync(join(folder, "disk"));
    const file = join(folder, "disk", "inbox.db");
    symlinkSync(join("disk", "inbox.db"), path);
    const inbox = await used();
    expect(statSync(file).mode & 0o077, "for its owner only").toBe(0);
    happens(`${file}-wal`);
    await expect(inbox.store(entryOf("meanwhile"), false)).rejects.toThrow(`${file}-wal was ${what}`);
    expect(warnings, "it is reported").toHaveLength(1);
    expect((await inbox.store(entryOf("after"), false)).state).toBe("new");
    const copy = join(folder, "copy.db");
    for (const end of ["", "-wal"]) copyFileSync(file + end, copy + end);
    expect(await idsIn(await open(copy))).toContain("event-after");
    expect(await inbox.ready?.()).toEqual({ ready: true });
  });
}

test("a log without the file that the path links to is not thrown away by a start", async () => {
  mkdirSync(join(folder, "disk"));
  symlinkSync(join(folder, "disk", "inbox.db"), path);
  const log = join(folder, "disk", "inbox.db-wal");
  writeFileSync(log, "what was acknowledged");
  await expect(open()).rejects.toMatchObject({ code: "ERR_INBOX_CORRUPT" });
  expect(statSync(log).size).toBeGreaterThan(0);
});

test("a link that leads to another inbox from now on: one batch is rejected with a report, and then it goes on there", async () => {
  const files = ["one.db", "two.db"].map((name) => join(folder, name));
  for (const file of files) await (await used(file)).close();
  symlinkSync("one.db", path);
  const inbox = await open();
  await inbox.store(entryOf("in the first"), false);
  rmSync(path);
  symlinkSync("two.db", path);
  await expect(inbox.store(entryOf("meanwhile"), false)).rejects.toThrow(`${path} was replaced`);
  expect(warnings, "it is reported").toHaveLength(1);
  expect((await inbox.store(entryOf("in the second"), false)).state).toBe("new");
  await inbox.close();
  const [first, second] = await Promise.all(files.map(async (file) => idsIn(await open(file))));
  expect(first).toContain("event-in the first");
  expect(second).toContain("event-in the second");
  expect(second).not.toContain("event-in the first");
});
