// A server of the realtime protocol that sends events as fast as they are taken: it waits for the subject's
// connection to drain, and for its answer to a ping at the end, and for nothing else.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { cpuMicros } from "./processes.js";
import { CHANNEL, CLIENT } from "./realtime.js";
import { frames, NAME } from "./signing.js";

/** Frames in one piece. */
const BATCH = 20;
const MOST_WARM_UP_MS = 8_000;
const clients = new Map();

/** What the published clients ask for before they dial. Who they are is the key that they are given to dial with. */
const said = (request) => {
  const who = request.headers["x-api-key"];
  return {
    "/api/v1/client/auth/client_info": { client: { id: CLIENT } },
    "/api/v1/client/auth/pusher_auth": { auth: "bench" },
    "/api/v3/internal/sdk/realtime/credentials": {
      pusher_key: who,
      project_id: CLIENT,
      pusher_cluster: "mt1",
    },
    "/api/v3/internal/sdk/realtime/auth": { auth: "bench" },
  }[request.url.split("?")[0]];
};

const server = createServer((request, response) => {
  const answer = said(request);
  request.resume();
  response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(answer ?? {}));
});
new WebSocketServer({ server }).on("connection", (socket, request) => {
  const who = new URL(request.url, "http://bench").pathname.split("/").at(-1);
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

process.on("message", async ({ who, pid, seconds, events = 0, patient = false, matched, shape }) => {
  while (!clients.has(who)) await new Promise((resolve) => setTimeout(resolve, 10));
  const { socket, subscribed } = clients.get(who);
  await subscribed;
  const make = frames(matched ? NAME : "SOMETHING_NOBODY_ASKED_FOR", BATCH, CHANNEL, shape);
  const raw = socket._socket;
  const startedAt = performance.now();
  const subjectCpu = cpuMicros(pid);
  const ownCpu = cpuMicros(process.pid);
  let answered = 0;
  let waitedMs = 0;
  for (;;) {
    const passed = performance.now() - startedAt;
    // The first round goes on until everything has been compiled: so many events, in a bounded time.
    if (passed >= seconds * 1000 && (answered >= events || (!patient && passed >= MOST_WARM_UP_MS))) break;
    answered += BATCH;
    if (raw.write(make())) continue;
    const since = performance.now();
    await new Promise((resolve) => raw.once("drain", resolve));
    waitedMs += performance.now() - since;
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
    /** How much of the time the generator had something ready that the subject did not take yet. */
    waitedShare: (waitedMs * 1000) / wallMicros,
  });
});
server.listen(0, "127.0.0.1", () => process.send({ ready: true, port: server.address().port }));
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
