import assert from "node:assert/strict";
import type { Inbox } from "../../inbox/contract.js";
import { type Identity, isCopy } from "../../model/identity.js";
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

/** Every way in which two deliveries can have ids and twins in common. */
function identities(suffix: string): Identity[] {
  const digests = ["sha256:a", "sha256:b"].map((digest) => digest + suffix);
  return ["log_1", "log_2", "sha256:a", "sha256:b"].flatMap((id) =>
    [undefined, ...digests].map((twin) => ({ id: id + suffix, twin })),
  );
}

async function isNew(inbox: Inbox, entry: Parameters<Inbox["keep"]>[0]): Promise<boolean> {
  return (await inbox.keep(entry, false)).state === "new";
}

export const identityCases: readonly SuiteCase[] = [
  {
    says: "a copy is seen, a different event is new: every pair of ids and twins",
    async run(rig) {
      const inbox = await rig.open();
      const count = identities("").length;
      for (let one = 0; one < count; one += 1) {
        for (let two = 0; two < count; two += 1) {
          const all = identities(`/${one}/${two}`);
          const [first, second] = [all[one], all[two]];
          if (first === undefined || second === undefined) continue;
          assert.ok(await isNew(inbox, rig.entry(first)), `first: ${JSON.stringify(first)}`);
          assert.equal(
            await isNew(inbox, rig.entry(second)),
            !isCopy(first, second),
            `${JSON.stringify(second)} after ${JSON.stringify(first)}`,
          );
        }
      }
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
        assert.ok(!(await isNew(inbox, rig.entry({ id }))), `seen: ${JSON.stringify(id.slice(0, 30))}`);
      }
      const found = await rig.found(inbox);
      assert.deepEqual(found.map(({ id }) => id).reverse(), strangeIds);
    },
  },
  {
    says: "of many copies at once exactly one is new",
    async run(rig) {
      const inbox = await rig.open();
      for (const identity of [
        { id: "log_1", twin: undefined },
        { id: "sha256:x", twin: "sha256:y" },
      ]) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => inbox.keep(rig.entry(identity), true)),
        );
        assert.equal(answers.filter(({ state }) => state === "new").length, 1, identity.id);
        assert.equal(answers.filter(({ state }) => state === "seen").length, 49, identity.id);
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
            Array.from({ length: 5 }, () => inbox.keep(rig.entry({ id: `log_${round}` }), true)),
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
      const copyOf = (id: string) => inbox.keep(rig.entry({ id }), true);
      const waiting = await rig.keep(inbox);
      assert.deepEqual(await copyOf(waiting.id), { state: "seen", settled: false });
      const [running] = await rig.take(inbox);
      assert.ok(running !== undefined);
      assert.deepEqual(await copyOf(waiting.id), { state: "seen", settled: false });
      await inbox.settle(running, rig.again(3000));
      assert.deepEqual(await copyOf(waiting.id), { state: "seen", settled: false });
      const done = await rig.hold(inbox);
      await inbox.settle(done, rig.done());
      assert.deepEqual(await copyOf(done.record.id), { state: "seen", settled: true });
      const dead = await rig.hold(inbox);
      await inbox.settle(dead, rig.dead());
      assert.deepEqual(await copyOf(dead.record.id), { state: "seen", settled: true });
    },
  },
  {
    says: "what is settled is forgotten after rememberMs and not before, what is not settled never",
    async run(rig) {
      const inbox = await rig.open({ rememberMs: 2000 });
      const settled = await rig.hold(inbox, { twin: "sha256:content" });
      await inbox.settle(settled, rig.done());
      const waiting = await rig.keep(inbox);
      await rig.pass(1000);
      assert.ok(!(await isNew(inbox, rig.entry({ id: settled.record.id }))), "seen within the time");
      assert.ok(
        !(await isNew(inbox, rig.entry({ id: "sha256:content" }))),
        "seen by its twin within the time",
      );
      await rig.pass(3000);
      // Forgetting may be a little work with each keep.
      for (let other = 0; other < 20; other += 1) await rig.keep(inbox);
      assert.ok(!(await isNew(inbox, rig.entry({ id: waiting.id }))), "unfinished: seen");
      assert.ok(await isNew(inbox, rig.entry({ id: settled.record.id })), "settled: new again");
    },
  },
];
