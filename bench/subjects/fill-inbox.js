// Fills a SQLite inbox with records that are done, through its own contract. Started with the file and how many.
import { builtUrl } from "../lib/build.js";

const [path, count] = process.argv.slice(2);
const AT_ONCE = 2000;
const { sqliteInbox } = await import(builtUrl("sqlite.js"));
const inbox = sqliteInbox({ path });
const nowMs = Date.now();
const clock = {
  now: () => nowMs,
  monotonic: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return { clear: () => clearTimeout(timer) };
  },
};
await inbox.open({
  clock,
  dedupeWindowMs: 4 * 24 * 3600 * 1000,
  maxPending: 10_000,
  leaseMs: 60_000,
  warn: () => undefined,
});

async function one(n) {
  const stored = await inbox.store(
    {
      id: `log_before_${String(n).padStart(12, "0")}`,
      triggerName: "GITHUB_STAR_ADDED_EVENT",
      source: "webhook",
      origin: { provider: "composio", signed: true },
      body: "{}",
      receivedAt: nowMs,
      orderKey: undefined,
      event: undefined,
    },
    true,
  );
  await inbox.settle(stored.claimed, { state: "done", done: ["callback"], failures: [] });
}

for (let n = 0; n < Number(count); n += AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, Number(count) - n) }, (_, at) => one(n + at)));
}
const { done } = await inbox.counts();
await inbox.close();
if (done !== Number(count)) throw new Error(`${done} of ${count} records are there`);
process.send({ ready: true });
process.disconnect();
