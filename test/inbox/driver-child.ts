// Works on a file with one driver, in a process of its own: `driver-child.ts FILE DRIVER WORK`. What it has seen is on
// stdout, as JSON; see sqlite-drivers.test.ts.
import { writeSync } from "node:fs";
import type { Claimed, Entry, InboxRecord } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { contextFor, entryOf } from "./sqlite-world.js";

const [path = "", driver, work, synchronous = "full"] = process.argv.slice(2) as [
  string,
  "node:sqlite" | "better-sqlite3",
  "fill" | "look" | "acknowledge",
  "full" | "normal",
];
const receivedAt = 1_790_000_000_000;
const entries: readonly Entry[] = [
  entryOf("text", { body: '{"text":"ä – 字"}', receivedAt, orderKey: "key" }),
  entryOf("bytes", { body: new Uint8Array([0, 1, 255, 0]), receivedAt }),
  entryOf("empty", { body: new Uint8Array(0), receivedAt }),
  entryOf("half \ud800", { receivedAt, triggerName: "ODD_\udfff" }),
  entryOf("null \0 and on", { receivedAt, orderKey: "a\0b", body: "a\0b", keys: ["key \0 of it"] }),
  entryOf("later", { receivedAt, dueAt: 4e12 }),
  entryOf("done", { receivedAt }),
  entryOf("dead", { receivedAt }),
];

const inbox = sqliteInbox({ path, driver, synchronous });
await inbox.open(contextFor({ owner: "child" }));
const say = (what: unknown) => writeSync(1, `${JSON.stringify(what)}\n`);

if (work === "fill") {
  for (const entry of entries) {
    const isHeld = entry.id === "event-done" || entry.id === "event-dead";
    const stored = await inbox.store(entry, isHeld);
    if (stored.state === "new" && stored.claimed !== undefined) await finish(stored.claimed);
  }
  await inbox.writeMetadata("cursor", "at \0 \ud800");
  say(await all());
} else if (work === "look") {
  say(await all());
  const again = [];
  for (const entry of entries) again.push(await inbox.store(entry, false));
  say([again, await inbox.readMetadata("cursor"), await inbox.counts()]);
  const claimed = await inbox.claim(10, new AbortController().signal);
  for (const each of claimed) await inbox.settle(each, { state: "done", done: ["work"], failures: [] });
  say([claimed.map(({ record }) => record.id).sort(), await inbox.counts()]);
} else {
  for (let n = 0; n < 5; n += 1) {
    // Together in one group, which is acknowledged as one.
    await Promise.all([1, 2, 3].map((k) => inbox.store(entryOf(`${n}-${k}`), false)));
    say(`acknowledged ${n}`);
  }
}
await inbox.close();

async function finish(claimed: Claimed): Promise<void> {
  await inbox.storeStep?.(claimed, { callback: "work", name: "step", result: '{"a":1}', at: receivedAt });
  const failure = { callback: "work", attempt: 1, at: receivedAt, message: "no" };
  const isDone = claimed.record.id === "event-done";
  await inbox.settle(
    claimed,
    isDone
      ? { state: "done", done: ["work"], failures: [] }
      : { state: "dead", done: [], failures: [failure] },
  );
}

async function all(): Promise<unknown[]> {
  const records: unknown[] = [];
  for await (const { dueAt, settledAt, body, ...record } of inbox.find({})) {
    records.push({ ...record, dueAt: dueAt === 4e12, isSettled: settledAt !== undefined, body: shown(body) });
  }
  return records;
}

function shown(body: InboxRecord["body"]): string {
  return typeof body === "string" ? body : `bytes ${Buffer.from(body).toString("hex")}`;
}
