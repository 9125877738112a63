import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { EarshotError } from "../../../src/base/errors.js";
import type { Entry, Failure, Inbox, InboxContext } from "../../../src/inbox/contract.js";
import { redisInbox } from "../../../src/inbox/redis/index.js";
import { collect } from "../../support/collect.js";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.js";
import { contextFor, entryOf } from "../sqlite-world.js";

const done = { state: "done", done: ["work"], failures: [] } as const;
const unmatched = { state: "unmatched", done: [], failures: [] } as const;

describe.skipIf(withoutRedis)(`records in Redis${withoutRedis ? ` (${withoutRedis})` : ""}`, () => {
  let redis: RedisServer;
  let prefixes = 0;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  const newPrefix = () => `{records-${++prefixes}}`;

  async function open(prefix = newPrefix(), own: Partial<InboxContext> = {}) {
    const warnings: EarshotError[] = [];
    const inbox = redisInbox({ connection: redis.url, prefix });
    await inbox.open(
      contextFor({
        ...own,
        warn(error) {
          if ((error as EarshotError).code !== "ERR_INBOX_WEAK") warnings.push(error as EarshotError);
        },
      }),
    );
    onTestFinished(() => inbox.close());
    return { inbox, warnings, prefix };
  }

  async function takeOne(inbox: Inbox) {
    const [claimed] = await inbox.claim(1, AbortSignal.timeout(15_000));
    if (claimed === undefined) throw new Error("nothing was there to claim");
    return claimed;
  }

  test("an entry that cannot be written is rejected by itself, and the others of its batch are stored", async () => {
    const { inbox } = await open();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const wrong: Partial<Record<keyof Entry, unknown>>[] = [
      { receivedAt: 1n },
      { origin: circular },
      { body: undefined },
      { orderKey: () => "a function" },
      { id: 12n },
    ];
    const stored = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        inbox.store(entryOf(n, (n % 4 === 1 ? wrong[(n - 1) / 4] : {}) as Partial<Entry>), false),
      ),
    );
    for (const [n, answer] of stored.entries()) {
      if (n % 4 === 1)
        expect(answer).toMatchObject({ status: "rejected", reason: { code: "ERR_INBOX_RECORD" } });
      else expect(answer).toEqual({ status: "fulfilled", value: { state: "new" } });
    }
    expect(await inbox.counts()).toMatchObject({ waiting: 15 });
    expect(await collect(inbox.find({}))).toHaveLength(15);
    // What was refused has left nothing by which its next try would be a copy.
    expect((await inbox.store(entryOf(1), false)).state).toBe("new");
  });

  test.each<[string, unknown]>([
    ["a message that is no text", { message: { toString: () => "told" } }],
    [
      "a message that cannot be read",
      {
        message: {
          toString: () => {
            throw new Error("no");
          },
        },
      },
    ],
    ["a symbol", { message: Symbol("a symbol") }],
    ["a number too large for JSON", { message: 12n, at: 12n }],
    ["half of a surrogate pair", { message: "\ud800 \u0000" }],
    ["more text than anybody reads", { message: "m".repeat(5_000_000), stack: "s".repeat(5_000_000) }],
  ])(
    "an attempt that fails with %s is recorded, and its record does not stay running",
    async (_what, own) => {
      const { inbox } = await open();
      await inbox.store(entryOf("one"), false);
      const failure = {
        callback: "work",
        attempt: 1,
        at: Date.now(),
        message: "m",
        ...(own as object),
      } as Failure;
      const settled = await inbox.settle(await takeOne(inbox), {
        state: "dead",
        done: [],
        failures: [failure],
      });
      expect(settled).toBe(true);
      const [record] = await collect(inbox.find({}));
      expect(record?.state).toBe("dead");
      expect(record?.failures).toHaveLength(1);
      expect(JSON.stringify(record?.failures).length).toBeLessThan(200_000);
    },
  );

  test("find says who holds a running record, and until when", async () => {
    const { inbox, prefix } = await open(undefined, { owner: "host-a:17", leaseMs: 30_000 });
    const { inbox: other } = await open(prefix, { owner: "host-b:18" });
    await inbox.store(entryOf("one"), false);
    await inbox.store(entryOf("two"), false);
    await takeOne(inbox);
    const [two, one] = await collect(other.find({}));
    expect(one?.lease?.owner).toBe("host-a:17");
    const leftMs = (one?.lease?.until ?? 0) - Date.now();
    expect(leftMs).toBeGreaterThan(20_000);
    expect(leftMs).toBeLessThanOrEqual(30_000);
    expect(two?.lease).toBeUndefined();
  });

  test("a process names itself by host and process id where it is given no name", async () => {
    const { inbox } = await open();
    await inbox.store(entryOf("one"), false);
    await takeOne(inbox);
    const [one] = await collect(inbox.find({}));
    expect(one?.lease?.owner).toMatch(new RegExp(`:${process.pid}$`));
  });

  test("bytes that wait or run are counted over all processes, and what ends makes room", async () => {
    const { inbox, prefix } = await open(undefined, { maxPendingBytes: 1000 });
    const { inbox: other } = await open(prefix, { maxPendingBytes: 1000 });
    const body = "b".repeat(400);
    const store = async (by: Inbox, name: string) => (await by.store(entryOf(name, { body }), false)).state;
    expect([await store(inbox, "1"), await store(other, "2"), await store(inbox, "3")]).toEqual([
      "new",
      "new",
      "new",
    ]);
    expect(await store(other, "4")).toBe("full");
    expect(await store(other, "3"), "a copy is still a duplicate").toBe("duplicate");
    expect(await other.ready?.()).toMatchObject({
      ready: false,
      reason: expect.stringContaining("1200 bytes"),
    });
    const claimed = await takeOne(other);
    expect(await store(inbox, "4"), "what runs is in memory too").toBe("full");
    await other.settle(claimed, unmatched);
    expect(await store(inbox, "4"), "what is unmatched does not count").toBe("new");
    expect(await inbox.claimUnmatched?.(["event-1"])).toHaveLength(1);
    expect(await store(inbox, "5")).toBe("full");
    expect(await inbox.drop({ ids: ["event-2"] })).toBe(1);
    expect(await inbox.drop({ ids: ["event-3"] })).toBe(1);
    expect(await store(inbox, "5")).toBe("new");
    expect(await redis.command("STRLEN", `${prefix}:inbox:bytes`)).toBe(":4");
  });

  test("a count of bytes that is too high, as a listener of an earlier version leaves it, is corrected", async () => {
    const { inbox, prefix } = await open(undefined, { maxPendingBytes: 1000 });
    await inbox.store(entryOf("one", { body: "b".repeat(300) }), false);
    await redis.command("SET", `${prefix}:inbox:bytes`, "99999");
    expect((await inbox.store(entryOf("two"), false)).state).toBe("full");
    await vi.waitFor(async () => expect((await inbox.store(entryOf("two"), false)).state).toBe("new"), 5000);
  });

  test("dead letters beyond the bounds are dropped, oldest first, and reported with their count", async () => {
    const { inbox, warnings } = await open(undefined, { deadLimits: { records: 3 } });
    const failure = { callback: undefined, attempt: 0, at: Date.now(), message: "it can never run" };
    for (let n = 0; n < 5; n += 1) await inbox.deadLetter(entryOf(n), failure);
    await vi.waitFor(async () => expect((await inbox.counts()).dead).toBe(3), 5000);
    expect((await collect(inbox.find({ state: "dead" }))).map(({ id }) => id)).toEqual([
      "event-4",
      "event-3",
      "event-2",
    ]);
    const dropped = warnings.filter(({ code }) => code === "ERR_DEAD_LETTERS_DROPPED");
    const count = dropped.reduce((sum, { message }) => sum + Number.parseInt(message, 10), 0);
    expect(count, dropped.map(({ message }) => message).join()).toBe(2);
    expect((await inbox.store(entryOf(0), false)).state, "what was dropped is still known").toBe("duplicate");
  });

  test.each([
    ["bytes", { bytes: 1000 }, 2],
    ["age", { ageMs: 0 }, 0],
  ])("dead letters beyond their bound of %s are dropped", async (_what, deadLimits, left) => {
    const { inbox } = await open(undefined, { deadLimits });
    for (let n = 0; n < 4; n += 1) {
      await inbox.store(entryOf(n, { body: "b".repeat(450) }), false);
      await inbox.settle(await takeOne(inbox), { state: "dead", done: [], failures: [] });
    }
    await vi.waitFor(async () => expect((await inbox.counts()).dead).toBe(left), 5000);
  });

  test("a record whose process ended is leased to one at a time with others like it, and loses that mark", async () => {
    const { inbox, prefix } = await open(undefined, { leaseMs: 400 });
    for (const name of ["one", "two", "three"]) await inbox.store(entryOf(name), false);
    const lost = await inbox.claim(3, AbortSignal.timeout(5000));
    expect(lost.length).toBeGreaterThan(0);
    // No renew: their leases run out, as where the process ended.
    const { inbox: next } = await open(prefix, { leaseMs: 5000 });
    const ran: string[] = [];
    while (ran.length < lost.length) {
      const claimed = await next.claim(3, AbortSignal.timeout(15_000));
      const suspects = claimed.filter(({ record }) => (record.crashes ?? 0) > 0);
      expect(suspects.length).toBeLessThanOrEqual(1);
      for (const one of suspects) {
        expect(one.record.crashes).toBe(1);
        const blocked = await next.claim(3, AbortSignal.timeout(300));
        expect(blocked.filter(({ record }) => (record.crashes ?? 0) > 0)).toEqual([]);
        await next.settle(one, { state: "retry", dueAt: Date.now() + 60_000, done: [], failures: [] });
        ran.push(one.record.id);
      }
    }
    expect(new Set(ran).size).toBe(lost.length);
    for (const record of await collect(next.find({ ids: ran }))) expect(record.crashes).toBe(0);
    expect(await next.settle(lost[0] as (typeof lost)[0], done), "the lease was lost").toBe(false);
  });

  test("a dead event that its sender delivers again runs again once, however many copies come together", async () => {
    const { inbox, prefix } = await open();
    const { inbox: other } = await open(prefix);
    await inbox.store(entryOf("one", { keys: ["delivery-1"] }), false);
    await inbox.settle(await takeOne(inbox), { state: "dead", done: ["first"], failures: [] });
    const copies = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 ? inbox : other).store(
          entryOf(`copy-${n}`, { keys: ["delivery-1"], redelivers: true }),
          false,
        ),
      ),
    );
    expect(copies.filter(({ state }) => state === "new")).toEqual([{ state: "new", redelivered: true }]);
    const { record } = await takeOne(other);
    expect(record).toMatchObject({ id: "event-one", attempts: 0, done: ["first"] });
  });

  test("a thousand equal messages on one connection are a thousand events, and each has one copy elsewhere", {
    timeout: 60_000,
  }, async () => {
    const { inbox, prefix } = await open();
    const { inbox: other } = await open(prefix);
    const at = Date.now();
    const bring = (by: Inbox, channel: string, hasId: boolean) =>
      Promise.all(
        Array.from({ length: 1000 }, async (_, n) =>
          by.store(
            entryOf(`${channel}-${n}`, {
              content: { hashes: ["alike"], channel, hasId, at, since: at - 60_000, until: at + 60_000 },
            }),
            false,
          ),
        ),
      );
    const startedAt = performance.now();
    expect((await bring(inbox, "socket", false)).filter(({ state }) => state === "new")).toHaveLength(1000);
    const copies = await bring(other, "webhook", true);
    expect(copies.filter((stored) => stored.state === "duplicate" && stored.by === "content")).toHaveLength(
      1000,
    );
    // Each pair has an id now: the platform's log, which has ids too, brings nothing that is known by content.
    expect((await bring(inbox, "log", true)).filter(({ state }) => state === "new")).toHaveLength(1000);
    expect(await inbox.store(entryOf("webhook-7"), false), "the id of the copy").toMatchObject({
      state: "duplicate",
    });
    expect(performance.now() - startedAt, "milliseconds for 3000 alike").toBeLessThan(20_000);
    expect(await inbox.counts()).toMatchObject({ waiting: 2000 });
  });
});
