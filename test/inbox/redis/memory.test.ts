import { afterEach, describe, expect, test, vi } from "vitest";
import type { EarshotError } from "../../../src/base/errors.js";
import type { Inbox, InboxContext } from "../../../src/inbox/contract.js";
import { redisInbox } from "../../../src/inbox/redis/index.js";
import { collect } from "../../support/collect.js";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.js";
import { contextFor, entryOf } from "../sqlite-world.js";

const durable = { appendonly: "yes", appendfsync: "always", "maxmemory-policy": "noeviction" };
const done = { state: "done", done: ["work"], failures: [] } as const;
const body = "b".repeat(8000);

describe.skipIf(withoutRedis)(
  `a Redis whose memory is full${withoutRedis ? ` (${withoutRedis})` : ""}`,
  () => {
    let redis: RedisServer | undefined;
    let opened: Inbox | undefined;
    afterEach(async () => {
      await opened?.close();
      await redis?.stop();
    });

    async function open(own: Partial<InboxContext> = {}) {
      redis = await startRedis(durable);
      const warnings: EarshotError[] = [];
      const inbox = redisInbox({ connection: redis.url });
      await inbox.open(contextFor({ warn: (error) => void warnings.push(error as EarshotError), ...own }));
      opened = inbox;
      return { redis, inbox, warnings };
    }

    async function runAll(inbox: Inbox, ran: Set<string>, until: number): Promise<void> {
      while (ran.size < until) {
        const claimed = await inbox.claim(32, AbortSignal.timeout(15_000));
        expect(claimed.length, `something to claim after ${ran.size} of ${until}`).toBeGreaterThan(0);
        for (const one of claimed) {
          expect(await inbox.settle(one, done)).toBe(true);
          ran.add(one.record.id);
        }
      }
    }

    test("every acknowledged event runs and is recorded while Redis takes nothing new", {
      timeout: 60_000,
    }, async () => {
      const { redis, inbox } = await open();
      const stored: string[] = [];
      for (let n = 0; n < 300; n += 1) {
        await inbox.store(entryOf(n, { body, ...(n % 3 === 0 ? { orderKey: `key-${n % 9}` } : {}) }), false);
        stored.push(`event-${n}`);
      }
      await redis.command("CONFIG", "SET", "maxmemory", "1mb");
      await expect(inbox.store(entryOf("new"), false)).rejects.toMatchObject({ code: "ERR_INBOX_FULL" });
      const ran = new Set<string>();
      // One of them comes again later, which takes memory too.
      const [first] = await inbox.claim(1, AbortSignal.timeout(15_000));
      if (first === undefined) throw new Error("nothing was there to claim");
      await inbox.settle(first, { state: "retry", dueAt: Date.now() + 100, done: [], failures: [] });
      await runAll(inbox, ran, stored.length);
      expect([...ran].sort()).toEqual([...stored].sort());
      const { waiting, running } = await inbox.counts();
      expect({ waiting, running }).toEqual({ waiting: 0, running: 0 });
      await redis.command("CONFIG", "SET", "maxmemory", "0");
      for (const n of [0, 150, 299]) {
        expect(await inbox.store(entryOf(n), false)).toEqual({ state: "duplicate", settled: true });
      }
    });

    test("done records make room, oldest first, so that new events go on being stored", {
      timeout: 60_000,
    }, async () => {
      const { redis, inbox, warnings } = await open();
      await redis.command("CONFIG", "SET", "maxmemory", "5mb");
      const ran = new Set<string>();
      const dead = entryOf("dead", { body });
      await inbox.store(dead, false);
      const [one] = await inbox.claim(1, AbortSignal.timeout(15_000));
      if (one === undefined) throw new Error("nothing was there to claim");
      await inbox.settle(one, { state: "dead", done: [], failures: [] });
      // Three times what fits.
      for (let n = 0; n < 1024; n += 32) {
        const entries = Array.from({ length: 32 }, (_, at) => entryOf(n + at, { body }));
        await vi.waitFor(
          async () => {
            const stored = await Promise.all(entries.map((entry) => inbox.store(entry, false)));
            for (const { state } of stored) expect(state).toMatch(/new|duplicate/);
          },
          { timeout: 30_000, interval: 20 },
        );
        await runAll(inbox, ran, n + 32);
      }
      expect(ran.size).toBe(1024);
      const left = await collect(inbox.find({ state: "done" }));
      expect(left.length).toBeGreaterThan(0);
      expect(left.length).toBeLessThan(500);
      expect(left[0]?.id, "the newest stay").toBe("event-1023");
      expect(await inbox.store(entryOf(0), false), "what made room is still known").toEqual({
        state: "duplicate",
        settled: true,
      });
      expect((await inbox.counts()).dead, "what is dead stays").toBe(1);
      const told = warnings.filter(({ message }) => message.includes("removed ahead of time"));
      expect(told).toHaveLength(1);
      expect(told[0]?.code).toBe("ERR_INBOX_FULL");
    });

    test("ready() says that there is no memory, and that there is again", async () => {
      const { redis, inbox } = await open();
      expect(await inbox.ready?.()).toEqual({ ready: true });
      await redis.command("CONFIG", "SET", "maxmemory", "1mb");
      expect(await inbox.ready?.()).toEqual({
        ready: false,
        reason: expect.stringMatching(/no memory left/),
      });
      await redis.command("CONFIG", "SET", "maxmemory", "0");
      expect(await inbox.ready?.()).toEqual({ ready: true });
    });
  },
);
