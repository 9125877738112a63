// Hears what subjects/fire.js fires: a raw `ws` client, or earshot as its README says. Started with which, and the
// address. Says of the first event when its callback ran; then, asked, how long each was on its way.
import { builtUrl } from "../lib/build.js";
import { quantile } from "../lib/numbers.js";
import { CHANNEL } from "../lib/realtime.js";
import { NAME } from "../lib/signing.js";

const [name, baseUrl] = process.argv.slice(2);
const onItsWay = new Float64Array(1_000_000);
let heard = 0;
let hasHeard = false;
let onHeard = () => undefined;

function onEvent({ payload }) {
  const now = process.hrtime.bigint();
  onItsWay[heard] = Number(now - BigInt(payload.id)) / 1e6;
  heard += 1;
  if (!hasHeard) {
    hasHeard = true;
    const { user, system } = process.cpuUsage();
    process.send({ ready: true, firstAt: String(now), cpuMs: (user + system) / 1000 });
  }
  onHeard();
}

const subjects = {
  async raw() {
    const { WebSocket } = await import("ws");
    const socket = new WebSocket(`${baseUrl.replace("http", "ws")}/app/bench`, { perMessageDeflate: false });
    socket.on("message", (message) => {
      const frame = JSON.parse(message.toString());
      if (frame.event === "trigger_to_client") {
        const event = JSON.parse(frame.data);
        if (event.metadata.triggerName === NAME) onEvent(event);
      } else if (frame.event === "pusher:connection_established") {
        socket.send(JSON.stringify({ event: "pusher:subscribe", data: { channel: CHANNEL } }));
      }
    });
  },
  async earshot() {
    const { Toolset } = await import(builtUrl("index.js"));
    const toolset = new Toolset({ apiKey: "local", baseUrl });
    const listener = toolset.createTriggerListener();
    listener.callback(NAME, onEvent);
    await listener.start();
  },
};

/** Of the events since the last time, once all of them are there. */
process.on("message", async ({ events }) => {
  if (heard < events) {
    await new Promise((resolve) => {
      onHeard = () => {
        if (heard >= events) resolve();
      };
    });
  }
  const sorted = onItsWay.slice(0, heard).sort();
  const of = (part) => quantile(sorted, part);
  process.send({ heard, p50Ms: of(0.5), p99Ms: of(0.99), p999Ms: of(0.999) });
  heard = 0;
});
await subjects[name]();
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
