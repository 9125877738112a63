// Starts a listener on a file with one driver: `warned-child.ts FILE DRIVER`. The driver's version of SQLite, and the
// inbox errors of the listener, are on stdout, as JSON.
import { writeSync } from "node:fs";
import { chooseDriver } from "../../src/inbox/sqlite/driver/choose.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { github, TriggerListener } from "../../src/index.js";

const [path = "", driver] = process.argv.slice(2) as [string, "node:sqlite" | "better-sqlite3"];
const { sqliteVersion } = await chooseDriver(driver);
const routes = { "/github": github({ secrets: "a secret of some length" }) };
const listener = new TriggerListener({
  inbox: sqliteInbox({ path, driver }),
  webhook: { port: 0, host: "127.0.0.1", routes },
});
const warnings: { readonly code: unknown; readonly message: string }[] = [];
listener.on("inbox.error", ({ error }) => {
  warnings.push({ code: "code" in error ? error.code : undefined, message: error.message });
});
await listener.start();
await listener.stop();
writeSync(1, JSON.stringify({ sqliteVersion, warnings }));
