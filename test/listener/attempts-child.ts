// Hears events at its door; one callback succeeds, one never does. Both say so in a file, line by line. The attempt
// HOLD of the second does not end. To be killed and started again; see attempts.test.ts.
import { appendFileSync } from "node:fs";
import { TriggerListener } from "earshot";
import { childInbox } from "./child-inbox.js";

const { LOG = "", SECRET = "", HOLD = "" } = process.env;
const say = (text: string) => appendFileSync(LOG, `${text}\n`);
const listener = new TriggerListener({
  inbox: childInbox(),
  webhook: { port: 0, host: "127.0.0.1", secrets: SECRET },
  retry: { attempts: 5, baseMs: 300, capMs: 300 },
  breaker: false,
  leaseMs: 5000,
});
listener.callback({}, async function good({ id }, { attempt }) {
  say(`good ${id} ${attempt}`);
});
listener.callback({}, async function bad({ id }, { attempt }) {
  say(`bad ${id} ${attempt}`);
  if (String(attempt) === HOLD) await new Promise(() => undefined);
  throw new Error(`no ${attempt}`);
});
listener.on("callback.failed", () => undefined);
listener.on("event.dead-lettered", ({ id, attempts }) => say(`dead ${id} ${attempts}`));
await listener.start();
process.stdout.write(`door ${listener.health().webhook?.url}\n`);
process.once("SIGTERM", () => void listener.stop());
