// A listener with a route for nearly every way of signing, and the facts about itself at a port beside it.
import { createServer } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  asana,
  discord,
  github,
  gitlab,
  hubspot,
  linear,
  meta,
  microsoftGraph,
  notion,
  slack,
  stripe,
  TriggerListener,
  telegram,
  twilio,
  zoom,
} from "earshot";

const { SECRET: secrets } = process.env as Record<"SECRET", string>;
const publicUrl = "https://hooks.example.com/hook";

const listener = new TriggerListener({
  webhook: {
    port: 0,
    host: "127.0.0.1",
    secrets,
    routes: {
      "/webhooks/{provider}": [
        asana({ secrets }),
        discord({ publicKeys: "0f".repeat(32) }),
        github({ secrets }),
        gitlab({ secrets }),
        hubspot({ secrets, publicUrl }),
        linear({ secrets }),
        meta({ secrets, verifyToken: secrets }),
        microsoftGraph({ secrets }),
        notion({ secrets }),
        slack({ secrets }),
        stripe({ secrets }),
        telegram({ secrets }),
        twilio({ secrets, publicUrl }),
        zoom({ secrets }),
      ],
    },
  },
});

let callbacks = 0;
let kept = 0;
const troubles: string[] = [];
listener.callback({}, () => {
  callbacks += 1;
});
listener.on("event.stored", () => {
  kept += 1;
});
listener.on("warning", ({ error }) => troubles.push(error.message));
listener.on("delivery.undecodable", ({ error }) => troubles.push(error.message));
process.on("unhandledRejection", (reason) => troubles.push(`unhandled: ${String(reason)}`));
process.on("uncaughtException", (error) => troubles.push(`uncaught: ${error.stack ?? error.message}`));

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const facts = createServer((_req, res) => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const polluted = ({} as Record<string, unknown>).polluted;
  res.end(
    JSON.stringify({
      bytes: heapUsed + external,
      callbacks,
      kept,
      troubles: troubles.slice(0, 20),
      polluted: polluted ?? false,
      inFlight: listener.health().webhook?.inFlight,
      dead: (listener.inbox.counts() as { readonly dead: number }).dead,
    }),
  );
});
await listener.start();
facts.listen(0, "127.0.0.1", () => {
  const { port } = facts.address() as { readonly port: number };
  process.stdout.write(`up ${new URL(listener.health().webhook?.url ?? "").port} ${port}\n`);
});
