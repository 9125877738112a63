import assert from "node:assert/strict";
import type { SuiteCase } from "./rig.js";

export const deadLetterCases: readonly SuiteCase[] = [
  {
    says: "a delivery that can never run is dead from the start, with its bytes and the reason",
    async run(rig) {
      const inbox = await rig.open();
      const entry = rig.entry({ body: Uint8Array.of(0xff, 0xfe, 0) });
      const failure = rig.failure({ callback: undefined, message: "not UTF-8", stack: "at decode" });
      await inbox.deadLetter(entry, failure);
      const record = await rig.record(inbox, entry.id);
      assert.equal(record.state, "dead");
      assert.equal(Buffer.from(record.body).toString("hex"), "fffe00");
      assert.deepEqual(record.failures.map(plain), [plain(failure)]);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 0, done: 0, dead: 1, unmatched: 0 });
      await rig.assertClaims(inbox, [], "nothing of it can be run");
    },
  },
  {
    says: "dead-lettered once, however often it comes, and a duplicate to store",
    async run(rig) {
      const inbox = await rig.open();
      const entry = rig.entry();
      await Promise.all(Array.from({ length: 10 }, () => inbox.deadLetter(entry, rig.failure())));
      await inbox.deadLetter(entry, rig.failure());
      assert.equal((await inbox.counts()).dead, 1);
      assert.deepEqual(await inbox.store(rig.entry({ id: entry.id }), true), {
        state: "duplicate",
        settled: true,
      });
    },
  },
  {
    says: "dead-lettered records do not count as unfinished",
    async run(rig) {
      const inbox = await rig.open({ maxPending: 1 });
      await inbox.deadLetter(rig.entry(), rig.failure());
      await inbox.deadLetter(rig.entry(), rig.failure());
      await rig.store(inbox);
      await inbox.deadLetter(rig.entry(), rig.failure());
      assert.deepEqual(await inbox.counts(), { waiting: 1, running: 0, done: 0, dead: 3, unmatched: 0 });
    },
  },
];

/** Without members that are `undefined`: JSON does not have them. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
