import assert from "node:assert/strict";
import type { Entry, Inbox, StoreResult } from "../../inbox/contract.js";
import type { ContentMatch } from "../../model/content-match.js";
import type { SuiteCase, SuiteContext } from "./context.js";

/** Ids that must be told apart although they are alike, or mean something to a careless store. */
const strangeIds = [
  "a",
  "A",
  "\u00e1",
  "a\u0301",
  "a ",
  " a",
  "a\0b",
  "a\0c",
  "a\nb",
  "\ud800",
  "\udfff",
  "\ufffd",
  "💡",
  "__proto__",
  "constructor",
  "a:b",
  "a:b:c",
  "{a}",
  "*",
  "%",
  "'; DROP TABLE records; --",
  "0",
  "00",
  "0.0",
  "null",
  "undefined",
  "x".repeat(5000),
  `${"x".repeat(5000)}y`,
];

async function isNew(inbox: Inbox, entry: Parameters<Inbox["store"]>[0]): Promise<boolean> {
  return (await inbox.store(entry, false)).state === "new";
}

export const identityCases: readonly SuiteCase[] = [
  {
    title: "an entry that shares its id or a key with a record is a copy of it, and no other is",
    async run(context) {
      const inbox = await context.open();
      await context.store(inbox, { id: "a", keys: ["k1", "k2"] });
      await context.store(inbox, { id: "b" });
      for (const copy of [
        { id: "a" },
        { id: "k2" },
        { id: "x1", keys: ["k1"] },
        { id: "x2", keys: ["z", "b"] },
      ])
        assert.ok(!(await isNew(inbox, context.entry(copy))), JSON.stringify(copy));
      assert.ok(await isNew(inbox, context.entry({ id: "x1" })), "a copy leaves nothing behind");
      assert.ok(await isNew(inbox, context.entry({ id: "c", keys: ["z"] })));
      assert.ok(!(await isNew(inbox, context.entry({ id: "d", keys: ["z"] }))));
    },
  },
  {
    title: "ids are compared exactly, whatever stands in them",
    async run(context) {
      const inbox = await context.open();
      for (const id of strangeIds) {
        assert.ok(await isNew(inbox, context.entry({ id })), `new: ${JSON.stringify(id.slice(0, 30))}`);
      }
      for (const id of strangeIds) {
        assert.ok(
          !(await isNew(inbox, context.entry({ id }))),
          `duplicate: ${JSON.stringify(id.slice(0, 30))}`,
        );
      }
      const found = await context.found(inbox);
      assert.deepEqual(found.map(({ id }) => id).reverse(), strangeIds);
    },
  },
  {
    title: "of many copies at once exactly one is new",
    async run(context) {
      const inbox = await context.open();
      for (const identity of [{ id: "log_1" }, { id: "log_2", keys: ["a key", "another"] }]) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => inbox.store(context.entry(identity), true)),
        );
        assert.equal(answers.filter(({ state }) => state === "new").length, 1, identity.id);
        assert.equal(answers.filter(({ state }) => state === "duplicate").length, 49, identity.id);
      }
    },
  },
  {
    title: "of many copies at once at two inboxes over one store exactly one is new",
    needsDurable: true,
    async run(context) {
      const inboxes = [await context.open(), await context.open()];
      for (let round = 0; round < 10; round += 1) {
        const answers = await Promise.all(
          inboxes.flatMap((inbox) =>
            Array.from({ length: 5 }, () => inbox.store(context.entry({ id: `log_${round}` }), true)),
          ),
        );
        assert.equal(answers.filter(({ state }) => state === "new").length, 1, `round ${round}`);
      }
    },
  },
  {
    title: "a copy is told whether its event is settled, or still to be run",
    async run(context) {
      const inbox = await context.open();
      const copyOf = (id: string) => inbox.store(context.entry({ id }), true);
      const waiting = await context.store(inbox);
      assert.deepEqual(await copyOf(waiting.id), { state: "duplicate", settled: false });
      const [running] = await context.claim(inbox);
      assert.ok(running !== undefined);
      assert.deepEqual(await copyOf(waiting.id), { state: "duplicate", settled: false });
      await inbox.settle(running, context.retry(3000));
      assert.deepEqual(await copyOf(waiting.id), { state: "duplicate", settled: false });
      const done = await context.hold(inbox);
      await inbox.settle(done, context.done());
      assert.deepEqual(await copyOf(done.record.id), { state: "duplicate", settled: true });
      const dead = await context.hold(inbox);
      await inbox.settle(dead, context.dead());
      assert.deepEqual(await copyOf(dead.record.id), { state: "duplicate", settled: true });
    },
  },
  {
    title: "what is settled is forgotten after dedupeWindowMs and not before, what is not settled never",
    async run(context) {
      const inbox = await context.open({ dedupeWindowMs: 2000 });
      const settled = await context.hold(inbox, { keys: ["a key"] });
      await inbox.settle(settled, context.done());
      const waiting = await context.store(inbox);
      await context.pass(1000);
      assert.ok(
        !(await isNew(inbox, context.entry({ id: settled.record.id }))),
        "a duplicate within the window",
      );
      assert.ok(
        !(await isNew(inbox, context.entry({ keys: ["a key"] }))),
        "a duplicate by its key within the window",
      );
      await context.pass(3000);
      // Forgetting may be a little work with each store.
      for (let other = 0; other < 20; other += 1) await context.store(inbox);
      assert.ok(!(await isNew(inbox, context.entry({ id: waiting.id }))), "unfinished: a duplicate");
      assert.ok(await isNew(inbox, context.entry({ id: settled.record.id })), "settled: new again");
    },
  },
];

