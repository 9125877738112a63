import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Inbox } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { openDatabase } from "../support/sqlite.js";
import { smallDisk } from "./small-disk.js";
import { contextFor, entryOf } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

let folder: string;
let remove: () => void;

beforeEach(() => {
  ({ folder, remove } = temporaryFolder());
});
afterEach(() => remove());

async function idsIn(inbox: Inbox): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { id } of inbox.find({})) ids.add(id);
  return ids;
}

test("a full disk: store rejects, nothing that was answered new is lost, and it goes on by itself", async (context) => {
  const disk = smallDisk(join(folder, "disk"), 8);
  if (typeof disk === "string") return context.skip(disk);
  const mount = disk.folder;
  const path = join(mount, "inbox.db");
  const warnings: Error[] = [];
  const inbox = sqliteInbox({ path });
  try {
    await inbox.open(contextFor({ warn: (error) => warnings.push(error) }));
    const body = "b".repeat(8000);
    const held = await inbox.store(entryOf("held"), true);
    const stored = new Set<string>(["event-held"]);
    const rejections: unknown[] = [];
    writeFileSync(join(mount, "filling"), Buffer.alloc(4 * 1024 * 1024));
    for (let round = 0; rejections.length === 0; round += 1) {
      expect(round, "the disk is full by now").toBeLessThan(100);
      await Promise.all(
        Array.from({ length: 16 }, async (_, n) => {
          const entry = entryOf(`${round}-${n}`, { body });
          await Promise.resolve(inbox.store(entry, false)).then(
            () => stored.add(entry.id),
            (error: unknown) => rejections.push(error),
          );
        }),
      );
    }
    for (const error of rejections) expect(error).toMatchObject({ code: "ERR_INBOX_FULL" });
    expect(String(rejections[0])).toContain(path);
    // A single record may still find a place; once it does not, more of the same trouble is no news.
    const keepOne = (name: string) => async () => {
      const { state } = await inbox.store(entryOf(name, { body }), false);
      stored.add(`event-${name}`);
      return state;
    };
    for (let n = 0; await keepOne(`single-${n}`)().catch(() => undefined); n += 1)
      expect(n).toBeLessThan(100);
    const news = warnings.length;
    for (let n = 0; n < 3; n += 1) {
      await expect(keepOne("more")).rejects.toMatchObject({ code: "ERR_INBOX_FULL" });
    }
    expect(warnings).toHaveLength(news);
    expect(warnings[0]).toMatchObject({ code: "ERR_INBOX_FULL" });
    // What is there can still be read, and copies are still known.
    expect((await idsIn(inbox)).size).toBe(stored.size);

    rmSync(join(mount, "filling"));
    expect(await keepOne("more")()).toBe("new");
    if (held.state === "new" && held.claimed !== undefined) {
      await inbox.settle(held.claimed, { state: "done", done: ["work"], failures: [] });
    }
    expect(await inbox.counts()).toEqual({
      waiting: stored.size - 1,
      running: 0,
      done: 1,
      dead: 0,
      unmatched: 0,
    });
    expect(await idsIn(inbox)).toEqual(stored);
    await inbox.close();

    const db = openDatabase(path, { readonly: true });
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    db.close();
  } finally {
    await inbox.close();
    disk.unmount();
  }
});

/** SqliteOrderQueues that the child says, one by one. */
function linesOf(child: ChildProcess): () => Promise<string> {
  if (child.stdout === null) throw new Error("the child's output is piped");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("the child ended");
    return value;
  };
}

test("a limit on the file's size: store rejects, and goes on when the limit is lifted", async (context) => {
  if (!process.env.CI && spawnSync("prlimit", ["--version"]).status !== 0)
    context.skip("there is no prlimit here");
  const path = join(folder, "inbox.db");
  // 512-byte or 1024-byte blocks, as the shell likes: 2 MB at the most.
  const child = spawn(
    "sh",
    [
      "-c",
      'ulimit -S -f 2000; exec "$0" --import "$1" "$2" "$3"',
      process.execPath,
      join(import.meta.dirname, "../support/run-typescript.mjs"),
      join(import.meta.dirname, "limited-child.ts"),
      path,
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const line = linesOf(child);
  try {
    const [word, stored, code] = (await line()).split(" ");
    expect([word, code]).toEqual(["full", "ERR_INBOX_FULL"]);
    expect(Number(stored)).toBeGreaterThan(10);
    execFileSync("prlimit", ["--pid", String(child.pid), "--fsize=unlimited"]);
    child.stdin?.write("go on\n");
    const [more, found] = (await line()).split(" ");
    expect(more).toBe("new");
    expect(Number(found)).toBe(Number(stored) + 1);
    const [code2] = await once(child, "exit");
    expect(code2).toBe(0);
  } finally {
    child.kill("SIGKILL");
  }
  const db = openDatabase(path, { readonly: true });
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
});
