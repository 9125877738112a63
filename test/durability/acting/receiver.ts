// A receiver that can be killed at any instant, whose callbacks have steps and keys. It writes what happens to a file,
// line by line.
import { appendFileSync } from "node:fs";
import { TriggerListener } from "earshot";
import { childInbox } from "../../listener/child-inbox.js";

const { PORT, LOG, SECRET, GROUPS } = process.env as Record<"PORT" | "LOG" | "SECRET" | "GROUPS", string>;
const say = (text: string) => appendFileSync(LOG, `${text}\n`);
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
const groupOf = (id: string) => Number(id.slice("log_".length)) % Number(GROUPS);

const listener = new TriggerListener({
  inbox: childInbox(),
  // The kills are the test's: no event is to blame for them.
  maxCrashes: 1_000_000,
  leaseMs: 1000,
  webhook: { port: Number(PORT), host: "127.0.0.1", secrets: SECRET },
});
listener.callback({}, async function steps({ id }, { step }) {
  for (const name of ["model", "post"]) {
    const result = await step(name, async () => {
      say(`fn ${id} ${name}`);
      await pause();
      return `${id} ${name}`;
    });
    say(`got ${id} ${name} ${result}`);
    await pause();
  }
});
listener.callback(
  {},
  async function act({ id }) {
    say(`act ${groupOf(id)} ${id}`);
    await pause();
  },
  { once: ({ id }) => groupOf(id) },
);
listener.on("event.done", ({ id }) => say(`done ${id}`));
listener.on("event.dead-lettered", ({ id, message }) => say(`dead ${id} ${message}`));
await listener.start();
say(`up ${process.pid}`);
