import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { EarshotError } from "../../../src/base/errors.js";
import type { Inbox, InboxContext } from "../../../src/inbox/contract.js";
import { redisInbox } from "../../../src/inbox/redis/index.js";
import { collect } from "../../support/collect.js";
import { type RedisOptions, type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.js";
import { startTcpProxy } from "../../support/tcp-proxy.js";
import { contextFor, entryOf } from "../sqlite-world.js";

const durable = { appendonly: "yes", appendfsync: "always", "maxmemory-policy": "noeviction" };
const done = { state: "done", done: ["work"], failures: [] } as const;

describe.skipIf(withoutRedis)(
  `an operator's hands on Redis under an open inbox${withoutRedis ? ` (${withoutRedis})` : ""}`,
  () => {
    const servers: RedisServer[] = [];
    const inboxes: Inbox[] = [];
    afterEach(async () => {
      for (const inbox of inboxes.splice(0)) await inbox.close();
      for (const server of servers.splice(0)) await server.stop();
    });

    async function server(options: RedisOptions = durable): Promise<RedisServer> {
      const started = await startRedis(options);
      servers.push(started);
      return started;
    }

    async function open(url: string, own: Partial<InboxContext> = {}) {
      const warnings: EarshotError[] = [];
      const inbox = redisInbox({ connection: url });
      await inbox.open(contextFor({ warn: (error) => void warnings.push(error as EarshotError), ...own }));
      inboxes.push(inbox);
      return { inbox, warnings, messages: () => warnings.map(({ code, message }) => `${code} ${message}`) };
    }

    /** Keeps until it is stored, and asserts that what was answered is there. */
    async function keepSoon(inbox: Inbox, name: string): Promise<void> {
      await vi.waitFor(
        async () => expect((await inbox.store(entryOf(name), false)).state).toMatch(/new|duplicate/),
        { timeout: 15_000, interval: 50 },
      );
      expect((await collect(inbox.find({ ids: [`event-${name}`] }))).map(({ id }) => id)).toEqual([
        `event-${name}`,
      ]);
    }

    test.each([["FLUSHALL"], ["FLUSHDB"]])(
      "%s: the next event is stored, and what was lost is reported once",
      async (command) => {
        const redis = await server();
        const { inbox, messages } = await open(redis.url);
        for (const name of ["one", "two", "three"]) await inbox.store(entryOf(name), false);
        await redis.command(command);
        await keepSoon(inbox, "next");
        await keepSoon(inbox, "after");
        expect(messages()).toEqual([
          expect.stringMatching(/^ERR_INBOX_CORRUPT Redis has lost events.*stored 3 in all.*now knows of 0/),
        ]);
        const claimed = await inbox.claim(10, AbortSignal.timeout(10_000));
        expect(claimed.map(({ record }) => record.id)).toContain("event-next");
      },
    );

    test.each([
      ["a text", "events:id", ["SET", "nine"]],
      ["a text", "inbox:number", ["SET", "nine"]],
      ["the largest number", "inbox:number", ["SET", "9223372036854775807"]],
      ["a list", "events:id", ["RPUSH", "a"]],
      ["a list", "inbox:index", ["RPUSH", "a"]],
      ["a list", "inbox:bytes", ["RPUSH", "a"]],
      ["a text", "events:meta", ["SET", "a"]],
      ["a text", "events:events", ["SET", "a"]],
      ["a text", "events:wait", ["SET", "a"]],
      ["a text", "events:delayed", ["SET", "a"]],
    ])(
      "%s in the place of %s: the inbox is not ready, as it stores nothing",
      async (_what, name, [command, value]) => {
        const redis = await server();
        const { inbox } = await open(redis.url);
        await inbox.store(entryOf("one"), false);
        expect(await inbox.ready?.()).toEqual({ ready: true });
        const key = `{earshot}:${name}`;
        await redis.command("DEL", key);
        await redis.command(command as string, key, value as string);
        await expect(inbox.store(entryOf("two"), false)).rejects.toThrow();
        expect(await inbox.ready?.()).toEqual({ ready: false, reason: expect.any(String) });
        await redis.command("DEL", key);
        await keepSoon(inbox, "three");
        expect(await inbox.ready?.()).toEqual({ ready: true });
      },
    );

    test("a server that came back empty is reported as soon as it is connected", async () => {
      // Without a file, nothing survives its end: as a replica that had heard nothing yet, or another server.
      const redis = await server({ appendonly: "no", "maxmemory-policy": "noeviction" });
      const { inbox, messages } = await open(redis.url);
      for (const name of ["one", "two"]) await inbox.store(entryOf(name), false);
      await redis.kill();
      await redis.restart();
      await vi.waitFor(
        () => expect(messages()).toContainEqual(expect.stringMatching(/lost events.*stored 2.*knows of 0/)),
        10_000,
      );
      await keepSoon(inbox, "one");
    });

    test("another server behind the same address is reported, and takes what comes next", async () => {
      const [one, two] = [await server(), await server()];
      const wire = await startTcpProxy(one.port);
      onTestFinished(() => wire.stop());
      const { inbox, messages } = await open(`redis://127.0.0.1:${wire.port}`);
      await inbox.store(entryOf("one"), false);
      wire.divert(two.port);
      await vi.waitFor(
        () => expect(messages()).toContainEqual(expect.stringMatching(/lost events.*another server's/)),
        15_000,
      );
      await keepSoon(inbox, "two");
      expect(await two.command("GET", "{earshot}:inbox:number")).toMatch(/^\$1/);
    });

    test("a restart from a file that has everything is not reported as a loss", async () => {
      const redis = await server();
      const { inbox, messages } = await open(redis.url);
      for (const name of ["one", "two"]) await inbox.store(entryOf(name), false);
      await redis.kill();
      await redis.restart();
      await keepSoon(inbox, "three");
      await redis.command("DEBUG", "RELOAD");
      await keepSoon(inbox, "four");
      expect(messages().filter((message) => message.includes("lost"))).toEqual([]);
      expect(await inbox.counts()).toMatchObject({ waiting: 4 });
    });

    test.each([
      ["appendonly", "no", /^ERR_INBOX_WEAK .*appendonly is no/],
      ["appendfsync", "no", /^ERR_INBOX_WEAK .*appendfsync is no/],
      ["maxmemory-policy", "allkeys-lru", /^ERR_INBOX_WEAK .*allkeys-lru/],
    ])("CONFIG SET %s %s is reported when the next events are stored", async (name, value, words) => {
      const redis = await server();
      const { inbox, messages } = await open(redis.url);
      await keepSoon(inbox, "one");
      await redis.command("CONFIG", "SET", name, value);
      let n = 0;
      await vi.waitFor(async () => {
        n += 1;
        await inbox.store(entryOf(n), false);
        expect(messages()).toEqual([expect.stringMatching(words)]);
      }, 5000);
    });

    test("a record's key deleted by hand: the event is reported as gone, and the others run", async () => {
      const redis = await server();
      const { inbox, messages } = await open(redis.url);
      for (const name of ["one", "two", "three"]) await inbox.store(entryOf(name), false);
      const found = await redis.command(
        "EVAL",
        "local j = redis.call('ZRANGE', '{earshot}:inbox:index', 1, 1)[1] redis.call('DEL', '{earshot}:events:' .. j) return 1",
        "0",
      );
      expect(found).toBe(":1");
      const ran: string[] = [];
      while (ran.length < 2) {
        for (const claimed of await inbox.claim(1, AbortSignal.timeout(10_000))) {
          ran.push(claimed.record.id);
          await inbox.settle(claimed, done);
        }
      }
      expect(ran).toEqual(["event-one", "event-three"]);
      await vi.waitFor(() =>
        expect(messages()).toEqual([
          expect.stringMatching(/^ERR_INBOX_CORRUPT .*acknowledged event is gone.*\{earshot\}:events:/),
        ]),
      );
      expect(await inbox.counts()).toMatchObject({ waiting: 0, running: 0 });
      // Its sender may deliver it again, and then it runs.
      expect((await inbox.store(entryOf("two"), false)).state).toBe("new");
    });

    test("an unmatched record's key deleted by hand: it is not listed and not counted any more", async () => {
      const redis = await server();
      const { inbox } = await open(redis.url);
      for (const name of ["one", "two"]) {
        await inbox.store(entryOf(name), false);
        const [claimed] = await inbox.claim(1, AbortSignal.timeout(10_000));
        if (claimed === undefined) throw new Error("nothing was there to claim");
        await inbox.settle(claimed, { state: "unmatched", done: [], failures: [] });
      }
      await redis.command(
        "EVAL",
        "local j = redis.call('ZRANGE', '{earshot}:inbox:unmatched', 0, 0)[1] return redis.call('DEL', '{earshot}:events:' .. j)",
        "0",
      );
      const page = await inbox.unmatched?.(undefined, 10, undefined);
      expect(page?.records.map(({ id }) => id)).toEqual(["event-two"]);
      expect(await inbox.counts()).toMatchObject({ unmatched: 1 });
      expect(await inbox.claimUnmatched?.(["event-one"])).toEqual([]);
      expect(await inbox.claimUnmatched?.(["event-two"])).toHaveLength(1);
    });

    test("the list of what waits deleted by hand: its events are due again with the next, and that is reported", async () => {
      const redis = await server();
      const { inbox, messages } = await open(redis.url);
      for (const name of ["one", "two"]) await inbox.store(entryOf(name), false);
      await redis.command("DEL", "{earshot}:events:wait");
      await keepSoon(inbox, "three");
      const ran: string[] = [];
      while (ran.length < 3) {
        for (const claimed of await inbox.claim(3, AbortSignal.timeout(10_000))) {
          ran.push(claimed.record.id);
          expect(await inbox.settle(claimed, done)).toBe(true);
        }
      }
      expect(ran.sort()).toEqual(["event-one", "event-three", "event-two"]);
      expect(messages()).toEqual([
        expect.stringMatching(/^ERR_INBOX_CORRUPT 2 acknowledged events stood in no list.*due again/),
      ]);
    });

    test.each([
      ["CLIENT KILL", ["CLIENT", "KILL", "TYPE", "normal"]],
      ["SCRIPT FLUSH", ["SCRIPT", "FLUSH"]],
    ])("%s: what is acknowledged is there, and storing goes on", async (_what, command) => {
      const redis = await server();
      const { inbox } = await open(redis.url);
      const acknowledged: string[] = [];
      for (let n = 0; n < 60; n += 1) {
        if (n % 20 === 10) await redis.command(...command);
        const [stored] = await Promise.allSettled([inbox.store(entryOf(n), false)]);
        if (stored.status === "fulfilled") acknowledged.push(`event-${n}`);
      }
      await keepSoon(inbox, "last");
      const found = new Set((await collect(inbox.find({}))).map(({ id }) => id));
      expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    });

    test.each([
      [
        "a replica, which takes no writes",
        ["REPLICAOF", "127.0.0.1", "1"],
        ["REPLICAOF", "NO", "ONE"],
        /READONLY/,
      ],
      [
        "too few replicas for min-replicas-to-write",
        ["CONFIG", "SET", "min-replicas-to-write", "1"],
        ["CONFIG", "SET", "min-replicas-to-write", "0"],
        /NOREPLICAS/,
      ],
      [
        "a user who may not write any more",
        ["ACL", "SETUSER", "default", "-@write"],
        ["ACL", "SETUSER", "default", "+@all"],
        /NOPERM|can't run this command/,
      ],
    ])(
      "%s: nothing is acknowledged, ready() says why, and it goes on by itself",
      async (_what, hurt, heal, words) => {
        const redis = await server();
        const { inbox } = await open(redis.url);
        await keepSoon(inbox, "one");
        expect(await redis.command(...hurt)).toBe("+OK");
        await expect(inbox.store(entryOf("two"), false)).rejects.toMatchObject({
          code: "ERR_INBOX_UNAVAILABLE",
        });
        await vi.waitFor(
          async () =>
            expect(await inbox.ready?.()).toEqual({ ready: false, reason: expect.stringMatching(words) }),
          5000,
        );
        expect(await redis.command(...heal)).toBe("+OK");
        await keepSoon(inbox, "two");
        await vi.waitFor(async () => expect(await inbox.ready?.()).toEqual({ ready: true }), 5000);
        expect(await inbox.counts()).toMatchObject({ waiting: 2 });
      },
    );

    test("snapshots that fail stop writes: nothing is acknowledged, and ready() says MISCONF", async () => {
      const folder = mkdtempSync(join(tmpdir(), "earshot-redis-"));
      const redis = await server({ ...durable, dir: folder });
      const { inbox } = await open(redis.url);
      await keepSoon(inbox, "one");
      await redis.command("CONFIG", "SET", "save", "3600 1");
      rmSync(folder, { recursive: true });
      await redis.command("BGSAVE");
      await vi.waitFor(
        async () =>
          expect(await inbox.ready?.()).toEqual({ ready: false, reason: expect.stringMatching(/MISCONF/) }),
        10_000,
      );
      await expect(inbox.store(entryOf("two"), false)).rejects.toMatchObject({
        code: "ERR_INBOX_UNAVAILABLE",
      });
      await redis.command("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
      await keepSoon(inbox, "two");
    });

    test("a permission that the user lost: nothing is acknowledged, no event is at fault, ready() names it, and it goes on", async () => {
      const redis = await server(durable);
      const operator = new Redis(redis.port);
      onTestFinished(() => operator.disconnect());
      await operator.acl("SETUSER", "operator", "on", "nopass", "~*", "&*", "+@all");
      await operator.auth("operator", "");
      const { inbox } = await open(redis.url);
      await keepSoon(inbox, "first");
      for (const command of ["multi", "hmget", "hmset", "incr", "xadd", "lpush", "zadd"]) {
        await operator.acl("SETUSER", "default", `-${command}`);
        const storing = Promise.resolve(inbox.store(entryOf(command), false));
        await expect(storing).rejects.toMatchObject({ code: "ERR_INBOX_UNAVAILABLE" });
        const reason = expect.stringContaining(`no permission to run ${command.toUpperCase()}`);
        expect(await inbox.ready?.()).toMatchObject({ ready: false, reason });
        await operator.acl("SETUSER", "default", "+@all");
        await keepSoon(inbox, command);
        expect(await inbox.ready?.()).toEqual({ ready: true });
      }
      expect(await inbox.counts()).toMatchObject({ waiting: 8 });
    });

    test("a password that is changed: new connections are refused, nothing is acknowledged, and it goes on with the old one", async () => {
      const redis = await server({ ...durable, requirepass: "the first one" });
      const operator = new Redis(redis.port, { password: "the first one" });
      onTestFinished(() => operator.disconnect());
      const { inbox } = await open(`redis://:the%20first%20one@127.0.0.1:${redis.port}`);
      await keepSoon(inbox, "one");
      await operator.config("SET", "requirepass", "another");
      await operator.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await vi.waitFor(
        () =>
          expect(inbox.store(entryOf("two"), false)).rejects.toMatchObject({ code: "ERR_INBOX_UNAVAILABLE" }),
        10_000,
      );
      await expect
        .poll(() => inbox.ready?.(), { timeout: 10_000 })
        .toMatchObject({ ready: false, reason: expect.stringMatching(/WRONGPASS|NOAUTH/) });
      await operator.config("SET", "requirepass", "the first one");
      await keepSoon(inbox, "two");
      expect(await inbox.counts()).toMatchObject({ waiting: 2 });
    });

    test("ready() answers within a second whether Redis is away, frozen or back", {
      timeout: 30_000,
    }, async () => {
      const redis = await server();
      const { inbox } = await open(redis.url);
      const timed = async () => {
        const startedAt = performance.now();
        const answer = await inbox.ready?.();
        expect(performance.now() - startedAt).toBeLessThan(1500);
        return answer;
      };
      expect(await timed()).toEqual({ ready: true });
      redis.freeze();
      expect(await timed()).toMatchObject({
        ready: false,
        reason: expect.stringContaining("did not answer"),
      });
      redis.thaw();
      await vi.waitFor(async () => expect(await timed()).toEqual({ ready: true }), 10_000);
      await redis.kill();
      await vi.waitFor(
        async () =>
          expect(await timed()).toMatchObject({
            ready: false,
            reason: expect.stringContaining("connection"),
          }),
        5000,
      );
      await redis.restart();
      await vi.waitFor(async () => expect(await timed()).toEqual({ ready: true }), 10_000);
      await inbox.close();
      expect(await timed()).toMatchObject({ ready: false, reason: "The inbox is closed." });
    });

    test("ready() says that as many events wait as may", async () => {
      const redis = await server();
      const { inbox } = await open(redis.url, { maxPending: 2, maxPendingBytes: 1_000_000 });
      await inbox.store(entryOf("one"), false);
      await inbox.store(entryOf("two"), false);
      expect(await inbox.ready?.()).toMatchObject({
        ready: false,
        reason: expect.stringContaining("2 events"),
      });
      const [claimed] = await inbox.claim(1, AbortSignal.timeout(5000));
      if (claimed === undefined) throw new Error("nothing was there to claim");
      await inbox.settle(claimed, done);
      expect(await inbox.ready?.()).toEqual({ ready: true });
    });

    test("an inbox that is not open is not ready, and says so", async () => {
      const inbox = redisInbox({ connection: "redis://127.0.0.1:6379" });
      expect(await inbox.ready?.()).toEqual({ ready: false, reason: "The inbox is not open." });
    });
  },
);
