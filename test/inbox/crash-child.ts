// Keeps and runs records as fast as it can, and says in a shared log what it knows to be so. To be killed at any
// instant; on SIGTERM it stores no more, and ends when nothing is left to run. See sqlite-processes.test.ts.
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Claimed } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { contextFor, entryOf } from "./sqlite-world.js";

const [path = "", log = "", name = ""] = process.argv.slice(2);
const say = (text: string) => appendFileSync(log, `${text}\n`);
const inbox = sqliteInbox({ path, pollMs: 20 });
await inbox.open(contextFor({ leaseMs: 1000, maxPending: 60 }));

let isKeeping = true;
process.on("SIGTERM", () => {
  isKeeping = false;
});
const ending = new AbortController();

async function run(claimed: Claimed): Promise<void> {
  const { id, orderKey, attempts } = claimed.record;
  say(`run ${id} ${orderKey ?? ""}`);
  await sleep(Math.random() * 3);
  if (attempts === 0 && Math.random() < 0.2) {
    const failure = { callback: "work", attempt: 1, at: Date.now(), message: "once more" };
    await inbox.settle(claimed, { state: "retry", dueAt: Date.now() + 5, done: [], failures: [failure] });
    return;
  }
  await inbox.settle(claimed, { state: "done", done: ["work"], failures: [] });
  say(`done ${id}`);
}

async function keepSome(): Promise<void> {
  for (let n = 0; isKeeping; n += 1) {
    const id = `${name}-${Math.random().toString(36).slice(2)}`;
    const orderKey = n % 3 === 0 ? undefined : `key-${n % 5}`;
    const stored = await inbox.store(entryOf(id, { orderKey }), n % 2 === 0);
    if (stored.state === "new") say(`stored event-${id}`);
    if (stored.state === "new" && stored.claimed !== undefined) await run(stored.claimed);
    if (stored.state === "full") await sleep(5);
  }
}

async function claimSome(): Promise<void> {
  while (!ending.signal.aborted) {
    const claimed = await inbox.claim(3, ending.signal);
    await Promise.all(claimed.map(run));
  }
}

say(`up ${name}`);
const claiming = [claimSome(), claimSome()];
await Promise.all([keepSome(), keepSome()]);
for (;;) {
  const { waiting, running } = await inbox.counts();
  if (waiting + running === 0) break;
  await sleep(20);
}
ending.abort();
await Promise.all(claiming);
await inbox.close();
