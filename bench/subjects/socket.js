// What frames are sent to: raw `ws`, earshot, and what people would use instead. Started with its name and the
// generator's port.
import { createRequire } from "node:module";
import { builtUrl } from "../lib/build.js";
import { leadHere } from "../lib/lead-here.js";
import { CHANNEL as channel } from "../lib/realtime.js";
import { NAME } from "../lib/signing.js";

const [name, port] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const url = `ws://127.0.0.1:${port}/app/${name}`;
const baseUrl = `http://127.0.0.1:${port}`;
let heard = 0;
const onEvent = () => {
  heard += 1;
};

/** What nobody can do without who parses at all: the two texts parsed, the name compared. */
async function raw(nameOf) {
  const { WebSocket } = await import("ws");
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on("message", (message) => {
    const frame = JSON.parse(message.toString());
    if (frame.event === "trigger_to_client") {
      const event = JSON.parse(frame.data);
      if (nameOf(event) === NAME) onEvent();
    } else if (frame.event === "pusher:connection_established") {
      socket.send(JSON.stringify({ event: "pusher:subscribe", data: { channel } }));
    } else if (frame.event === "pusher:ping") socket.send('{"event":"pusher:pong"}');
  });
}

async function earshot() {
  const { TriggerListener } = await import(builtUrl("index.js"));
  const platform = {
    baseUrl,
    realtime: { locate: async () => ({ url, channel }), authorize: async () => ({ auth: "bench" }) },
    logs: async function* () {},
  };
  const listener = new TriggerListener({}, platform);
  listener.callback(NAME, onEvent);
  await listener.start();
}

/** As its documentation says: the published client, unchanged, its fixed host led here. */
async function composio() {
  leadHere(Number(port));
  const { Composio } = await import("@composio/core");
  const client = new Composio({
    apiKey: name,
    baseURL: baseUrl,
    allowTracking: false,
    disableVersionCheck: true,
  });
  await client.triggers.subscribe(onEvent, { triggerSlug: [NAME] });
}

const subjects = {
  ws: () => raw((event) => event.metadata.trigger_slug),
  "ws-legacy": () => raw((event) => event.metadata.triggerName),
  earshot,
  "earshot-legacy": earshot,
  "pusher-js": async () => {
    const { default: Pusher } = await import("pusher-js");
    const client = new Pusher(name, {
      wsHost: "127.0.0.1",
      wsPort: Number(port),
      forceTLS: false,
      enabledTransports: ["ws"],
      disableStats: true,
      cluster: "mt1",
      channelAuthorization: { customHandler: (_, done) => done(null, { auth: "bench" }) },
    });
    client.subscribe(channel).bind("trigger_to_client", (event) => {
      if (event.metadata.trigger_slug === NAME) onEvent();
    });
  },
  "composio-core": async () => {
    leadHere(Number(port));
    process.env.CLIENT_PUSHER_KEY = name;
    const { Composio } = require("composio-core");
    const client = new Composio({ apiKey: name, baseUrl, allowTracking: false });
    await client.triggers.subscribe(onEvent, { triggerName: NAME });
  },
  "composio-v3": composio,
  "composio-legacy": composio,
};

await subjects[name]();
process.on("message", () => process.send({ heard }));
process.send({ ready: true });
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