const WINDOW_MS = 5000;

/** An entry whose content is known. Without the sender's id where it came in the shape without one. */
function alike(context: SuiteContext, own: Partial<ContentMatch>, more: Partial<Entry> = {}): Entry {
  const entry = context.entry(more);
  const { receivedAt } = entry;
  return {
    ...entry,
    content: {
      hashes: ["content"],
      channel: "websocket",
      hasId: false,
      at: receivedAt,
      since: receivedAt - WINDOW_MS,
      until: receivedAt + WINDOW_MS,
      ...own,
    },
  };
}

async function store(inbox: Inbox, entry: Entry): Promise<StoreResult["state"]> {
  return (await inbox.store(entry, false)).state;
}

export const contentCases: readonly SuiteCase[] = [
  {
    title: "equal contents of one channel are as many events",
    async run(context) {
      const inbox = await context.open();
      for (let n = 0; n < 3; n += 1) assert.equal(await store(inbox, alike(context, {})), "new");
    },
  },
  {
    title: "equal contents of two channels are matched one for one",
    async run(context) {
      const inbox = await context.open();
      for (let n = 0; n < 2; n += 1) assert.equal(await store(inbox, alike(context, {})), "new");
      const log = { channel: "log", hasId: true };
      const first = await inbox.store(alike(context, log, { id: "log_1" }), false);
      assert.deepEqual(first, { state: "duplicate", settled: false, by: "content" });
      assert.equal(await store(inbox, alike(context, log, { id: "log_2" })), "duplicate");
      assert.equal(
        await store(inbox, alike(context, log, { id: "log_3" })),
        "new",
        "the third of one channel",
      );
      assert.equal(await store(inbox, alike(context, {})), "duplicate", "the third of the other");
      assert.equal(await store(inbox, alike(context, {})), "new", "the fourth");
    },
  },
  {
    title: "a matched record is known by the id of its copy from then on",
    async run(context) {
      const inbox = await context.open();
      await store(inbox, alike(context, {}));
      await store(inbox, alike(context, { channel: "log", hasId: true }, { id: "log_1", keys: ["key_1"] }));
      assert.equal(await store(inbox, context.entry({ id: "log_1" })), "duplicate");
      assert.equal(await store(inbox, context.entry({ keys: ["key_1"] })), "duplicate");
      const other = alike(context, { channel: "webhook", hasId: true }, { id: "log_2" });
      assert.equal(await store(inbox, other), "new", "another id is another event");
    },
  },
  {
    title: "two events with ids of their own are never one, however alike",
    async run(context) {
      const inbox = await context.open();
      for (const channel of ["webhook", "log", "websocket"])
        assert.equal(await store(inbox, alike(context, { channel, hasId: true })), "new");
    },
  },
  {
    title: "content tells only of records received within the window",
    async run(context) {
      const inbox = await context.open();
      const first = alike(context, {});
      await store(inbox, first);
      const { receivedAt } = first;
      const outside = [
        { channel: "log", since: receivedAt + 1, until: receivedAt + 100 },
        { channel: "log", since: receivedAt - 100, until: receivedAt - 1 },
      ];
      for (const window of outside) assert.equal(await store(inbox, alike(context, window)), "new");
      const within = { channel: "webhook", since: receivedAt, until: receivedAt };
      assert.equal(await store(inbox, alike(context, within)), "duplicate");
    },
  },
  {
    title: "the window is that of when events happened, not of when they were received",
    async run(context) {
      const inbox = await context.open();
      const first = alike(context, { channel: "log", hasId: true });
      const at = first.receivedAt - 60_000;
      await store(inbox, { ...first, content: first.content && { ...first.content, at } });
      assert.equal(await store(inbox, alike(context, {})), "new", "received just now, and long past");
      const past = { channel: "webhook", since: at - 1, until: at + 1 };
      assert.equal(await store(inbox, alike(context, past)), "duplicate");
    },
  },
  {
    title: "a record with two hashes is matched by either",
    async run(context) {
      const inbox = await context.open();
      await store(inbox, alike(context, { hashes: ["by uuid", "by nano id"] }));
      assert.equal(await store(inbox, alike(context, { hashes: ["other"], channel: "log" })), "new");
      assert.equal(
        await store(inbox, alike(context, { hashes: ["by nano id"], channel: "webhook" })),
        "duplicate",
      );
    },
  },
  {
    title: "hashes that begin alike are two",
    async run(context) {
      const inbox = await context.open();
      const payload = "a".repeat(200);
      const hashes = [`${payload}:one`, `${payload}:another name of one`];
      await store(inbox, alike(context, { hashes }));
      const other = { channel: "log", hasId: true };
      assert.equal(await store(inbox, alike(context, { ...other, hashes: [`${payload}:two`] })), "new");
      assert.equal(await store(inbox, alike(context, { ...other, hashes: [`${payload}:one`] })), "duplicate");
    },
  },
  {
    title: "what is matched in one inbox is matched in another over the store",
    needsDurable: true,
    async run(context) {
      const [here, there] = [await context.open(), await context.open()];
      for (let n = 0; n < 3; n += 1) {
        assert.equal(await store(here, alike(context, { channel: "one" })), "new");
        assert.equal(await store(there, alike(context, { channel: "two" })), "duplicate");
      }
    },
  },
];

