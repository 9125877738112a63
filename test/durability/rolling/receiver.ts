// One of several processes on a Redis. It ends on SIGTERM as an orchestrator has it end.
import { appendFileSync } from "node:fs";
import { TriggerListener } from "earshot";
import { redisInbox } from "earshot/redis";

const { PORT, LOG, SECRET, REDIS_URL } = process.env as Record<string, string>;

const listener = new TriggerListener({
  inbox: redisInbox({ connection: REDIS_URL as string }),
  shutdownDelayMs: 1500,
  webhook: { port: Number(PORT), host: "127.0.0.1", secrets: SECRET },
});
listener.callback({}, async function work(event) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  appendFileSync(LOG as string, `${event.id}\n`);
});
await listener.waitForever();
