import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Inbox } from "../../../src/inbox/contract.js";
import { redisInbox } from "../../../src/inbox/redis/index.js";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.js";
import { contextFor, entryOf } from "../sqlite-world.js";

const ROUNDS = 40;
const LEASE_MS = 60_000;
const SOON_MS = 5000;

describe.skipIf(withoutRedis)(`with Redis${withoutRedis ? ` (${withoutRedis})` : ""}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  async function open(prefix: string): Promise<Inbox> {
    const inbox = redisInbox({ connection: redis.url, prefix });
    await inbox.open(contextFor({ leaseMs: LEASE_MS }));
    onTestFinished(() => inbox.close());
    return inbox;
  }

  test("a record that is claimed while the listener stops is there at once for the next one", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const prefix = `{closing-${round}}`;
      const [storing, stopping] = [await open(prefix), await open(prefix)];
      const stop = new AbortController();
      const claiming = stopping.claim(10, stop.signal);
      await storing.store(entryOf(round), false);
      // A fetch has a few round trips to make: each round stops it somewhere else.
      await sleep(round % 4);
      stop.abort();
      const claimed = await claiming;
      if (claimed.length > 0) await stopping.release(claimed);
      await stopping.close();
      const [next] = await storing.claim(1, AbortSignal.timeout(SOON_MS));
      expect(next?.record.id, `round ${round}`).toBe(entryOf(round).id);
      await storing.close();
    }
  });
});
