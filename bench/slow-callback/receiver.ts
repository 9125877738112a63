// What is sent to: the listener with a callback that takes long, or a bare server that answers 200. Asked, it says
// how much memory it has. Started by measure.ts.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { type ListenerOptions, memoryInbox, TriggerListener } from "../../src/index.js";

const { KIND = "", DB = "", SECRET = "", CALLBACK_MS = "", OPTIONS = "{}" } = process.env;

let running = () => 0;

async function bareServer(): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      Buffer.concat(parts);
      response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listener(): Promise<string> {
  const made = new TriggerListener({
    inbox: KIND === "sqlite" ? sqliteInbox({ path: DB }) : memoryInbox(),
    webhook: { port: 0, host: "127.0.0.1", secrets: SECRET },
    signals: false,
    ...(JSON.parse(OPTIONS) as Pick<ListenerOptions, "concurrency" | "maxPending">),
  });
  made.callback({}, () => sleep(Number(CALLBACK_MS)));
  await made.start();
  running = () => made.health().running;
  return made.health().webhook?.url ?? "";
}

const url = KIND === "bare" ? await bareServer() : await listener();
process.on("message", (wanted) => {
  // What is in use, without what merely has not been swept up yet.
  if (wanted === "swept") globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ rssBytes: rss, liveBytes: heapUsed + external, running: running() });
});
process.send?.({ url });
