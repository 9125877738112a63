import { TriggerListener } from "earshot";
import { redisInbox } from "earshot/redis";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { startRedis, withoutRedis } from "../../support/redis-server.js";

const secret = "a secret of some length";

test.skipIf(withoutRedis)(
  `listeners on one Redis share the limit of a callback${withoutRedis ? ` (${withoutRedis})` : ""}`,
  { timeout: 60_000 },
  async () => {
    const redis = await startRedis({ appendonly: "yes", "maxmemory-policy": "noeviction" });
    onTestFinished(() => redis.stop());
    const runs: { readonly by: number; readonly at: number }[] = [];
    const listeners = [0, 1].map((by) => {
      const listener = new TriggerListener({
        inbox: redisInbox({ connection: redis.url }),
        webhook: { port: 0, host: "127.0.0.1", secrets: secret },
      });
      listener.callback(
        "A",
        async function model() {
          runs.push({ by, at: performance.now() });
        },
        { limit: { events: 5, perMs: 1000 } },
      );
      return listener;
    });
    for (const listener of listeners) {
      await listener.start();
      onTestFinished(() => listener.stop({ timeoutMs: 0 }));
    }
    for (let n = 0; n < 20; n += 1) {
      const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: {}, logId: `log_${n}` });
      const url = listeners[n % 2]?.health().webhook?.url;
      expect((await fetch(`${url}/webhook`, { method: "POST", headers, body })).status).toBe(200);
    }
    await vi.waitFor(() => expect(runs).toHaveLength(20), { timeout: 40_000, interval: 100 });
    const times = runs.map(({ at }) => at).sort((a, b) => a - b);
    // A period begins with its first run, so two periods in a row have twice the limit at most.
    for (const [n, at] of times.entries()) {
      if (n >= 10) expect(at - (times[n - 10] as number)).toBeGreaterThan(900);
    }
    expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(2900);
    await vi.waitFor(async () =>
      expect(await listeners[0]?.inbox.counts()).toMatchObject({ done: 20, waiting: 0 }),
    );
  },
);
