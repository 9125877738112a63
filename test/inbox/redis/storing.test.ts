import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/base/clock.js";
import type { Inbox, InboxContext } from "../../../src/inbox/contract.js";
import { redisInbox } from "../../../src/inbox/redis/index.js";
import { collect } from "../../support/collect.js";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.js";
import { contextFor, entryOf } from "../sqlite-world.js";

describe.skipIf(withoutRedis)(`with Redis${withoutRedis ? ` (${withoutRedis})` : ""}`, () => {
  let redis: RedisServer;
  let prefixes = 0;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  async function open(prefix = `{storing-${++prefixes}}`, own: Partial<InboxContext> = {}): Promise<Inbox> {
    const inbox = redisInbox({ connection: redis.url, prefix });
    await inbox.open(contextFor(own));
    onTestFinished(() => inbox.close());
    return inbox;
  }

  test("copies that come together are one record, within one process and across two", async () => {
    const [one, two] = [await open("{copies}"), await open("{copies}")];
    const stored = await Promise.all(
      Array.from({ length: 300 }, (_, n) => (n % 2 === 0 ? one : two).store(entryOf(n % 30), false)),
    );
    expect(stored.filter(({ state }) => state === "new")).toHaveLength(30);
    for (const answer of stored) expect(["new", "duplicate"]).toContain(answer.state);
    expect(await one.counts()).toMatchObject({ waiting: 30 });
  });

  test("limits and formats of the given client end no claim: what comes after a pause is claimed, nothing is reported", {
    timeout: 30_000,
  }, async () => {
    const warnings: Error[] = [];
    const options = { host: "127.0.0.1", port: redis.port, stringNumbers: true };
    const inbox = redisInbox({
      connection: { ...options, commandTimeout: 300, socketTimeout: 300, blockingTimeout: 300 },
      prefix: "{limits}",
    });
    await inbox.open(contextFor({ warn: (error) => void warnings.push(error) }));
    onTestFinished(() => inbox.close());
    warnings.length = 0;
    const claiming = inbox.claim(1, new AbortController().signal);
    // Longer than the limits, shorter than what BullMQ blocks for.
    await sleep(2000);
    await inbox.store(entryOf("after the pause"), false);
    expect((await claiming).map(({ record }) => record.id)).toEqual(["event-after the pause"]);
    expect(await inbox.replaceMetadata("name", undefined, "value")).toBe(true);
    expect(warnings).toEqual([]);
  });

  test("a lease that ran out while holder and server slept goes on, and its record runs once", {
    timeout: 30_000,
  }, async () => {
    let sleptMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + sleptMs };
    const inbox = await open("{slept}", { clock, leaseMs: 3000 });
    await inbox.store(entryOf("held"), false);
    const [held] = await inbox.claim(1, new AbortController().signal);
    if (held === undefined) throw new Error("nothing was claimed");
    const { id } = (held.lease as { readonly job: { readonly id: string } }).job;
    const expire = () => redis.command("DEL", `{slept}:events:${id}:lock`);
    // Long enough for BullMQ to suspect every record that is held.
    await sleep(1700);
    sleptMs = 60_000;
    expect(await expire()).toBe(":1");
    await sleep(1700);
    expect(await inbox.renew([held])).toEqual([]);
    expect(await expire()).toBe(":1");
    expect(await inbox.settle(held, { state: "done", done: ["work"], failures: [] })).toBe(true);
    expect(await inbox.counts()).toMatchObject({ done: 1, running: 0, waiting: 0 });
  });

  test("the limit holds for what comes together", async () => {
    const inbox = await open(undefined, { maxPending: 10 });
    const stored = await Promise.all(Array.from({ length: 50 }, (_, n) => inbox.store(entryOf(n), false)));
    expect(stored.filter(({ state }) => state === "new")).toHaveLength(10);
    expect(stored.filter(({ state }) => state === "full")).toHaveLength(40);
    expect(await inbox.counts()).toMatchObject({ waiting: 10 });
  });

  test("what comes together is stored in the order it came", async () => {
    const inbox = await open();
    await Promise.all(Array.from({ length: 100 }, (_, n) => inbox.store(entryOf(n), false)));
    const found = await collect(inbox.find({}));
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, n) => `event-${99 - n}`));
  });

  test("bodies come back byte by byte, whether they are text or not", async () => {
    const inbox = await open();
    const bodies = [
      Buffer.from('{"a":"ä€😀\\u0000"}'),
      Buffer.from("\ufeff{}"),
      Buffer.from([0xff, 0xfe, 0x00, 0x80]),
      Buffer.from("half of a pair: \xed\xa0\x80", "latin1"),
      Buffer.alloc(0),
    ];
    await Promise.all(bodies.map((body, n) => inbox.store(entryOf(n, { body }), false)));
    for (const { id, body } of await collect(inbox.find({}))) {
      expect(
        Buffer.from(body as Uint8Array).equals(bodies[Number(id.slice("event-".length))] as Buffer),
      ).toBe(true);
    }
  });

  test("a claim that comes as another is answered is served", async () => {
    const inbox = await open();
    const over = AbortSignal.timeout(15_000);
    for (let n = 0; n < 50; n += 1) {
      await inbox.store(entryOf(n), false);
      const claimed = await inbox.claim(1, over);
      expect(claimed.map(({ record }) => record.id)).toEqual([`event-${n}`]);
      await inbox.settle(claimed[0] as (typeof claimed)[0], { state: "done", done: [], failures: [] });
    }
  });

  test("a server that forgot its scripts is told them again", async () => {
    const inbox = await open();
    expect((await inbox.store(entryOf(1), false)).state).toBe("new");
    await redis.command("SCRIPT", "FLUSH");
    const store = async (name: number) => (await inbox.store(entryOf(name), false)).state;
    await expect.poll(() => store(2).catch(() => "refused"), { timeout: 10_000 }).toMatch(/new|duplicate/);
    expect((await inbox.claim(5, AbortSignal.timeout(10_000))).length).toBeGreaterThan(0);
    const found = await collect(inbox.find({}));
    expect(found.map(({ id }) => id)).toEqual(["event-2", "event-1"]);
  });

  test("inboxes of different prefixes know nothing of one another", async () => {
    const [one, two] = [await open("{one}"), await open("{two}")];
    expect((await one.store(entryOf(1), false)).state).toBe("new");
    expect((await two.store(entryOf(1), false)).state).toBe("new");
    expect(await collect(two.find({}))).toHaveLength(1);
  });

  test("a deduplication key whose job an operator deleted does not swallow the event", async () => {
    const inbox = await open("{deleted}");
    await inbox.store(entryOf(1), false);
    await redis.command("DEL", "{deleted}:events:wait");
    await redis.command(
      "EVAL",
      "for _, k in ipairs(redis.call('KEYS', '{deleted}:events:*-*')) do redis.call('DEL', k) end return 1",
      "0",
    );
    expect((await inbox.store(entryOf(1), false)).state).toBe("new");
  });
});
