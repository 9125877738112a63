// A server of the realtime protocol that sends events as fast as they are taken: it waits for the subject's
// connection to drain, and for its answer to a ping at the end, and for nothing else.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { cpuMicros } from "./processes.js";
import { frames, NAME } from "./signing.js";

const CHANNEL = "private-bench_triggers";
const BATCH = 40;
const MOST_WARM_UP_MS = 8_000;
const clients = new Map();

const server = createServer();
new WebSocketServer({ server }).on("connection", (socket, request) => {
  // pusher-js makes its own URL, in which it cannot say who it is.
  const who = new URL(request.url, "http://bench").searchParams.get("who") ?? "pusher-js -";
  const data = JSON.stringify({ socket_id: "1.1", activity_timeout: 3600 });
  socket.send(JSON.stringify({ event: "pusher:connection_established", data }));
  const client = { socket, onPong: () => undefined, onSubscribed: () => undefined };
  client.subscribed = new Promise((resolve) => {
    client.onSubscribed = resolve;
  });
  clients.set(who, client);
  socket.on("message", (message) => {
    const { event } = JSON.parse(message.toString());
    if (event === "pusher:subscribe") {
      socket.send(
        JSON.stringify({ event: "pusher_internal:subscription_succeeded", channel: CHANNEL, data: "{}" }),
      );
      client.onSubscribed();
    } else if (event === "pusher:pong") client.onPong();
  });
});

process.on("message", async ({ who, pid, seconds, events = 0, matched }) => {
  while (!clients.has(who)) await new Promise((resolve) => setTimeout(resolve, 10));
  const { socket, subscribed } = clients.get(who);
  await subscribed;
  const make = frames(matched ? NAME : "SOMETHING_NOBODY_ASKED_FOR", BATCH, CHANNEL);
  const raw = socket._socket;
  const startedAt = performance.now();
  const subjectCpu = cpuMicros(pid);
  const ownCpu = cpuMicros(process.pid);
  let answered = 0;
  for (;;) {
    const passed = performance.now() - startedAt;
    if (passed >= seconds * 1000 && (answered >= events || passed >= MOST_WARM_UP_MS)) break;
    answered += BATCH;
    if (!raw.write(make())) await new Promise((resolve) => raw.once("drain", resolve));
  }
  await new Promise((resolve) => {
    clients.get(who).onPong = resolve;
    socket.send(JSON.stringify({ event: "pusher:ping", data: {} }));
  });
  const wallMicros = (performance.now() - startedAt) * 1000;
  const subjectMicros = cpuMicros(pid) - subjectCpu;
  const ownMicros = cpuMicros(process.pid) - ownCpu;
  process.send({
    answered,
    wrong: 0,
    perSecond: (answered / wallMicros) * 1e6,
    cpuMicros: subjectMicros / answered,
    subjectShare: subjectMicros / wallMicros,
    generatorMicros: ownMicros / answered,
    generatorShare: ownMicros / wallMicros,
  });
});
server.listen(0, "127.0.0.1", () => process.send({ ready: true, port: server.address().port }));
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
