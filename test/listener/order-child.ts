// Runs events of several keys, some of which fail at first, and says what begins and what ends in a shared file.
// See order.test.ts.
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { RetryAfter, TriggerListener } from "earshot";
import { childInbox } from "./child-inbox.js";

const { LOG = "", SECRET = "" } = process.env;
const say = (text: string) => appendFileSync(LOG, `${text} ${process.pid}\n`);
const listener = new TriggerListener({
  inbox: childInbox(),
  webhook: { port: 0, host: "127.0.0.1", secrets: SECRET },
  orderBy: ({ payload }) => String(payload.key),
  retry: { attempts: 5, baseMs: 20, capMs: 40 },
  breaker: false,
});
listener.callback({}, async function work({ payload: { key, n } }, { attempt }) {
  say(`begin ${key} ${n} ${attempt}`);
  await sleep(Math.random() * 4);
  const failures = Number(n) % 4;
  if (attempt <= failures) {
    say(`fail ${key} ${n} ${attempt}`);
    throw attempt === 1 ? new RetryAfter(5) : new Error("once more");
  }
  say(`end ${key} ${n} ${attempt}`);
});
listener.on("callback.failed", () => undefined);
await listener.start();
process.stdout.write(`door ${listener.health().webhook?.url}\n`);
process.once("SIGTERM", () => void listener.stop());
