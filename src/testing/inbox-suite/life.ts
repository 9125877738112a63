import assert from "node:assert/strict";
import type { SuiteCase } from "./rig.js";

export const lifeCases: readonly SuiteCase[] = [
  {
    says: "says what it is, and whether it is durable",
    async run(rig) {
      const inbox = await rig.open();
      assert.equal(typeof inbox.kind, "string");
      assert.notEqual(inbox.kind, "");
      assert.equal(inbox.durable, rig.durable);
    },
  },
  {
    says: "close may be called twice, and at once",
    async run(rig) {
      const inbox = await rig.open();
      await rig.store(inbox);
      await Promise.all([inbox.close(), inbox.close()]);
      await inbox.close();
    },
  },
  {
    says: "an inbox that was opened again has its records, its outcomes, its deduplication keys and its metadata",
    needsDurable: true,
    async run(rig) {
      const first = await rig.open();
      const done = await rig.hold(first);
      const dead = await rig.hold(first);
      await first.settle(done, rig.done());
      await first.settle(dead, rig.dead());
      const waiting = await rig.store(first);
      await first.writeMetadata("cursor", "here");
      await first.close();

      const second = await rig.open();
      assert.deepEqual(await second.counts(), { waiting: 1, running: 0, done: 1, dead: 1, unmatched: 0 });
      assert.deepEqual(await second.store(rig.entry({ id: done.record.id }), true), {
        state: "duplicate",
        settled: true,
      });
      assert.deepEqual(await second.store(rig.entry({ id: waiting.id }), true), {
        state: "duplicate",
        settled: false,
      });
      assert.equal(await second.readMetadata("cursor"), "here");
      await rig.assertClaims(second, [waiting.id], "what waited is still to be run");
    },
  },
  {
    says: "close finishes what is being written: a record that was answered new is there afterwards",
    needsDurable: true,
    async run(rig) {
      const first = await rig.open();
      const entries = Array.from({ length: 20 }, () => rig.entry());
      const storing = entries.map((entry) => Promise.resolve(first.store(entry, false)));
      const [answers] = await Promise.all([Promise.allSettled(storing), first.close()]);
      const stored = entries.filter((_, at) => answers[at]?.status === "fulfilled").map(({ id }) => id);
      const second = await rig.open();
      const found = new Set((await rig.found(second)).map(({ id }) => id));
      assert.deepEqual(
        stored.filter((id) => !found.has(id)),
        [],
      );
    },
  },
];
