// A listener over a file whose disk is in trouble. Says what it reports and what it runs. Started by disk.test.ts.
import { TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";

const { DB = "", SECRET = "" } = process.env;
const say = (text: string) => process.stdout.write(`${text}\n`);
const listener = new TriggerListener({
  inbox: sqliteInbox({ path: DB }),
  webhook: { port: 0, host: "127.0.0.1", secrets: SECRET },
  leaseMs: 2000,
});
listener.callback({}, ({ id }) => say(`run ${id}`));
listener.on("event.done", ({ id }) => say(`done ${id}`));
listener.on("inbox.error", ({ error }) =>
  say(`trouble ${"code" in error ? error.code : ""} ${error.message}`),
);
await listener.start();
say(`door ${listener.health().webhook?.url}`);
process.once("SIGTERM", () => void listener.stop());
