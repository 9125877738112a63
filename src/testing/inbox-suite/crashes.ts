import assert from "node:assert/strict";
import type { SuiteCase } from "./rig.js";

const leaseMs = 1000;

export const crashCases: readonly SuiteCase[] = [
  {
    says: "a lease that ran out counts as a crash of its record, until an attempt is settled",
    needsDurable: true,
    async run(rig) {
      const [crashed, alive] = [await rig.open({ leaseMs }), await rig.open({ leaseMs })];
      const { record } = await rig.hold(crashed);
      assert.equal(record.crashes ?? 0, 0);
      for (const crashes of [1, 2]) {
        const claiming = rig.claim(alive);
        await rig.pass(leaseMs + 500);
        const [claimed] = await claiming;
        assert.equal(claimed?.record.id, record.id);
        assert.equal(claimed?.record.crashes, crashes);
        assert.equal(claimed?.record.attempts, 0);
        if (crashes === 2 && claimed !== undefined) await alive.settle(claimed, rig.retry(0));
      }
      const [again] = await rig.claim(alive);
      assert.equal(again?.record.crashes ?? 0, 0);
      assert.equal(again?.record.attempts, 1);
    },
  },
  {
    says: "a record that is given back has not crashed",
    async run(rig) {
      const inbox = await rig.open();
      const claimed = await rig.hold(inbox);
      await inbox.release([claimed]);
      const [again] = await rig.claim(inbox);
      assert.equal(again?.record.crashes ?? 0, 0);
    },
  },
  {
    says: "failed attempts are remembered for each callback",
    async run(rig) {
      const inbox = await rig.open();
      const claimed = await rig.hold(inbox);
      await inbox.settle(claimed, { ...rig.retry(0), tries: { a: 1, ["__proto__"]: 2 } });
      const [again] = await rig.claim(inbox);
      assert.deepEqual(Object.entries(again?.record.tries ?? {}), [
        ["a", 1],
        ["__proto__", 2],
      ]);
      assert.ok(again !== undefined);
      await inbox.settle(again, rig.retry(0));
      const [third] = await rig.claim(inbox);
      assert.deepEqual(Object.entries(third?.record.tries ?? {}), []);
    },
  },
];
