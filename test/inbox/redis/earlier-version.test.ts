import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { redisInbox } from "../../../src/inbox/redis/index.js";
import { collect } from "../../support/collect.js";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.js";
import { contextFor, entryOf } from "../sqlite-world.js";

/** What the version before deduplication keys left in Redis, as commands; `@12` is 12 ms after its first write. */
const commands: readonly (readonly string[])[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "earlier-version.json"), "utf8"),
);
const done = { state: "done", done: ["work"], failures: [] } as const;

describe.skipIf(withoutRedis)(
  `what the version before wrote into Redis${withoutRedis ? ` (${withoutRedis})` : ""}`,
  () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.stop());
    beforeEach(async () => {
      await redis.command("FLUSHALL");
      const startedAt = Date.now() - 1000;
      for (const words of commands) {
        await redis.command(
          ...words.map((word) =>
            word.replaceAll(/@(\d+)/g, (_, ms: string) => String(startedAt + Number(ms))),
          ),
        );
      }
    });

    async function open() {
      const inbox = redisInbox({ connection: redis.url });
      await inbox.open(contextFor({ leaseMs: 500, maxPendingBytes: 1_000_000 }));
      onTestFinished(() => inbox.close());
      return inbox;
    }

    test("its records have steps and keys", async () => {
      const inbox = await open();
      const { signal } = new AbortController();
      const [claimed] = await inbox.claim(1, signal);
      if (claimed === undefined) return expect.fail("nothing to claim");
      const step = { callback: "work", name: "a", at: 5, result: "1" };
      expect(await inbox.storeStep(claimed, step)).toBe(true);
      expect(await inbox.claimKey(claimed, "key")).toBe("claimed");
      const doneKeys = [{ key: "key", until: Date.now() + 60_000 }];
      await inbox.settle(claimed, { ...done, state: "dead", doneKeys });
      const [record] = await collect(inbox.find({ ids: [claimed.record.id] }));
      expect(record?.steps).toEqual([step]);
      const [other] = await inbox.claim(1, signal);
      expect(other && (await inbox.claimKey(other, "key"))).toBe("done");
    });

    test("every record stands where it stood, with its bytes and its failures", async () => {
      const inbox = await open();
      const found = await collect(inbox.find({}));
      expect(found.map(({ id, state, attempts }) => [id, state, attempts])).toEqual([
        ["sha256:digest", "waiting", 0],
        ["event-third", "waiting", 0],
        ["event-second", "waiting", 0],
        ["event-running", "waiting", 0],
        ["event-later", "waiting", 1],
        ["event-buried", "dead", 0],
        ["event-dead", "dead", 1],
        ["event-done", "done", 1],
      ]);
      const dead = found.find(({ id }) => id === "event-dead");
      expect(dead).toMatchObject({
        body: '{"name":"dead"}',
        done: ["first"],
        failures: [{ callback: "work", attempt: 1, message: "it failed" }],
        tries: {},
        crashes: 0,
      });
      expect(await inbox.counts()).toMatchObject({ done: 1, dead: 2, unmatched: 0 });
      expect(await inbox.readMetadata("cursor")).toBe("here");
    });

    test("a copy of each is a duplicate, and what is settled counts as settled", async () => {
      const inbox = await open();
      for (const name of ["done", "dead", "buried"]) {
        expect(await inbox.store(entryOf(name), false)).toEqual({ state: "duplicate", settled: true });
      }
      for (const name of ["later", "running", "second", "third"]) {
        expect(await inbox.store(entryOf(name), false)).toEqual({ state: "duplicate", settled: false });
      }
      expect(await inbox.store(entryOf("x", { id: "sha256:digest" }), false)).toMatchObject({
        state: "duplicate",
      });
      expect(await inbox.store(entryOf("dead", { redelivers: true }), false)).toEqual({
        state: "new",
        redelivered: true,
      });
    });

    test("all that waited runs, in the order of its keys, and nothing twice", async () => {
      const inbox = await open();
      expect(await inbox.replay({ state: ["done", "dead"] })).toBe(3);
      const ran: string[] = [];
      while (ran.length < 8) {
        const claimed = await inbox.claim(10, AbortSignal.timeout(15_000));
        expect(claimed.length).toBeGreaterThan(0);
        for (const one of claimed) {
          ran.push(one.record.id);
          expect(await inbox.settle(one, done)).toBe(true);
        }
      }
      expect(new Set(ran).size).toBe(8);
      const ordered = ran.filter((id) => /running|second|third/.test(id));
      expect(ordered).toEqual(["event-running", "event-second", "event-third"]);
      expect(await inbox.counts()).toEqual({ waiting: 0, running: 0, done: 8, dead: 0, unmatched: 0 });
      expect(await inbox.drop({})).toBe(8);
      expect(await inbox.store(entryOf("done"), false)).toEqual({ state: "duplicate", settled: true });
    });
  },
);
