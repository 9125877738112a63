// A receiver that can be killed at any instant, with a coalescing callback. It writes each run to a file, line by line:
// when it begins, and when it has ended. An event's id is `KEY_NUMBER`.
import { appendFileSync } from "node:fs";
import { TriggerListener } from "earshot";
import { childInbox } from "../../listener/child-inbox.js";

const { PORT, LOG, SECRET } = process.env as Record<"PORT" | "LOG" | "SECRET", string>;
const say = (text: string) => appendFileSync(LOG, `${text}\n`);
/** Long enough that kills fall into runs. */
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 40));

const listener = new TriggerListener({
  inbox: childInbox(),
  // The kills are the test's: no event is to blame for them.
  maxCrashes: 1_000_000,
  leaseMs: 1000,
  orderBy: ({ id }) => id.split("_")[0],
  webhook: { port: Number(PORT), host: "127.0.0.1", secrets: SECRET },
});
listener.callback(
  {},
  async function work({ id, events }) {
    const ids = events.map((event) => event.id).join(",");
    say(`begin ${id} ${ids}`);
    await pause();
    say(`end ${id} ${ids}`);
  },
  { coalesce: { key: ({ id }) => id.split("_")[0], quietMs: 250, maxWaitMs: 2000, maxEvents: 20 } },
);
listener.on("event.dead-lettered", ({ id, message }) => say(`dead ${id} ${message}`));
await listener.start();
