// Remembers a million identities, then simulates a day at 100 events a second, and says what the heap holds.
import { builtUrl } from "../lib/build.js";

const { memoryInbox } = await import(builtUrl("index.js"));
const inbox = memoryInbox();
let nowMs = Date.UTC(2026, 0, 5);
const clock = {
  now: () => nowMs,
  monotonic: () => nowMs,
  after: () => ({ clear: () => undefined }),
};
await inbox.open({
  clock,
  dedupeWindowMs: 4 * 24 * 3600 * 1000,
  maxPending: 10_000,
  leaseMs: 60_000,
  warn: () => undefined,
});
let count = 0;
function pass(events) {
  for (let n = 0; n < events; n += 1) {
    count += 1;
    nowMs += 10;
    const stored = inbox.store(
      {
        // As they come: a text out of JSON, not two that are joined and hold on to their halves.
        id: JSON.parse(`"log_${String(count).padStart(20, "0")}"`),
        triggerName: "A_TRIGGER",
        source: "webhook",
        origin: { provider: "composio", signed: true },
        body: "{}",
        receivedAt: nowMs,
      },
      true,
    );
    inbox.settle(stored.claimed, { state: "done", done: ["callback"], failures: [] });
  }
}
function heapMb() {
  globalThis.gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + external + arrayBuffers) / 1e6;
}
process.on("message", () => {
  const emptyMb = heapMb();
  pass(1_000_000);
  const millionMb = heapMb() - emptyMb;
  const hourlyMb = [];
  for (let hour = 3; hour < 24; hour += 1) {
    pass(360_000);
    if (hour % 3 === 2) hourlyMb.push(heapMb() - emptyMb);
  }
  process.send({ millionMb, everyThreeHoursMb: hourlyMb, events: count });
});
process.send({ ready: true });
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
