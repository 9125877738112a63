// The steady load, the local platform, and the ledger of what was acknowledged against what has run.
import { closeSync, openSync, readSync } from "node:fs";
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Toolset } from "earshot";
import { startPlatform } from "earshot/dev";
import { serve } from "./channel.js";
import { type KindName, kindNames, kinds, MESSAGE } from "./kinds.js";
import { Ledger } from "./ledger.js";
import { measureLoopDelay } from "./loop-delay.js";
import { type Delivery, deliveryOf, post } from "./requests.js";
import type { SenderSample } from "./samples.js";

/** What {@link send} is told. */
export interface Load {
  /** Of the receiver. */
  readonly url: string;
  readonly seconds: number;
  readonly perSecond: number;
  /** No copy comes later: the receiver remembers an event for longer. */
  readonly copiesWithinMs: number;
  readonly dropEveryMs: number;
}

const TICK_MS = 10;
const MOST_IN_FLIGHT = 128;
const READ_MS = 200;
const RETRY_MS = 50;
/** Of the deliveries, so many are made twice, and so many over a connection that is used once. */
const COPIES = 0.05;
const NEW_CONNECTION = 0.02;
/** Time limits of expectations: of those that get a reply, and of the others. */
const REPLIED_MS = 120_000;
const SILENT_MS = 1_000;
/** Replies, and second events of a user, come within this time. */
const REPLY_MS = 500;

const { LOG } = process.env as Record<"LOG", string>;
// A log of some minutes: its size is a bound, and not what is looked at here.
const platform = await startPlatform({ maxEvents: 4_000 });
const enabling = new Toolset({ apiKey: "local", baseUrl: platform.url });
await enabling.enableTrigger(MESSAGE, {});
await enabling.close();

const loopDelay = measureLoopDelay();
const ledger = new Ledger();
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const counts = { copies: 0, retries: 0, drops: 0 };
let inFlight = 0;
/** Copies, second events and replies that are still to come. */
let delayed = 0;

async function deliver(url: string, delivery: Delivery): Promise<void> {
  inFlight += 1;
  try {
    for (;;) {
      const status = await post(url, delivery, Math.random() < NEW_CONNECTION ? false : agent);
      if (status >= 200 && status < 300) return;
      counts.retries += 1;
      await sleep(RETRY_MS);
    }
  } finally {
    inFlight -= 1;
  }
}

function later(afterMs: number, act: () => void): void {
  delayed += 1;
  setTimeout(() => {
    delayed -= 1;
    act();
  }, afterMs);
}

/** Sends a webhook until it is acknowledged, and now and then a copy: at once, or as a provider's retry. */
function webhook({ url, copiesWithinMs }: Load, kind: KindName, more?: Record<string, unknown>): void {
  const number = ledger.add(kind);
  const delivery = deliveryOf(kind, number, { ...partsOf(kind, number), ...more });
  void deliver(url, delivery).then(() => ledger.acknowledged(number));
  if (Math.random() >= COPIES) return;
  counts.copies += 1;
  const afterMs = Math.random() < 0.3 ? 0 : Math.random() * copiesWithinMs;
  later(afterMs, () => void deliver(url, delivery));
}

function partsOf(kind: KindName, number: number): Record<string, unknown> {
  if (kind === "user") return { user: number };
  if (kind === "approval") return { timeoutMs: REPLIED_MS };
  return kind === "silence" ? { timeoutMs: SILENT_MS } : {};
}

function make(load: Load): void {
  const kind = pick();
  if (kinds[kind].sender === "platform") {
    const number = ledger.add(kind);
    void platform.fire(MESSAGE, { data: { number, channel: "general", text: `Message ${number}` } });
    // The platform has it in its log from here on.
    ledger.acknowledged(number);
    return;
  }
  const number = ledger.sent;
  webhook(load, kind);
  if (kind === "user") {
    later(Math.random() * REPLY_MS, () => webhook(load, "userAgain", { user: number }));
  }
}

function pick(): KindName {
  let left = Math.random() * 100;
  for (const name of kindNames) {
    left -= kinds[name].share;
    if (left < 0) return name;
  }
  return "push";
}

/** Reads what the receiver has written; a reply goes out once its expectation is stored. */
function reader(load: Load): () => void {
  const file = openSync(LOG, "a+");
  const chunk = Buffer.alloc(256 * 1024);
  let at = 0;
  let rest = "";
  process.on("exit", () => closeSync(file));
  return () => {
    for (;;) {
      const bytes = readSync(file, chunk, 0, chunk.length, at);
      if (bytes === 0) return;
      at += bytes;
      const lines = (rest + chunk.toString("latin1", 0, bytes)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        ledger.take(line);
        if (!line.startsWith("ok ") || !line.endsWith(" ask")) continue;
        const request = Number(line.split(" ")[1]);
        if (ledger.kindOf(request) !== "approval") continue;
        later(Math.random() * REPLY_MS, () => webhook(load, "reply", { request }));
      }
    }
  };
}

/** Drops the WebSocket by turns with and without a close frame, and sends some messages twice. */
function dropping(dropEveryMs: number): NodeJS.Timeout {
  return setInterval(() => {
    counts.drops += platform.faults.realtime.dropAll(counts.drops % 2 === 0 ? "terminate" : "close");
    platform.faults.realtime.duplicate(2);
  }, dropEveryMs);
}

let read: () => void = () => undefined;

/** Sends at a steady rate; what a pause of the machine held up comes as fast as the receiver takes it. */
async function send(load: Load): Promise<void> {
  read = reader(load);
  const reading = setInterval(read, READ_MS);
  const drops = dropping(load.dropEveryMs);
  const startedAt = performance.now();
  const endMs = load.seconds * 1000;
  let made = 0;
  for (let passedMs = 0; passedMs < endMs; passedMs = performance.now() - startedAt) {
    for (; made < (passedMs / 1000) * load.perSecond && inFlight < MOST_IN_FLIGHT; made += 1) make(load);
    await sleep(TICK_MS);
  }
  clearInterval(drops);
  clearInterval(reading);
}

/** Waits until everything that was sent has come to its end, or until the time is up. */
async function finish(limitMs: number): Promise<void> {
  const giveUpAt = performance.now() + limitMs;
  for (;;) {
    read();
    const isOver = delayed === 0 && inFlight === 0 && ledger.unfinished().length === 0;
    if (isOver || performance.now() > giveUpAt) return;
    await sleep(READ_MS);
  }
}

serve({
  baseUrl: () => platform.url,
  send,
  finish,
  sample(): SenderSample {
    const { user, system } = process.cpuUsage();
    return {
      rssMb: process.memoryUsage().rss / 1e6,
      cpuMs: (user + system) / 1000,
      ...loopDelay(),
      connections: [agent.sockets, agent.freeSockets].flatMap((each) => Object.values(each).flat()).length,
      sent: ledger.sent,
      ...counts,
    };
  },
  /** What has run after everything was over, too. */
  account() {
    read();
    return ledger.account();
  },
  async stop() {
    agent.destroy();
    await platform.stop();
  },
});
