import { type Inbox, type ListenerEvent, memoryInbox, TriggerListener } from "earshot";
import { redisInbox } from "earshot/redis";
import { signedWebhook } from "earshot/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { manualClock } from "../support/manual-clock.js";
import { startRedis, withoutRedis } from "../support/redis-server.js";

const secret = "a secret of some length";

async function open(
  inbox: Inbox,
  options: { clock?: ReturnType<typeof manualClock>; maxPending?: number } = {},
) {
  const listener = new TriggerListener({
    inbox,
    ...options,
    leaseMs: 3000,
    webhook: { port: 0, host: "127.0.0.1", secrets: secret },
  });
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  await listener.start();
  const { url } = listener.health().webhook ?? {};
  let n = 0;
  return {
    listener,
    troubles: () => reports.filter(({ type }) => type === "inbox.error" || type === "inbox.ready"),
    ready: async () => {
      const answer = await fetch(`${url}/readyz`);
      return { status: answer.status, body: (await answer.json()) as { error?: { message?: string } } };
    },
    async send() {
      n += 1;
      const { headers, body } = signedWebhook({
        secret,
        triggerName: "A",
        payload: { n },
        logId: `log_${n}`,
      });
      return (await fetch(`${url}/webhook`, { method: "POST", headers, body })).status;
    },
  };
}

/** A memory inbox that passes for a durable one, and fails when it is told to. */
function breakable() {
  const real = memoryInbox();
  const state = { broken: false };
  const inbox: Inbox = new Proxy(real, {
    get(target, name) {
      if (name === "durable") return true;
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        if (state.broken && (name === "store" || name === "writeMetadata" || name === "ready")) {
          throw new Error("the store is away");
        }
        return member.apply(target, args);
      };
    },
  });
  return { inbox, state };
}

describe.skipIf(withoutRedis)(`with Redis${withoutRedis ? ` (${withoutRedis})` : ""}`, () => {
  test("while Redis is unreachable the listener is neither ready nor healthy, also before the first delivery; then it is again", async () => {
    const redis = await startRedis({
      appendonly: "yes",
      appendfsync: "always",
      "maxmemory-policy": "noeviction",
    });
    onTestFinished(() => redis.stop());
    const { listener, ready, send, troubles } = await open(redisInbox({ connection: redis.url }));
    expect(await ready()).toMatchObject({ status: 200, body: { status: "ready" } });
    await redis.kill();
    await vi.waitFor(async () => {
      expect((await ready()).status).toBe(503);
      expect(listener.health()).toMatchObject({ healthy: false, inbox: { ready: false } });
    }, 10_000);
    expect(await ready()).toMatchObject({ body: { error: { message: "The inbox cannot store." } } });
    expect(listener.health().inbox.reason).toMatch(/Redis/);
    for (let n = 0; n < 20; n += 1) expect(await send()).toBe(503);
    expect(troubles().map(({ type }) => type)).toEqual(["inbox.error"]);
    await redis.restart();
    await vi.waitFor(async () => {
      expect((await ready()).status).toBe(200);
      expect(listener.health().healthy).toBe(true);
    }, 15_000);
    expect(await send()).toBe(200);
    await vi.waitFor(() =>
      expect(troubles()).toMatchObject([{ type: "inbox.error" }, { type: "inbox.ready", rejected: 20 }]),
    );
  });
});

test("a memory inbox that is full is not ready, and is ready again when it has room", async () => {
  const { listener, ready, send } = await open(memoryInbox(), { maxPending: 1 });
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  listener.callback({}, () => gate);
  expect(await send()).toBe(200);
  expect(await send()).toBe(503);
  expect(await ready()).toMatchObject({
    status: 503,
    body: { error: { message: "The inbox cannot store." } },
  });
  release();
  await vi.waitFor(async () => expect((await ready()).status).toBe(200));
});

test("an outage of the inbox is reported once, then once a minute with a count, and its end with how many deliveries it rejected", async () => {
  const clock = manualClock(Date.now());
  const { inbox, state } = breakable();
  const { ready, send, troubles } = await open(inbox, { clock });
  state.broken = true;
  for (let n = 0; n < 10; n += 1) expect(await send()).toBe(503);
  expect((await ready()).status).toBe(503);
  expect(troubles()).toMatchObject([{ type: "inbox.error", count: 1 }]);
  clock.advance(60_001);
  for (let n = 0; n < 10; n += 1) expect(await send()).toBe(503);
  expect(troubles().slice(1)).toMatchObject([{ type: "inbox.error", count: 10 }]);
  state.broken = false;
  clock.advance(1001);
  expect((await ready()).status).toBe(200);
  expect(await send()).toBe(200);
  expect(troubles().slice(2)).toMatchObject([{ type: "inbox.ready", rejected: 20 }]);
  state.broken = true;
  expect(await send()).toBe(503);
  expect(troubles().slice(3)).toMatchObject([{ type: "inbox.error", count: 1 }]);
});
