import assert from "node:assert/strict";
import type { Inbox } from "../../inbox/contract.js";
import type { SuiteCase } from "./rig.js";

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
    says: "an entry that shares its id or a key with a record is a copy of it, and no other is",
    async run(rig) {
      const inbox = await rig.open();
      await rig.store(inbox, { id: "a", keys: ["k1", "k2"] });
      await rig.store(inbox, { id: "b" });
      for (const copy of [
        { id: "a" },
        { id: "k2" },
        { id: "x1", keys: ["k1"] },
        { id: "x2", keys: ["z", "b"] },
      ])
        assert.ok(!(await isNew(inbox, rig.entry(copy))), JSON.stringify(copy));
      assert.ok(await isNew(inbox, rig.entry({ id: "x1" })), "a copy leaves nothing behind");
      assert.ok(await isNew(inbox, rig.entry({ id: "c", keys: ["z"] })));
      assert.ok(!(await isNew(inbox, rig.entry({ id: "d", keys: ["z"] }))));
    },
  },
  {
    says: "ids are compared exactly, whatever stands in them",
    async run(rig) {
      const inbox = await rig.open();
      for (const id of strangeIds) {
        assert.ok(await isNew(inbox, rig.entry({ id })), `new: ${JSON.stringify(id.slice(0, 30))}`);
      }
      for (const id of strangeIds) {
        assert.ok(!(await isNew(inbox, rig.entry({ id }))), `duplicate: ${JSON.stringify(id.slice(0, 30))}`);
      }
      const found = await rig.found(inbox);
      assert.deepEqual(found.map(({ id }) => id).reverse(), strangeIds);
    },
  },
  {
    says: "of many copies at once exactly one is new",
    async run(rig) {
      const inbox = await rig.open();
      for (const identity of [{ id: "log_1" }, { id: "log_2", keys: ["a key", "another"] }]) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => inbox.store(rig.entry(identity), true)),
        );
        assert.equal(answers.filter(({ state }) => state === "new").length, 1, identity.id);
        assert.equal(answers.filter(({ state }) => state === "duplicate").length, 49, identity.id);
      }
    },
  },
  {
    says: "of many copies at once at two inboxes over one store exactly one is new",
    needsDurable: true,
    async run(rig) {
      const inboxes = [await rig.open(), await rig.open()];
      for (let round = 0; round < 10; round += 1) {
        const answers = await Promise.all(
          inboxes.flatMap((inbox) =>
            Array.from({ length: 5 }, () => inbox.store(rig.entry({ id: `log_${round}` }), true)),
          ),
        );
        assert.equal(answers.filter(({ state }) => state === "new").length, 1, `round ${round}`);
      }
    },
  },
  {
    says: "a copy is told whether its event is settled, or still to be run",
    async run(rig) {
      const inbox = await rig.open();
      const copyOf = (id: string) => inbox.store(rig.entry({ id }), true);
      const waiting = await rig.store(inbox);
      assert.deepEqual(await copyOf(waiting.id), { state: "duplicate", settled: false });
      const [running] = await rig.claim(inbox);
      assert.ok(running !== undefined);
      assert.deepEqual(await copyOf(waiting.id), { state: "duplicate", settled: false });
      await inbox.settle(running, rig.retry(3000));
      assert.deepEqual(await copyOf(waiting.id), { state: "duplicate", settled: false });
      const done = await rig.hold(inbox);
      await inbox.settle(done, rig.done());
      assert.deepEqual(await copyOf(done.record.id), { state: "duplicate", settled: true });
      const dead = await rig.hold(inbox);
      await inbox.settle(dead, rig.dead());
      assert.deepEqual(await copyOf(dead.record.id), { state: "duplicate", settled: true });
    },
  },
  {
    says: "what is settled is forgotten after dedupeWindowMs and not before, what is not settled never",
    async run(rig) {
      const inbox = await rig.open({ dedupeWindowMs: 2000 });
      const settled = await rig.hold(inbox, { keys: ["a key"] });
      await inbox.settle(settled, rig.done());
      const waiting = await rig.store(inbox);
      await rig.pass(1000);
      assert.ok(!(await isNew(inbox, rig.entry({ id: settled.record.id }))), "a duplicate within the window");
      assert.ok(
        !(await isNew(inbox, rig.entry({ keys: ["a key"] }))),
        "a duplicate by its key within the window",
      );
      await rig.pass(3000);
      // Forgetting may be a little work with each store.
      for (let other = 0; other < 20; other += 1) await rig.store(inbox);
      assert.ok(!(await isNew(inbox, rig.entry({ id: waiting.id }))), "unfinished: a duplicate");
      assert.ok(await isNew(inbox, rig.entry({ id: settled.record.id })), "settled: new again");
    },
  },
];
