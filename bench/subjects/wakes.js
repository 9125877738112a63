// What an event costs that wakes an agent: at once, in a batch, or because it is expected. In one process, through the
// public handler of web requests. Started with the inbox, the kind, and how many expectations or batches stay open.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtUrl } from "../lib/build.js";

const [store, kind, open] = process.argv.slice(2);
const NAME = "GITHUB_STAR_ADDED_EVENT";
const KEYS = 50;
const IN_BATCH = 10;
const AT_ONCE = 50;
const DAY_MS = 24 * 3600 * 1000;

const { TriggerListener, memoryInbox } = await import(builtUrl("index.js"));
const { sqliteInbox } = await import(builtUrl("sqlite.js"));
const folder = mkdtempSync(join(tmpdir(), "earshot-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const listener = new TriggerListener({
  inbox: store === "sqlite" ? sqliteInbox({ path: join(folder, "inbox.db") }) : memoryInbox(),
  maxPending: 1_000_000,
  webhook: { unsigned: true },
});

let heard = 0;
let wanted = Number.POSITIVE_INFINITY;
let onHeard = () => undefined;
function count(events) {
  heard += events;
  if (heard >= wanted) onHeard();
}

if (kind === "coalesced") {
  listener.callback(NAME, ({ events }) => count(events.length), {
    coalesce: { key: ({ payload }) => payload.key, quietMs: DAY_MS, maxEvents: IN_BATCH },
  });
} else if (kind === "plain" || kind === "beside") listener.callback(NAME, () => count(1));
if (kind === "expected" || kind === "beside") listener.expectations.handler("answer", () => count(1));
const handle = listener.fetchHandler();
await listener.start();

const expectNumber = (number) =>
  listener.expect(
    { triggerName: NAME, payload: { number } },
    { id: `answer-${number}`, handler: "answer", timeoutMs: DAY_MS },
  );

let sent = 0;
async function post(number, key = `key-${(sent + 1) % KEYS}`) {
  sent += 1;
  const id = `log_${process.pid}_${sent}`;
  const body = JSON.stringify({
    id,
    timestamp: new Date().toISOString(),
    type: "composio.trigger.message",
    metadata: {
      log_id: id,
      trigger_slug: NAME,
      trigger_id: "ti_1",
      connected_account_id: "ca_1",
      user_id: "u",
    },
    data: { number, key, starred_by: "octocat", action: "created" },
  });
  const headers = { "content-type": "application/json" };
  const response = await handle(new Request("http://localhost/webhook", { method: "POST", headers, body }));
  if (response.status !== 200) throw new Error(`the answer was ${response.status}`);
}

const inTurns = async (from, to, one) => {
  for (let n = from; n < to; n += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, to - n) }, (_, at) => one(n + at)));
  }
};

// Nothing answers these, and no other event joins them: they are there to be looked among.
const openOne = kind === "coalesced" ? (n) => post(n, `open-${n}`) : expectNumber;
await inTurns(1_000_000_000, 1_000_000_000 + Number(open), openOne);

let next = 0;
process.on("message", async ({ events }) => {
  const from = next;
  next += events;
  heard = 0;
  wanted = events;
  const all = new Promise((resolve) => {
    onHeard = resolve;
  });
  const { user, system } = process.cpuUsage();
  await inTurns(from, next, async (number) => {
    if (kind === "expected") await expectNumber(number);
    await post(number);
  });
  await all;
  const used = process.cpuUsage({ user, system });
  process.send({ cpuMicros: (used.user + used.system) / events, heard });
});
process.send({ ready: true });
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
