// Keeps and runs records as fast as it can, and says in a shared log what it knows to be so. To be killed at any
// instant; on SIGTERM it keeps no more, and ends when nothing is left to run. See sqlite-processes.test.ts.
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Taken } from "../../src/inbox/contract.js";
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

async function run(taken: Taken): Promise<void> {
  const { id, orderKey, attempts } = taken.record;
  say(`run ${id} ${orderKey ?? ""}`);
  await sleep(Math.random() * 3);
  if (attempts === 0 && Math.random() < 0.2) {
    const failure = { callback: "work", attempt: 1, at: Date.now(), message: "once more" };
    await inbox.settle(taken, { state: "again", dueAt: Date.now() + 5, done: [], failures: [failure] });
    return;
  }
  await inbox.settle(taken, { state: "done", done: ["work"], failures: [] });
  say(`done ${id}`);
}

async function keepSome(): Promise<void> {
  for (let n = 0; isKeeping; n += 1) {
    const id = `${name}-${Math.random().toString(36).slice(2)}`;
    const orderKey = n % 3 === 0 ? undefined : `key-${n % 5}`;
    const kept = await inbox.keep(entryOf(id, { orderKey }), n % 2 === 0);
    if (kept.state === "new") say(`kept event-${id}`);
    if (kept.state === "new" && kept.taken !== undefined) await run(kept.taken);
    if (kept.state === "full") await sleep(5);
  }
}

async function takeSome(): Promise<void> {
  while (!ending.signal.aborted) {
    const taken = await inbox.take(3, ending.signal);
    await Promise.all(taken.map(run));
  }
}

say(`up ${name}`);
const taking = [takeSome(), takeSome()];
await Promise.all([keepSome(), keepSome()]);
for (;;) {
  const { waiting, running } = await inbox.counts();
  if (waiting + running === 0) break;
  await sleep(20);
}
ending.abort();
await Promise.all(taking);
await inbox.close();
