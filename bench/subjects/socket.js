// What frames are sent to: raw `ws`, earshot, and what people would use instead. Started with its name, what it
// calls itself, and the generator's port.
import { builtUrl } from "../lib/build.js";
import { NAME } from "../lib/signing.js";

const [name, mode, port] = process.argv.slice(2);
const url = `ws://127.0.0.1:${port}/app/bench?who=${encodeURIComponent(`${name} ${mode}`)}`;
const channel = "private-bench_triggers";
let heard = 0;
const onEvent = () => {
  heard += 1;
};

const subjects = {
  // The two texts parsed, the name compared: what nobody can do without who parses at all.
  ws: async () => {
    const { WebSocket } = await import("ws");
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.on("message", (message) => {
      const frame = JSON.parse(message.toString());
      if (frame.event === "trigger_to_client") {
        const event = JSON.parse(frame.data);
        if (event.metadata.trigger_slug === NAME) onEvent();
      } else if (frame.event === "pusher:connection_established") {
        socket.send(JSON.stringify({ event: "pusher:subscribe", data: { channel } }));
      } else if (frame.event === "pusher:ping") socket.send('{"event":"pusher:pong"}');
    });
  },
  earshot: async () => {
    const { TriggerListener } = await import(builtUrl("index.js"));
    const platform = {
      baseUrl: "http://127.0.0.1",
      realtime: { locate: async () => ({ url, channel }), authorise: async () => ({ auth: "bench" }) },
      logs: async function* () {},
    };
    const listener = new TriggerListener({}, platform);
    listener.callback(NAME, onEvent);
    await listener.start();
  },
  "pusher-js": async () => {
    const { default: Pusher } = await import("pusher-js");
    const client = new Pusher("bench", {
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
};

await subjects[name]();
process.on("message", () => process.send({ heard }));
process.send({ ready: true });
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
