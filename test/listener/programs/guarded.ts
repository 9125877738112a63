// A listener under Node's permission model: `guarded.ts FILE`. It says its URL, and each event that it has run.
import { readFileSync } from "node:fs";
import { TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";

const say = (text: string) => process.stdout.write(`${text}\n`);
const listener = new TriggerListener({
  inbox: sqliteInbox({ path: process.argv[2] ?? "" }),
  webhook: { port: 0, host: "127.0.0.1", secrets: "a secret of some length" },
});
listener.callback({}, async function work(event) {
  try {
    readFileSync("/etc/hostname");
    say(`ran ${event.id} without limits`);
  } catch (error) {
    say(`ran ${event.id}: ${(error as NodeJS.ErrnoException).code}`);
  }
});
listener.on("inbox.error", ({ error }) => say(`inbox.error ${error.message}`));
try {
  await listener.start();
  say(`url ${(await listener.health()).webhook?.url}`);
  await listener.waitForever();
} catch (error) {
  say(String(error));
  process.exitCode = 1;
}
