// The process that is soaked: a listener on a SQLite file, with webhooks of three senders and the platform's WebSocket.
// What happens stands in a file, line by line, in the order in which it happened: see ledger.ts.
import { appendFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { github, type ListenerEventType, standardWebhooks, stripe, Toolset } from "earshot";
import { type PrometheusRegistry, prometheus } from "earshot/prometheus";
import { sqliteInbox } from "earshot/sqlite";
import { serve } from "./channel.js";
import { MESSAGE, secret, whsec } from "./kinds.js";
import { measureLoopDelay } from "./loop-delay.js";
import type { ReceiverSample } from "./samples.js";

const { BASE_URL, DB, LOG, WINDOW_MS } = process.env as Record<
  "BASE_URL" | "DB" | "LOG" | "WINDOW_MS",
  string
>;
const windowMs = Number(WINDOW_MS);
/** A copy of a delivery is valid for twice as long: its key has to be remembered until then. */
const toleranceMs = windowMs / 2;
const FLUSH_MS = 50;
/** How often callbacks, subscribers and waits come and go. */
const CHURN_MS = 500;

/** One write for all lines of a while. Their order is that in which they happened. */
let lines = "";
const say = (text: string) => {
  lines += `${text}\n`;
};
function flush(): void {
  if (lines !== "") appendFileSync(LOG, lines);
  lines = "";
}
setInterval(flush, FLUSH_MS);

const { Registry } = createRequire(import.meta.url)("prom-client") as {
  Registry: new () => PrometheusRegistry;
};

/** What must not happen at all. */
const problems: string[] = [];
process.on("warning", (warning) => problems.push(`warning: ${warning.message}`));

const toolset = new Toolset({ apiKey: "local", baseUrl: BASE_URL });
const listener = toolset.createTriggerListener({
  inbox: sqliteInbox({ path: DB }),
  websocket: true,
  socket: { backoff: { baseMs: 50, capMs: 500 } },
  dedupeWindowMs: windowMs,
  unmatchedForMs: windowMs,
  deadLetters: { records: 200 },
  retry: { attempts: 8, baseMs: 20, capMs: 500 },
  monitors: prometheus({ registry: new Registry() }),
  alerts: { errorRate: { above: 1 }, latency: { aboveMs: 3_600_000 }, gap: true },
  webhook: {
    port: 0,
    host: "127.0.0.1",
    metrics: true,
    toleranceMs,
    routes: {
      "/webhooks/github": github({ secrets: secret, toleranceMs }),
      "/webhooks/stripe": stripe({ secrets: secret, toleranceMs }),
      "/webhooks/billing": standardWebhooks({ secrets: whsec, provider: "billing", toleranceMs }),
    },
  },
});

interface Numbered {
  readonly number: number;
}
const numberOf = (payload: unknown) => (payload as Numbered).number;

/** Id → number of the events that have run and are not done: done is reported by the id only. */
const running = new Map<string, number>();

/** Says that a callback runs on an event, does its work, and says that it has succeeded. */
async function work(
  name: string,
  event: { readonly id: string; readonly payload: unknown },
  act: () => unknown = () => undefined,
): Promise<void> {
  const number = numberOf(event.payload);
  running.set(event.id, number);
  say(`run ${number} ${name}`);
  await act();
  say(`ok ${number} ${name}`);
}

listener.callback(
  { provider: "github", triggerName: "push", payload: { ref: { $startsWith: "refs/heads/" } } },
  (event) => work("onPush", event),
  { name: "onPush" },
);
listener.callback(
  { provider: "github", triggerName: "issues.edited" },
  async ({ events }, { attempt }) => {
    const first = numberOf(events[0].payload);
    if (attempt === 1 && first % 10 === 0) throw new Error("the model is busy");
    await sleep(5);
    for (const event of events) say(`ok ${numberOf(event.payload)} triage`);
  },
  {
    name: "triage",
    coalesce: {
      key: ({ id, payload }) => {
        running.set(id, numberOf(payload));
        return (payload as { issue: { number: number } }).issue.number;
      },
      quietMs: 500,
      maxWaitMs: 2_000,
      maxEvents: 4,
    },
  },
);
listener.callback(
  {
    provider: "stripe",
    triggerName: "charge.succeeded",
    payload: { data: { object: { amount: { $gte: 100 } } } },
  },
  (event) => work("onCharge", event, () => sleep(2)),
  { name: "onCharge" },
);
listener.callback({ provider: "stripe" }, (event) => work("onStripe", event), { name: "onStripe" });
listener.callback(
  { provider: "stripe", triggerName: "invoice.paid" },
  (event, { attempt, step }) =>
    work("onInvoice", event, async () => {
      await step("book", () => numberOf(event.payload));
      if (attempt <= 2 && Math.random() < 0.4) throw new Error("the ledger is away");
    }),
  { name: "onInvoice" },
);
listener.callback(
  { provider: "stripe", triggerName: "poison" },
  function poisoned() {
    throw new Error("poisoned");
  },
  { name: "onPoison", retry: { attempts: 2, baseMs: 50, capMs: 50 }, breaker: false },
);
listener.callback(
  { provider: "billing", triggerName: "user.seen" },
  async (event) => {
    const { number, user } = event.payload as { number: number; user: number };
    running.set(event.id, number);
    say(`run ${number} greet`);
    await sleep(2);
    say(`ok ${user} greet`);
  },
  {
    name: "greet",
    once: ({ id, payload }) => {
      running.set(id, numberOf(payload));
      return (payload as { user: number }).user;
    },
    onceWindowMs: windowMs,
  },
);
listener.expectations.handler<Numbered>(
  "approved",
  (event, { data }) => {
    running.set(event.id, numberOf(event.payload));
    say(`ok ${data.number} approved`);
  },
  { onTimeout: ({ data }) => say(`ok ${data.number} timedOut`) },
);
listener.callback(
  { provider: "billing", triggerName: "approval.asked" },
  (event) =>
    work("ask", event, async () => {
      const { number, timeoutMs } = event.payload as { number: number; timeoutMs: number };
      await listener.expect(
        { provider: "billing", triggerName: "approval.given", payload: { request: number } },
        { id: `approval ${number}`, handler: "approved", data: { number }, timeoutMs },
      );
    }),
  { name: "ask" },
);
listener.callback(
  { triggerName: MESSAGE, payload: { channel: { $in: ["general", "random"] } } },
  (event) => work("onMessage", event),
  { name: "onMessage" },
);

/** Listener events of each type so far. */
const counted: Partial<Record<ListenerEventType, number>> = {};
listener.on("*", (event) => {
  counted[event.type] = (counted[event.type] ?? 0) + 1;
  if (event.type === "event.done" || event.type === "event.dead-lettered") {
    const number = running.get(event.id);
    running.delete(event.id);
    // Batches and time limits are records of the inbox, too.
    if (number !== undefined) say(`${event.type === "event.done" ? "done" : "dead"} ${number}`);
  }
});
// Those that are meant to come would be warnings without a subscriber.
for (const type of [
  "callback.failed",
  "event.dead-lettered",
  "callback.paused",
  "websocket.disconnected",
] as const) {
  listener.on(type, () => undefined);
}
listener.on("inbox.error", ({ error }) => {
  if (!error.message.includes("dropped")) problems.push(`inbox.error: ${error.message}`);
});

/** Callbacks, subscribers and waits come and go, as in an agent that waits for replies. */
let churned = 0;
function churn(): void {
  churned += 1;
  const temporary = { triggerName: MESSAGE, payload: { channel: `channel ${churned}` } };
  const removals = [
    listener.callback(temporary, () => undefined, { name: `temporary ${churned}` }),
    listener.on("callback.done", () => undefined),
  ];
  setTimeout(() => {
    for (const remove of removals) remove();
  }, CHURN_MS * 2);
  listener.once(MESSAGE, { timeoutMs: CHURN_MS }).catch(() => undefined);
}

const loopDelay = measureLoopDelay();

async function sample(): Promise<ReceiverSample> {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    rssMb: rss / 1e6,
    heapMb: heapUsed / 1e6,
    cpuMs: (user + system) / 1000,
    ...loopDelay(),
    descriptors: process.platform === "linux" ? readdirSync("/proc/self/fd").length : undefined,
    handles: process.getActiveResourcesInfo().length,
    records: await listener.inbox.counts(),
    expectations: (await listener.expectations.list()).length,
    counted: { ...counted },
    unsettled: running.size,
    churned,
    problems,
  };
}

let churning: NodeJS.Timeout | undefined;
serve({
  async start() {
    await listener.start();
    // Events of the platform come over the WebSocket only, or from its log after the connection was lost.
    await toolset.deleteWebhook();
    churning = setInterval(churn, CHURN_MS);
    return listener.health().webhook?.url;
  },
  sample,
  async stop() {
    clearInterval(churning);
    await listener.stop();
    await toolset.close();
    flush();
  },
});
