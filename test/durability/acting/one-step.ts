// Runs one event, whose callback hangs after its step until it has been started four times.
import { appendFileSync, readFileSync } from "node:fs";
import { TriggerListener } from "earshot";
import { childInbox } from "../../listener/child-inbox.js";

const { PORT, LOG, SECRET } = process.env as Record<"PORT" | "LOG" | "SECRET", string>;
const say = (text: string) => appendFileSync(LOG, `${text}\n`);

const listener = new TriggerListener({
  inbox: childInbox(),
  maxCrashes: 100,
  leaseMs: 1000,
  webhook: { port: Number(PORT), host: "127.0.0.1", secrets: SECRET },
});
listener.callback({}, async function work({ id }, { step }) {
  const result = await step("paid", async () => {
    say("fn");
    return `1 of ${id}`;
  });
  say(`got ${result}`);
  const runs = readFileSync(LOG, "utf8").split("got").length - 1;
  if (runs < 4) await new Promise(() => undefined);
});
listener.on("event.done", () => say("done"));
await listener.start();
