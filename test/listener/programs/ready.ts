import { Toolset, TriggerListener } from "earshot";
import { github } from "earshot/verify";

/** Waits for events until SIGINT: over the WebSocket, or at a webhook server, as the first argument says. */
const [kind] = process.argv.slice(2);
if (kind === "webhook") {
  const webhook = { port: 0, routes: { "/hook": github({ secrets: ["a secret of at least some length"] }) } };
  const listener = new TriggerListener({ webhook });
  listener.callback({}, () => undefined);
  listener.callback({ appName: "github" }, () => undefined);
  await listener.waitForever();
} else {
  const listener = new Toolset().createTriggerListener({ signals: kind !== "signals-off" });
  listener.callback("GITHUB_STAR_ADDED_EVENT", () => undefined);
  listener.on("websocket.ready", () => process.stdout.write("is ready\n"));
  if (kind === "signals-off") process.once("SIGINT", () => void listener.stop());
  await listener.waitForever();
}
