import assert from "node:assert/strict";
import type { Entry } from "../../inbox/contract.js";
import type { SuiteCase } from "./context.js";

const everyByte = Uint8Array.from({ length: 256 }, (_, value) => value);

/** What an entry and its record have in common. */
function factsOf({
  id,
  triggerName,
  source,
  origin,
  body,
  receivedAt,
  orderKey,
}: Omit<Entry, "keys" | "content" | "redelivers">) {
  return {
    id,
    triggerName,
    source,
    origin: { ...origin },
    body: typeof body === "string" ? body : Buffer.from(body).toString("hex"),
    receivedAt,
    orderKey,
  };
}

export const storeCases: readonly SuiteCase[] = [
  {
    title: "an entry with a time is stored and known at once, and claimed at that time, not before",
    async run(context) {
      const inbox = await context.open();
      const dueAt = context.clock.now() + 1500;
      const entry = context.entry({ dueAt });
      assert.deepEqual(await inbox.store(entry, true), { state: "new" }, "it is not leased");
      assert.equal((await inbox.store(entry, true)).state, "duplicate");
      const record = await context.record(inbox, entry.id);
      assert.deepEqual([record.state, record.attempts, record.body], ["waiting", 0, entry.body]);
      assert.ok(Math.abs(record.dueAt - dueAt) <= 1, "find shows its time");
      assert.equal((await inbox.counts()).waiting, 1);
      await context.assertClaims(inbox, [], "before its time");
      const claiming = context.claim(inbox);
      await context.pass(1600);
      const [claimed] = await claiming;
      assert.equal(claimed?.record.id, entry.id);
      assert.ok(claimed !== undefined && context.clock.now() >= dueAt);
      await inbox.settle(claimed, context.done());
      const past = context.entry({ dueAt: context.clock.now() - 1000 });
      await inbox.store(past, false);
      await context.assertClaims(inbox, [past.id], "a time that is over is at once");
    },
  },
  {
    title: "an entry with a time can be dropped before it, and another process claims it at its time",
    needsDurable: true,
    async run(context) {
      const [here, there] = [await context.open(), await context.open()];
      const [gone, stays] = [
        context.entry({ dueAt: context.clock.now() + 1000 }),
        context.entry({ dueAt: context.clock.now() + 1000 }),
      ];
      for (const entry of [gone, stays]) await here.store(entry, false);
      assert.equal(await there.drop({ ids: [gone.id] }), 1);
      const claiming = context.claim(there);
      await context.pass(1200);
      assert.deepEqual(
        (await claiming).map(({ record }) => record.id),
        [stays.id],
      );
      assert.deepEqual(await here.counts(), { waiting: 0, running: 1, done: 0, dead: 0, unmatched: 0 });
    },
  },
  {
    title: "a record has what its entry had: bytes as bytes, text as text",
    async run(context) {
      const inbox = await context.open();
      const entries = [
        context.entry({ body: everyByte }),
        context.entry({ body: new Uint8Array(0) }),
        // A part of something larger, as bodies are that come out of a socket's buffer.
        context.entry({ body: Buffer.from("--the body--").subarray(2, 10) }),
        context.entry({ body: "" }),
        context.entry({ body: `{"text":"\u0000 ü 💡 \ud800 \\ \u2028"}` }),
        context.entry({ body: "z".repeat(300_000) }),
        context.entry({ source: "websocket", triggerName: "Große.Namen/ü" }),
        context.entry({
          source: "backfill",
          orderKey: "clé 💡",
          origin: {
            provider: "github",
            messageId: "id",
            eventName: "push",
            sentAt: 5,
            signed: false,
            route: "/a b",
          },
        }),
      ];
      for (const entry of entries) assert.equal((await inbox.store(entry, false)).state, "new");
      const all = await context.claimAll(inbox);
      assert.deepEqual(
        all.map(({ record }) => factsOf(record)),
        entries.map(factsOf),
      );
      assert.ok(all[0]?.record.body instanceof Uint8Array, "bytes stay bytes");
      for (const { record } of all) {
        assert.equal(record.attempts, 0);
        assert.deepEqual(record.done, []);
        assert.deepEqual(record.failures, []);
        assert.equal(record.settledAt, undefined);
        assert.deepEqual(factsOf(await context.record(inbox, record.id)), factsOf(record));
      }
    },
  },
  {
    title: "a record that store leases to its caller is held, and no other claim gets it",
    async run(context) {
      const inbox = await context.open();
      const entry = context.entry({ body: everyByte });
      const stored = await inbox.store(entry, true);
      assert.equal(stored.state, "new");
      // An inbox need not lease the new record at once.
      if (stored.state !== "new" || stored.claimed === undefined) return;
      assert.deepEqual(factsOf(stored.claimed.record), factsOf(entry));
      assert.equal(stored.claimed.record.attempts, 0);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 1, done: 0, dead: 0, unmatched: 0 });
      await context.assertClaims(inbox, [], "it is held");
      await inbox.settle(stored.claimed, context.done());
      assert.equal((await context.record(inbox, entry.id)).state, "done");
    },
  },
  {
    title: "without `claim`, store leases nothing",
    async run(context) {
      const inbox = await context.open();
      const entry = context.entry();
      const stored = await inbox.store(entry, false);
      assert.ok(stored.state === "new" && stored.claimed === undefined);
      await context.assertClaims(inbox, [entry.id], "any inbox may claim it");
    },
  },
  {
    title: "what was answered new is there for another inbox over the store at once",
    needsDurable: true,
    async run(context) {
      const [here, there] = [await context.open(), await context.open()];
      for (let round = 0; round < 10; round += 1) {
        const entry = await context.store(here);
        assert.equal((await context.record(there, entry.id)).state, "waiting");
        assert.equal((await there.store(context.entry({ id: entry.id }), true)).state, "duplicate");
      }
    },
  },
  {
    title: "what was answered duplicate is there for another inbox over the store at once",
    needsDurable: true,
    async run(context) {
      const inbox = await context.open();
      const other = await context.open();
      // Large, so that an answer that comes early is before the record.
      const body = "x".repeat(500_000);
      for (let round = 0; round < 8; round += 1) {
        const entry = context.entry({ body });
        const storing = Promise.resolve(inbox.store(entry, false));
        // An inbox that fails here has closed before it settles.
        storing.catch(() => undefined);
        const { state } = await inbox.store(entry, false);
        if (state === "duplicate") await context.record(other, entry.id);
        await storing;
      }
    },
  },
  {
    title:
      "full once maxPending records are unfinished, and then nothing is stored; a copy is still a duplicate",
    async run(context) {
      const inbox = await context.open({ maxPending: 3 });
      const running = await context.hold(inbox);
      const delayed = await context.hold(inbox);
      await inbox.settle(delayed, context.retry(20_000));
      const waiting = await context.store(inbox);
      const rejected = context.entry();
      for (const claim of [true, false]) {
        const stored = await inbox.store(rejected, claim);
        assert.ok(stored.state === "full" && stored.retryAfterMs > 0 && Number.isFinite(stored.retryAfterMs));
      }
      assert.deepEqual(await inbox.counts(), { waiting: 2, running: 1, done: 0, dead: 0, unmatched: 0 });
      assert.deepEqual(await context.found(inbox, { ids: [rejected.id] }), []);
      assert.deepEqual(await inbox.store(context.entry({ id: waiting.id }), true), {
        state: "duplicate",
        settled: false,
      });
      await inbox.settle(running, context.done());
      assert.equal(
        (await inbox.store(rejected, false)).state,
        "new",
        "a place is free, and it was not remembered",
      );
      assert.equal((await inbox.store(context.entry(), false)).state, "full");
    },
  },
  {
    title: "full once the bodies of unfinished records have maxPendingBytes",
    async run(context) {
      const inbox = await context.open({ maxPendingBytes: 1000 });
      const running = await context.hold(inbox, { body: "x".repeat(600) });
      await context.store(inbox, { body: new Uint8Array(600) });
      assert.equal((await inbox.store(context.entry(), false)).state, "full");
      await inbox.settle(running, context.done());
      assert.equal((await inbox.store(context.entry(), false)).state, "new", "settled bodies do not count");
    },
  },
  {
    title: "no more than maxPending are stored where many come at once",
    async run(context) {
      const inbox = await context.open({ maxPending: 10 });
      const answers = await Promise.all(Array.from({ length: 40 }, () => inbox.store(context.entry(), true)));
      assert.equal(answers.filter(({ state }) => state === "new").length, 10);
      assert.equal(answers.filter(({ state }) => state === "full").length, 30);
      const { waiting, running } = await inbox.counts();
      assert.equal(waiting + running, 10);
    },
  },
];

