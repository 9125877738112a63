// A listener under Node's permission model: `guarded.ts FILE`. It says its URL, and each event that it has run.
import { readFileSync } from "node:fs";
import { TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";

const listener = new TriggerListener({
  inbox: sqliteInbox({ path: process.argv[2] ?? "" }),
  webhook: { port: 0, host: "127.0.0.1", secrets: "a secret of some length" },
});
listener.callback({}, async function work(event) {
  try {
    readFileSync("/etc/hostname");
    console.log(`ran ${event.id} without limits`);
  } catch (error) {
    console.log(`ran ${event.id}: ${(error as NodeJS.ErrnoException).code}`);
  }
});
listener.on("inbox.error", ({ error }) => console.log(`inbox.error ${error.message}`));
try {
  await listener.start();
  console.log(`url ${(await listener.health()).webhook?.url}`);
  await listener.waitForever();
} catch (error) {
  console.log(String(error));
  process.exitCode = 1;
}
