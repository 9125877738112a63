import { Toolset } from "earshot";
import { prometheus } from "earshot/prometheus";
import { register } from "prom-client";

const { PORT = "8000", METRICS_PORT = "9100", REDIS_URL, INBOX = "/data/events.db" } = process.env;

/** Redis for several replicas, SQLite for one process. */
async function inbox() {
  if (REDIS_URL) return (await import("earshot/redis")).redisInbox({ connection: REDIS_URL });
  return (await import("earshot/sqlite")).sqliteInbox({ path: INBOX });
}

const toolset = new Toolset({ monitors: prometheus({ registry: register }) });
const listener = toolset.createTriggerListener({
  inbox: await inbox(),
  logger: console,
  shutdownDelayMs: Number(process.env.SHUTDOWN_DELAY_MS ?? 5000),
  drainTimeoutMs: 20_000,
  webhook: { port: Number(PORT), metrics: { port: Number(METRICS_PORT) } },
});

// Each callback has a name: over a durable inbox, its success is recorded under it.
listener.callback("GITHUB_STAR_ADDED_EVENT", async function thank(event) {
  console.log(event.payload.starred_by);
});

await listener.waitForever();
