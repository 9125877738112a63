import { TriggerListener } from "earshot";
import { signedWebhook } from "earshot/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { redisInbox } from "../../../src/inbox/redis/index.js";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.js";

const secret = "a secret of some length";

describe.skipIf(withoutRedis)(`listeners over one Redis${withoutRedis ? ` (${withoutRedis})` : ""}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis({ appendonly: "yes", appendfsync: "always" });
  });
  afterAll(() => redis.stop());

  test("what no callback of one listener asks for runs in another, however late it comes, once each", {
    timeout: 60_000,
  }, async () => {
    const listenerOf = () =>
      new TriggerListener({
        inbox: redisInbox({ connection: redis.url }),
        leaseMs: 3000,
        webhook: { port: 0, host: "127.0.0.1", secrets: secret },
      });
    const receiver = listenerOf();
    onTestFinished(() => receiver.stop());
    const others: string[] = [];
    receiver.callback("OTHER_EVENT", async function other({ payload }) {
      others.push(String(payload.id));
    });
    await receiver.start();
    const { url } = receiver.health().webhook ?? {};
    for (let n = 0; n < 40; n += 1) {
      const { headers, body } = signedWebhook({
        secret,
        triggerName: n % 2 === 0 ? "WANTED_EVENT" : "OTHER_EVENT",
        payload: { id: String(n) },
        logId: `log-${n}`,
      });
      expect((await fetch(`${url}/webhook`, { method: "POST", headers, body })).status).toBe(200);
    }
    await vi.waitFor(
      async () =>
        expect(await receiver.inbox.counts()).toEqual({
          waiting: 0,
          running: 0,
          done: 20,
          dead: 0,
          unmatched: 20,
        }),
      15_000,
    );
    const late = listenerOf();
    onTestFinished(() => late.stop());
    const ran: string[] = [];
    late.callback("WANTED_EVENT", async function wanted({ payload }) {
      ran.push(String(payload.id));
    });
    await late.start();
    await vi.waitFor(() => expect(ran).toHaveLength(20), 20_000);
    await vi.waitFor(
      async () => expect(await late.inbox.counts()).toMatchObject({ done: 40, unmatched: 0, running: 0 }),
      15_000,
    );
    expect(new Set(ran).size).toBe(20);
    expect(ran).toHaveLength(20);
    expect(others).toHaveLength(20);
  });
});
