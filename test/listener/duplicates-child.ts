// Listens on both transports over a shared store. Says `run ID` for each run, and all the time how many copies it
// was handed, by the way they came. Started by duplicates.test.ts.
import { appendFileSync } from "node:fs";
import { Toolset } from "earshot";
import { childInbox } from "./child-inbox.js";

const { LOG = "" } = process.env;
const listener = new Toolset().createTriggerListener({
  inbox: childInbox(),
  websocket: true,
  webhook: { port: 0, host: "127.0.0.1" },
  maxPending: 100_000,
});
const copies = { websocket: 0, webhook: 0, backfill: 0, replay: 0, expectation: 0 };
for (const type of ["event.stored", "event.duplicate"] as const) {
  listener.on(type, ({ source }) => {
    copies[source] += 1;
  });
}
listener.callback({}, async function work(event) {
  appendFileSync(LOG, `run ${event.id}\n`);
  await Promise.resolve();
});
listener.on("*", (report) => {
  if (/trouble|unfilled|dead|failed|full/.test(report.type)) process.stdout.write(`${report.type}\n`);
});
await listener.start();
process.stdout.write(`door ${listener.health().webhook?.url}\n`);
const saying = setInterval(() => process.stdout.write(`copies ${JSON.stringify(copies)}\n`), 100);
process.once("SIGTERM", () => {
  clearInterval(saying);
  void listener.stop();
});
