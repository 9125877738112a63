import { Cluster, Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { redisInbox } from "../../../src/inbox/redis/index.js";
import { collect } from "../../support/collect.js";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.js";
import { contextFor, entryOf } from "../sqlite-world.js";

test("a URL or options that name no server or no database are an error at once, not another database", () => {
  const bad: readonly (string | object)[] = [
    "redis://127.0.0.1:99999",
    "redis://127.0.0.1:x",
    "redis://127.0.0.1:6379/notanumber",
    "redis://127.0.0.1:6379/-1",
    [],
    { host: "127.0.0.1", db: "events" },
    { host: "127.0.0.1", db: Number.NaN },
    { host: "127.0.0.1", db: -1 },
  ];
  for (const connection of bad) {
    expect(() => redisInbox({ connection }), JSON.stringify(connection)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION" }),
    );
  }
  for (const connection of ["redis://h", "redis://u:p@h:1/2?family=6", "rediss://h/0", { db: 3 }, {}]) {
    expect(() => redisInbox({ connection })).not.toThrow();
  }
});

test("a keyPrefix of ioredis is an error that names prefix: the scripts' keys would not have it", () => {
  const options = { keyPrefix: "app:" };
  const clients = [
    new Redis({ ...options, lazyConnect: true }),
    new Cluster([{}], { ...options, lazyConnect: true }),
  ];
  const prefixed = [options, "redis://127.0.0.1:6379?keyPrefix=app:", ...clients];
  for (const connection of prefixed) {
    expect(() => redisInbox({ connection })).toThrow(/^(?=.*`keyPrefix`)(?=.*`prefix`)/);
  }
  for (const client of clients) client.disconnect();
});

describe.skipIf(withoutRedis)(`with a Redis Cluster${withoutRedis ? ` (${withoutRedis})` : ""}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    // One node that has all slots: a cluster in what it refuses, keys of different slots in one transaction.
    redis = await startRedis({ "cluster-enabled": "yes", "cluster-announce-ip": "127.0.0.1" });
    expect(await redis.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")).toBe("+OK");
    await vi.waitFor(async () => expect(await redis.command("SET", "is-it", "up")).toBe("+OK"), 10_000);
  });
  afterAll(() => redis.stop());

  function client(): Cluster {
    const cluster = new Cluster([{ host: "127.0.0.1", port: redis.port }], { lazyConnect: true });
    onTestFinished(() => cluster.disconnect());
    return cluster;
  }

  test.each([
    ["a client of the cluster", "{earshot}", () => client()],
    ["the address of the node that has the slot", "app:{one}", () => redis.url],
  ])("by %s: keeps, claims, orders, runs again later, replays and drops", async (_by, prefix, connection) => {
    const inbox = redisInbox({ connection: connection(), prefix });
    await inbox.open(contextFor());
    onTestFinished(() => inbox.close());
    const stored = await Promise.all(
      [1, 2, 2, 3].map((name) => inbox.store(entryOf(name, { orderKey: "key" }), false)),
    );
    expect(stored.map(({ state }) => state)).toEqual(["new", "new", "duplicate", "new"]);
    const ran: string[] = [];
    for (const attempt of [1, 2, 3, 4]) {
      const [claimed] = await inbox.claim(5, AbortSignal.timeout(15_000));
      if (claimed === undefined) throw new Error("nothing was there to claim");
      ran.push(claimed.record.id);
      const outcome =
        attempt === 1
          ? ({ state: "retry", dueAt: Date.now() + 50, done: [], failures: [] } as const)
          : ({ state: "done", done: ["work"], failures: [] } as const);
      expect(await inbox.settle(claimed, outcome)).toBe(true);
    }
    expect(ran).toEqual(["event-1", "event-1", "event-2", "event-3"]);
    expect(await inbox.replay({ ids: ["event-2"] })).toBe(1);
    expect(await inbox.drop({ state: "done" })).toBe(2);
    expect((await collect(inbox.find({}))).map(({ id, state }) => [id, state])).toEqual([
      ["event-2", "waiting"],
    ]);
  });

  test("without a hash tag it is refused at once", () => {
    expect(() => redisInbox({ connection: client(), prefix: "earshot" })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION", message: expect.stringContaining("{earshot}") }),
    );
  });
});
