// Fires events at a steady rate: a raw `ws` server, or the local platform. Started with which.
import { createServer } from "node:http";
import { builtUrl } from "../lib/build.js";
import { quantile } from "../lib/numbers.js";
import { CHANNEL } from "../lib/realtime.js";
import { legacyBody, NAME } from "../lib/signing.js";

const data = JSON.parse(legacyBody()).payload;

/** The same text as the platform's, made anew for each event, to everyone who has subscribed. */
async function raw() {
  const { WebSocketServer } = await import("ws");
  const server = createServer();
  const subscribed = new Set();
  const event = JSON.parse(legacyBody());
  new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket) => {
    socket.send(JSON.stringify({ event: "pusher:connection_established", data: "{}" }));
    socket.on("message", () => subscribed.add(socket));
    socket.on("close", () => subscribed.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    fire(at) {
      const payload = { ...data, id: at };
      const text = JSON.stringify({ ...event, payload, originalPayload: payload });
      const frame = JSON.stringify({ event: "trigger_to_client", channel: CHANNEL, data: text });
      for (const socket of subscribed) socket.send(frame);
    },
    listeners: () => subscribed.size,
  };
}

async function platform() {
  const { startPlatform } = await import(builtUrl("dev.js"));
  const { Toolset } = await import(builtUrl("index.js"));
  const local = await startPlatform();
  const toolset = new Toolset({ apiKey: "local", baseUrl: local.url });
  await toolset.enableTrigger(NAME, { config: { owner: "acme", repo: "site" } });
  await toolset.close();
  return {
    url: local.url,
    async fire(at) {
      await local.fire(NAME, { data: { ...data, id: at } });
    },
    listeners: () => local.connections().filter(({ channels }) => channels.length > 0).length,
  };
}

const { url, fire, listeners } = await { raw, platform }[process.argv[2]]();
const now = () => process.hrtime.bigint();
const turn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Each event has a time at which it is to be fired, and is stamped with that: where this process, or what it
 * measures, is late, the delay counts. It does not sleep in between, for timers here are 1 ms apart.
 */
async function steadily(events, perSecond) {
  if (perSecond === 0) return atOnce(events);
  const everyNanos = BigInt(Math.round(1e9 / perSecond));
  const late = new Float64Array(events);
  let due = now() + 1_000_000n;
  for (let n = 0; n < events; n += 1, due += everyNanos) {
    while (now() < due) await turn();
    late[n] = Number(now() - due) / 1e6;
    void fire(String(due));
  }
  return { lateP99Ms: quantile(late.sort(), 0.99) };
}

/** As fast as the platform takes them. */
async function atOnce(events) {
  for (let n = 0; n < events; n += 1) await fire(String(now()));
  return {};
}

/** Fires one event as soon as somebody new listens. */
async function first() {
  while (listeners() === 0) await turn();
  await fire(String(now()));
  return {};
}

async function gone() {
  while (listeners() > 0) await turn();
  return {};
}

process.on("message", async ({ gone: mustBeGone, events, perSecond }) => {
  if (mustBeGone) process.send(await gone());
  else process.send(events === 1 ? await first() : await steadily(events, perSecond));
});
process.send({ ready: true, url });
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
