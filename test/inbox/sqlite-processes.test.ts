import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { openDatabase } from "../support/sqlite.js";
import { contextFor } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

const KILLS = Number(process.env.INBOX_KILLS ?? 5);
const PROCESSES = 3;

/** What the log says of one key or of one record, line by line. */
function linesOf(log: string): readonly (readonly [word: string, id: string, key: string])[] {
  return readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .map((text) => text.split(" ") as [string, string, string]);
}

test(`${PROCESSES} processes share a file and are killed ${KILLS} times at random instants: nothing is lost, nothing runs after it was done, and order keys hold`, {
  timeout: 30_000 + KILLS * 4000,
}, async () => {
  const { folder, remove } = temporaryFolder();
  const path = join(folder, "inbox.db");
  const log = join(folder, "log");
  let started = 0;
  const start = () => {
    started += 1;
    return spawn(
      process.execPath,
      [
        "--import",
        join(import.meta.dirname, "../support/run-typescript.mjs"),
        join(import.meta.dirname, "crash-child.ts"),
        path,
        log,
        `p${started}`,
      ],
      { stdio: ["ignore", "inherit", "inherit"] },
    );
  };
  const storedSoFar = () => (existsSync(log) ? linesOf(log).filter(([word]) => word === "stored").length : 0);
  const ups = () => linesOf(log).flatMap(([word, name]) => (word === "up" ? [name] : []));
  const children: ChildProcess[] = Array.from({ length: PROCESSES }, start);
  try {
    for (let kill = 0; kill < KILLS; kill += 1) {
      // At a random instant of work; every fourth time, whatever it is doing, coming up included.
      const before = storedSoFar();
      if (kill % 4 !== 3) await vi.waitFor(() => expect(storedSoFar()).toBeGreaterThan(before + 20), 20_000);
      await sleep(Math.random() * 100);
      const at = kill % PROCESSES;
      const dying = children[at] as ChildProcess;
      dying.kill("SIGKILL");
      await once(dying, "exit");
      children[at] = start();
    }
    const alive = Array.from({ length: PROCESSES }, (_, n) => `p${started - n}`);
    await vi.waitFor(() => expect(ups()).toEqual(expect.arrayContaining(alive)), 20_000);
    const ends = children.map((child) => once(child, "exit"));
    for (const child of children) child.kill("SIGTERM");
    for (const [code] of await Promise.all(ends)) expect(code).toBe(0);
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }

  const lines = linesOf(log);
  const stored = lines.filter(([word]) => word === "stored").map(([, id]) => id);
  expect(stored.length).toBeGreaterThan(15 * KILLS);

  const inbox = sqliteInbox({ path });
  await inbox.open(contextFor());
  const places = new Map<string, number>();
  let place = 0;
  for await (const record of inbox.find({ state: "done" })) {
    place -= 1;
    places.set(record.id, place);
  }
  const counts = await inbox.counts();
  await inbox.close();
  expect(counts).toEqual({ waiting: 0, running: 0, done: places.size, dead: 0, unmatched: 0 });
  expect(
    stored.filter((id) => !places.has(id)),
    "stored and lost",
  ).toEqual([]);

  const done = new Set<string>();
  const lastOfKey = new Map<string, number>();
  for (const [word, id, key] of lines) {
    if (word === "done") done.add(id);
    if (word !== "run") continue;
    expect(done.has(id), `${id} ran after it was done`).toBe(false);
    const at = places.get(id) as number;
    if (key === undefined || key === "") continue;
    expect(at, `${id} of ${key} ran before its turn`).toBeGreaterThanOrEqual(lastOfKey.get(key) ?? at);
    lastOfKey.set(key, at);
  }

  const db = openDatabase(path, { readonly: true });
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
  remove();
});
