// A listener whose report listeners fail, and whose callback fails with the event's own text. Started by reports.test.ts.
import { hmac, TriggerListener } from "earshot";

const { SECRET = "" } = process.env;
const listener = new TriggerListener({
  webhook: {
    port: 0,
    host: "127.0.0.1",
    routes: {
      "/hooks/acme": hmac({ secrets: SECRET, header: "x-signature", eventName: "x-event", id: "x-id" }),
    },
  },
  retry: { attempts: 1 },
});
listener.callback({}, ({ payload }) => {
  throw new TypeError(String(payload.text));
});
listener.on("event.stored", async () => {
  throw new Error("an async report listener failed");
});
listener.on("event.dead-lettered", () => {
  throw new Error("a report listener failed");
});
listener.on("webhook.closed", () => ({
  // biome-ignore lint/suspicious/noThenProperty: what is tried
  get then() {
    throw new Error("a report listener returned what cannot be read");
  },
}));
listener.on("*", () => Promise.reject(null));
await listener.start();
process.stdout.write(`url ${listener.health().webhook?.url}\n`);
process.once("SIGTERM", () => void listener.stop());
