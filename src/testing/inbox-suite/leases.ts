import assert from "node:assert/strict";
import { idsOf, type SuiteCase } from "./rig.js";

const leaseMs = 1000;

export const leaseCases: readonly SuiteCase[] = [
  {
    says: "renew loses nothing that is held",
    async run(rig) {
      const inbox = await rig.open();
      const taken = [await rig.hold(inbox), await rig.hold(inbox)];
      assert.deepEqual(await inbox.renew(taken), []);
      assert.deepEqual(await inbox.renew([]), []);
    },
  },
  {
    says: "a lease that ran out gives its record to whoever takes next",
    needsDurable: true,
    async run(rig) {
      const [crashed, alive] = [await rig.open({ leaseMs }), await rig.open({ leaseMs })];
      const taken = await rig.hold(crashed);
      await rig.takes(alive, [], "it is held");
      const taking = rig.take(alive);
      await rig.pass(leaseMs + 500);
      const again = await taking;
      assert.deepEqual(idsOf(again), [taken.record.id]);
      assert.equal(again[0]?.record.attempts, 0, "an attempt whose outcome nobody recorded");
    },
  },
  {
    says: "a lease that keep handed over runs out like any other",
    needsDurable: true,
    async run(rig) {
      const [crashed, alive] = [await rig.open({ leaseMs }), await rig.open({ leaseMs })];
      const entry = rig.entry();
      await crashed.keep(entry, true);
      const taking = rig.take(alive);
      await rig.pass(leaseMs + 500);
      assert.deepEqual(idsOf(await taking), [entry.id]);
    },
  },
  {
    says: "a lease that is renewed in time does not run out",
    needsDurable: true,
    async run(rig) {
      const [here, there] = [await rig.open({ leaseMs }), await rig.open({ leaseMs })];
      const taken = await rig.hold(here);
      for (let round = 0; round < 4; round += 1) {
        await rig.pass(leaseMs / 2);
        assert.deepEqual(await here.renew([taken]), []);
      }
      await rig.takes(there, [], "it is held");
      await here.settle(taken, rig.done());
      assert.equal((await rig.record(there, taken.record.id)).state, "done");
    },
  },
  {
    says: "a lost lease is named by renew, decides nothing and gives nothing back",
    needsDurable: true,
    async run(rig) {
      const [slow, quick] = [await rig.open({ leaseMs }), await rig.open({ leaseMs })];
      const lost = await rig.hold(slow);
      const taking = rig.take(quick);
      await rig.pass(leaseMs + 500);
      const [now] = await taking;
      assert.ok(now !== undefined);
      const held = await rig.hold(slow);
      assert.deepEqual(await slow.renew([lost, held]), [lost]);
      await slow.settle(lost, rig.dead());
      await slow.release([lost]);
      assert.equal((await rig.record(quick, lost.record.id)).state, "running");
      await quick.settle(now, rig.done());
      assert.equal((await rig.record(slow, lost.record.id)).state, "done");
      assert.equal((await rig.record(slow, lost.record.id)).attempts, 1);
    },
  },
  {
    says: "a line goes on when the lease of its first record runs out: with that record",
    needsDurable: true,
    async run(rig) {
      const [crashed, alive] = [await rig.open({ leaseMs }), await rig.open({ leaseMs })];
      const first = await rig.hold(crashed, { orderKey: "key" });
      const second = await rig.keep(crashed, { orderKey: "key" });
      const taking = rig.take(alive);
      await rig.pass(leaseMs + 500);
      const [again] = await taking;
      assert.equal(again?.record.id, first.record.id);
      assert.ok(again !== undefined);
      await alive.settle(again, rig.done());
      await rig.takes(alive, [second.id], "the next");
    },
  },
];
