import { setTimeout as sleep } from "node:timers/promises";
import { EarshotError, type ListenerEvent, TriggerListener } from "earshot";
import { signedWebhook } from "earshot/testing";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Entry, Inbox, InboxContext } from "../../../src/inbox/contract.js";
import { redisInbox } from "../../../src/inbox/redis/index.js";
import { type RedisOptions, type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.js";
import { startTcpProxy } from "../../support/tcp-proxy.js";
import { contextFor, entryOf } from "../sqlite-world.js";

/** The long form is 30,000. */
const AWAY_MS = Number(process.env.REDIS_AWAY_MS ?? 3000);
const durable = { appendonly: "yes", appendfsync: "always", "maxmemory-policy": "noeviction" };
const secret = "a secret of some length";

describe.skipIf(withoutRedis)(`with Redis${withoutRedis ? ` (${withoutRedis})` : ""}`, () => {
  const servers: RedisServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.thaw();
      await server.stop();
    }
  });

  async function server(options: RedisOptions = durable): Promise<RedisServer> {
    const started = await startRedis(options);
    servers.push(started);
    return started;
  }

  /** An inbox, open; it is closed before its server is stopped. */
  async function open(url: string, own: Partial<InboxContext> = {}) {
    const warnings: EarshotError[] = [];
    const inbox = redisInbox({ connection: url });
    await inbox.open(contextFor({ warn: (error) => void warnings.push(error as EarshotError), ...own }));
    onTestFinished(() => inbox.close());
    return { inbox, warnings };
  }

  async function takeOne(inbox: Inbox) {
    const [claimed] = await inbox.claim(1, AbortSignal.timeout(15_000));
    if (claimed === undefined) throw new Error("nothing was there to claim");
    return claimed;
  }

  const done = { state: "done", done: ["work"], failures: [] } as const;

  test(`Redis is away for ${AWAY_MS} ms: the door answers 503 meanwhile, and all that was acknowledged runs`, {
    timeout: 60_000 + 2 * AWAY_MS,
  }, async () => {
    const redis = await server();
    const listener = new TriggerListener({
      inbox: redisInbox({ connection: redis.url }),
      leaseMs: 3000,
      webhook: { port: 0, host: "127.0.0.1", secrets: secret },
    });
    onTestFinished(() => listener.stop());
    const ran: string[] = [];
    listener.callback({}, async ({ payload }) => {
      ran.push(String(payload.id));
      await sleep(5);
    });
    const reports: ListenerEvent[] = [];
    listener.on("*", (report) => void reports.push(report));
    await listener.start();
    const { url } = listener.health().webhook ?? {};
    const statuses: number[] = [];
    const latencies: number[] = [];
    const acknowledged: string[] = [];
    let isSending = true;
    async function send(sender: number): Promise<void> {
      for (let n = 0; isSending; n += 1) {
        const id = `${sender}-${n}`;
        for (;;) {
          const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: { id }, logId: id });
          const startedAt = performance.now();
          const response = await fetch(`${url}/webhook`, { method: "POST", headers, body });
          latencies.push(performance.now() - startedAt);
          statuses.push(response.status);
          if (response.status === 200) break;
          expect(response.headers.get("retry-after")).toBe("1");
          await sleep(20);
        }
        acknowledged.push(id);
        await sleep(5);
      }
    }
    const sending = Promise.all([1, 2, 3, 4].map(send));
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(40), 15_000);
    await redis.kill();
    await vi.waitFor(() => expect(statuses.at(-1)).toBe(503), 10_000);
    const then = acknowledged.length;
    await sleep(AWAY_MS);
    expect(acknowledged.length, "acknowledged while Redis was away").toBe(then);
    await redis.restart();
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(then + 40), 15_000);
    isSending = false;
    await sending;
    await vi.waitFor(() => expect(acknowledged.filter((id) => !ran.includes(id))).toEqual([]), 30_000);

    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    // A sender hears of it well before it would give up.
    expect(Math.max(...latencies)).toBeLessThan(5000);
    const troubles = reports.filter(({ type }) => type === "inbox.error") as { error: EarshotError }[];
    expect(troubles.map(({ error }) => error.code)).toContain("ERR_INBOX_UNAVAILABLE");
    const allDone = { waiting: 0, running: 0, done: acknowledged.length, dead: 0, unmatched: 0 };
    await vi.waitFor(async () => expect(await listener.inbox.counts()).toEqual(allDone), 15_000);
  });

  test("one outage is told of once, the next one again", { timeout: 60_000 }, async () => {
    const redis = await server();
    const { inbox, warnings } = await open(redis.url);
    expect(warnings).toEqual([]);
    const over = new AbortController();
    const claiming = inbox.claim(1, over.signal);
    for (const outage of [1, 2]) {
      await redis.kill();
      await vi.waitFor(() => expect(warnings).toHaveLength(outage), 5000);
      await expect(inbox.store(entryOf(outage), false)).rejects.toMatchObject({
        code: "ERR_INBOX_UNAVAILABLE",
      });
      await sleep(500);
      await redis.restart();
      const store = async () => (await inbox.store(entryOf(`after-${outage}`), false)).state;
      // `duplicate` where a first try was stored and its answer came too late.
      await vi.waitFor(async () => expect(["new", "duplicate"]).toContain(await store()), 10_000);
      expect(warnings).toHaveLength(outage);
      expect(warnings.at(-1)).toMatchObject({ code: "ERR_INBOX_UNAVAILABLE" });
    }
    expect(await claiming).toHaveLength(1);
    over.abort();
  });

  test("nothing that was refused while Redis was away is stored when it comes back", async () => {
    const redis = await server();
    const { inbox } = await open(redis.url);
    await redis.kill();
    await vi.waitFor(
      () => expect(inbox.store(entryOf("late"), false)).rejects.toThrow("no connection"),
      5000,
    );
    await redis.restart();
    await vi.waitFor(
      async () => expect((await inbox.store(entryOf("next"), false)).state).toBe("new"),
      10_000,
    );
    expect(await inbox.counts()).toMatchObject({ waiting: 1 });
  });

  test("a connection that says nothing any more is made anew, for storing and for claiming", {
    timeout: 60_000,
  }, async () => {
    const redis = await server();
    const wire = await startTcpProxy(redis.port);
    onTestFinished(() => wire.stop());
    const { inbox, warnings } = await open(`redis://127.0.0.1:${wire.port}`, { leaseMs: 2000 });
    const claiming = inbox.claim(1, AbortSignal.timeout(40_000));
    wire.stall();
    const startedAt = performance.now();
    await expect(inbox.store(entryOf("unheard"), false)).rejects.toMatchObject({
      code: "ERR_INBOX_UNAVAILABLE",
    });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(warnings.map(({ code }) => code)).toContain("ERR_INBOX_UNAVAILABLE");
    // What stood is silent for ever, as after a router's death; new connections are heard.
    wire.replace();
    await vi.waitFor(
      async () => expect((await inbox.store(entryOf("heard"), false)).state).toBe("new"),
      20_000,
    );
    expect((await claiming)[0]?.record.id).toBe("event-heard");
  });

  /** Two processes on one server: what comes to the one that is far can be held or delayed. */
  async function farAndNear() {
    const redis = await server();
    const wire = await startTcpProxy(redis.port);
    onTestFinished(() => wire.stop());
    const { inbox: far } = await open(`redis://127.0.0.1:${wire.port}`, { leaseMs: 300 });
    const { inbox: near } = await open(redis.url, { leaseMs: 300 });
    return { wire, far, near };
  }

  test("a record that was long on its way, and has run elsewhere meanwhile, is not claimed", async () => {
    const { wire, far, near } = await farAndNear();
    await near.store(entryOf("one"), false);
    const letPass = wire.hold();
    const late = far.claim(1, AbortSignal.timeout(15_000));
    await vi.waitFor(async () => expect(await near.counts()).toMatchObject({ running: 1 }), 5000);
    expect(await near.settle(await takeOne(near), done)).toBe(true);
    letPass();
    await near.store(entryOf("two"), false);
    expect((await late).map(({ record }) => record.id)).toEqual(["event-two"]);
  });

  test("an unmatched record that was long on its way, and has run elsewhere meanwhile, is not claimed", async () => {
    const { wire, far, near } = await farAndNear();
    await near.store(entryOf("one"), false);
    const unmatched = { state: "unmatched", done: [], failures: [] } as const;
    expect(await near.settle(await takeOne(near), unmatched)).toBe(true);
    wire.delay(1500);
    const late = far.claimUnmatched?.(["event-one"]);
    expect(await near.settle(await takeOne(near), done)).toBe(true);
    wire.delay(0);
    expect(await late).toEqual([]);
  });

  test("Redis answers slowly: of many unmatched records, those that are claimed are still leased", async () => {
    const redis = await server();
    const wire = await startTcpProxy(redis.port);
    onTestFinished(() => wire.stop());
    const { inbox } = await open(`redis://127.0.0.1:${wire.port}`, { leaseMs: 900 });
    const ids = Array.from({ length: 14 }, (_, at) => `event-${at}`);
    for (const at of ids.keys()) await inbox.store(entryOf(at), false);
    const unmatched = { state: "unmatched", done: [], failures: [] } as const;
    for (const _ of ids) expect(await inbox.settle(await takeOne(inbox), unmatched)).toBe(true);
    wire.delay(60);
    const settled = new Set<string>();
    for (let left = [...ids]; left.length > 0; left = left.filter((id) => !settled.has(id))) {
      const claimed = (await inbox.claimUnmatched?.(left)) ?? [];
      expect(claimed.length).toBeGreaterThan(0);
      const settling = await Promise.all(claimed.map((one) => inbox.settle(one, done)));
      expect(settling).toEqual(claimed.map(() => true));
      for (const { record } of claimed) settled.add(record.id);
    }
    wire.delay(0);
    expect(await inbox.counts()).toMatchObject({ waiting: 0, running: 0, unmatched: 0, done: ids.length });
  });

  test("Redis has no memory left: nothing more is acknowledged, what ran is recorded, and it goes on", {
    timeout: 90_000,
  }, async () => {
    const redis = await server();
    const { inbox, warnings } = await open(redis.url, { leaseMs: 5000 });
    const stored = new Set<string>();
    const store = async (entry: Entry) => {
      const { state } = await inbox.store(entry, false);
      stored.add(entry.id);
      return state;
    };
    await store(entryOf("held"));
    const held = await takeOne(inbox);
    await redis.command("CONFIG", "SET", "maxmemory", "8mb");
    const rejections: unknown[] = [];
    for (let round = 0; rejections.length === 0; round += 1) {
      expect(round, "the memory is full by now").toBeLessThan(400);
      await Promise.all(
        Array.from({ length: 16 }, (_, n) =>
          store(entryOf(`${round}-${n}`, { body: "b".repeat(8000) })).catch((error) =>
            rejections.push(error),
          ),
        ),
      );
    }
    for (const error of rejections) expect(error).toMatchObject({ code: "ERR_INBOX_FULL" });
    // However small.
    await redis.command("CONFIG", "SET", "maxmemory", "2mb");
    await expect(store(entryOf("one more"))).rejects.toMatchObject({ code: "ERR_INBOX_FULL" });
    // A callback that has run does not run again because there was no memory to write it down.
    expect(await inbox.settle(held, done)).toBe(true);
    await vi.waitFor(() => expect(warnings.map(({ code }) => code)).toContain("ERR_INBOX_FULL"), 10_000);

    await redis.command("CONFIG", "SET", "maxmemory", "0");
    expect(await store(entryOf("one more"))).toBe("new");
    // Its record may have made room already; its identity stays.
    expect(await inbox.store(entryOf("held"), false)).toEqual({ state: "duplicate", settled: true });
    const ran = new Set<string>();
    while (ran.size < stored.size - 1) {
      const claimed = await inbox.claim(32, AbortSignal.timeout(15_000));
      expect(claimed.length).toBeGreaterThan(0);
      for (const one of claimed) {
        ran.add(one.record.id);
        await inbox.settle(one, done);
      }
    }
    expect(ran.has("event-held"), "it was done").toBe(false);
    expect(new Set([...ran, "event-held"])).toEqual(stored);
    await vi.waitFor(async () => {
      const { done: settled, ...others } = await inbox.counts();
      expect(others).toEqual({ waiting: 0, running: 0, dead: 0, unmatched: 0 });
      expect(settled).toBeGreaterThanOrEqual(stored.size - 1);
    }, 30_000);
  });

  test.each([
    [{ ...durable, "maxmemory-policy": "allkeys-lru" }, /maxmemory-policy is allkeys-lru.*noeviction/],
    [{ ...durable, "maxmemory-policy": "volatile-ttl" }, /maxmemory-policy is volatile-ttl/],
    [{ appendonly: "no" }, /appendonly is no/],
    [{ ...durable, appendfsync: "everysec" }, /appendfsync is everysec.*second/],
    [{ ...durable, appendfsync: "no" }, /appendfsync is no.*half minute/],
    // Managed servers do not let clients ask.
    [{ ...durable, "rename-command": ["CONFIG", ""], "maxmemory-policy": "allkeys-lfu" }, /is allkeys-lfu/],
    [{ appendonly: "no", "rename-command": ["CONFIG", ""] }, /appendonly is no/],
  ])("of a server with %o it warns when it opens", async (options, words) => {
    const { warnings } = await open((await server(options)).url);
    expect(warnings).toMatchObject([{ code: "ERR_INBOX_WEAK", message: expect.stringMatching(words) }]);
  });

  test("a server that is set as it should be is not warned of", async () => {
    const { warnings } = await open((await server()).url);
    expect(warnings).toEqual([]);
  });

  test("without a server it does not open, and says so", async () => {
    const redis = await server();
    await redis.kill();
    const inbox = redisInbox({ connection: redis.url });
    await expect(inbox.open(contextFor())).rejects.toMatchObject({
      code: "ERR_INBOX_UNAVAILABLE",
      message: expect.stringContaining("ECONNREFUSED"),
    });
    await inbox.close();
  });

  test("a password that is missing is told of, and not sent about", async () => {
    const redis = await server({ ...durable, requirepass: "of some length" });
    await expect(redisInbox({ connection: redis.url }).open(contextFor())).rejects.toMatchObject({
      code: "ERR_INBOX_UNAVAILABLE",
      message: expect.stringContaining("NOAUTH"),
    });
    const wrong = redisInbox({ connection: `redis://:not-this-one@127.0.0.1:${redis.port}` });
    const failure = await wrong.open(contextFor()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EarshotError);
    expect(String(failure)).toContain("WRONGPASS");
    expect(String(failure)).not.toContain("not-this-one");
  });

  // The check that nothing is left behind is the file's own: see test/support/no-leaks.ts.
  test.each(["there", "away", "frozen"])(
    "it closes where Redis is %s",
    { timeout: 30_000 },
    async (where) => {
      const redis = await server();
      const { inbox } = await open(redis.url);
      await inbox.store(entryOf("one"), false);
      await takeOne(inbox);
      const claiming = inbox.claim(1, new AbortController().signal);
      if (where === "away") {
        await redis.kill();
        await vi.waitFor(
          () => expect(inbox.store(entryOf("two"), false)).rejects.toThrow("no connection"),
          5000,
        );
      }
      if (where === "frozen") redis.freeze();
      await inbox.close();
      expect(await claiming).toEqual([]);
      await expect(inbox.store(entryOf("three"), false)).rejects.toThrow("closed");
    },
  );
});
