// A receiver that can be killed at any instant, with a handler for expected events. An event `ask N LIMIT` makes an
// expectation, an event `reply N` answers it. It writes what happens to a file, line by line.
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
  webhook: { port: Number(PORT), host: "127.0.0.1", secrets: SECRET },
});
listener.expectations.handler<{ n: string }>(
  "replied",
  async ({ id }, { data }) => {
    say(`answered ${data.n} ${id} ${process.pid}`);
    await pause();
  },
  {
    onTimeout: async ({ data }) => {
      say(`timeout ${data.n} - ${process.pid}`);
      await pause();
    },
  },
);
listener.callback({}, async function ask({ id }) {
  const [word, n = "", limit = ""] = id.split("_");
  if (word !== "ask") return;
  const filter = { triggerName: "CRASH_TEST", payload: { id: `reply_${n}` } };
  await listener.expect(filter, { id: n, handler: "replied", data: { n }, timeoutMs: Number(limit) });
  say(`open ${n}`);
});
listener.on("event.dead-lettered", ({ id, message }) => say(`dead ${id} ${message}`));
await listener.start();
