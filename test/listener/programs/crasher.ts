import { TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";

/** Ends its process at the event POISON, as native code or a lack of memory would. Arguments: file, secret. */
const [path = "", secret = ""] = process.argv.slice(2);
const listener = new TriggerListener({
  inbox: sqliteInbox({ path, pollMs: 20 }),
  webhook: { port: 0, host: "127.0.0.1", secrets: secret },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
listener.callback(
  "POISON",
  (event) => {
    say(`poison ${event.id}`);
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => undefined);
  },
  { name: "poison" },
);
listener.callback("WORK", (event) => say(`work ${event.id}`), { name: "work" });
listener.on("event.dead-lettered", ({ id, message }) => say(`dead ${id} ${message}`));
await listener.start();
say(`up ${listener.health().webhook?.url}`);