export const deadLetterCases: readonly SuiteCase[] = [
  {
    title: "a delivery that can never run is dead from the start, with its bytes and the reason",
    async run(context) {
      const inbox = await context.open();
      const entry = context.entry({ body: Uint8Array.of(0xff, 0xfe, 0) });
      const failure = context.failure({ callback: undefined, message: "not UTF-8", stack: "at decode" });
      await inbox.deadLetter(entry, failure);
      const record = await context.record(inbox, entry.id);
      assert.equal(record.state, "dead");
      assert.equal(Buffer.from(record.body).toString("hex"), "fffe00");
      assert.deepEqual(record.failures.map(plain), [plain(failure)]);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 0, done: 0, dead: 1, unmatched: 0 });
      await context.assertClaims(inbox, [], "nothing of it can be run");
    },
  },
  {
    title: "dead-lettered once, however often it comes, and a duplicate to store",
    async run(context) {
      const inbox = await context.open();
      const entry = context.entry();
      await Promise.all(Array.from({ length: 10 }, () => inbox.deadLetter(entry, context.failure())));
      await inbox.deadLetter(entry, context.failure());
      assert.equal((await inbox.counts()).dead, 1);
      assert.deepEqual(await inbox.store(context.entry({ id: entry.id }), true), {
        state: "duplicate",
        settled: true,
      });
    },
  },
  {
    title: "dead-lettered records do not count as unfinished",
    async run(context) {
      const inbox = await context.open({ maxPending: 1 });
      await inbox.deadLetter(context.entry(), context.failure());
      await inbox.deadLetter(context.entry(), context.failure());
      await context.store(inbox);
      await inbox.deadLetter(context.entry(), context.failure());
      assert.deepEqual(await inbox.counts(), { waiting: 1, running: 0, done: 0, dead: 3, unmatched: 0 });
    },
  },
];

/** Without members that are `undefined`: JSON does not have them. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