export const redeliveryCases: readonly SuiteCase[] = [
  {
    title: "a redelivery of a dead record makes it due again: nothing counted, what was done stays done",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox, { keys: ["key"] });
      const { id } = claimed.record;
      await inbox.settle(claimed, context.dead({ done: ["good"] }));
      const copy = context.entry({ keys: ["key"], redelivers: true });
      const stored = await inbox.store(copy, false);
      assert.equal(stored.state, "new");
      assert.equal(stored.state === "new" && stored.redelivered, true);
      assert.equal((await inbox.counts()).dead, 0);
      const [again] = await context.assertClaims(inbox, [id], "it is due again, under its own id");
      assert.equal(again?.record.attempts, 0);
      assert.deepEqual(again?.record.done, ["good"]);
      assert.equal(again?.record.failures.length, 1);
    },
  },
  {
    title:
      "a redelivery of what is done, waits or runs is a copy; one of a dead record without `redelivers` too",
    async run(context) {
      const inbox = await context.open();
      const done = await context.hold(inbox);
      await inbox.settle(done, context.done());
      const dead = await context.hold(inbox);
      await inbox.settle(dead, context.dead());
      const running = await context.hold(inbox);
      const waiting = await context.store(inbox);
      for (const id of [done.record.id, running.record.id, waiting.id])
        assert.equal(
          (await inbox.store(context.entry({ id, redelivers: true }), true)).state,
          "duplicate",
          id,
        );
      assert.equal((await inbox.store(context.entry({ id: dead.record.id }), true)).state, "duplicate");
      assert.equal((await inbox.counts()).dead, 1);
    },
  },
];
