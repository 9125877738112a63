import assert from "node:assert/strict";
import { idsOf, type SuiteCase } from "./rig.js";

const leaseMs = 1000;

export const leaseCases: readonly SuiteCase[] = [
  {
    says: "renew loses nothing that is held",
    async run(rig) {
      const inbox = await rig.open();
      const claimed = [await rig.hold(inbox), await rig.hold(inbox)];
      assert.deepEqual(await inbox.renew(claimed), []);
      assert.deepEqual(await inbox.renew([]), []);
    },
  },
  {
    says: "a lease that ran out gives its record to the next claim",
    needsDurable: true,
    async run(rig) {
      const [crashed, alive] = [await rig.open({ leaseMs }), await rig.open({ leaseMs })];
      const claimed = await rig.hold(crashed);
      await rig.assertClaims(alive, [], "it is held");
      const claiming = rig.claim(alive);
      await rig.pass(leaseMs + 500);
      const again = await claiming;
      assert.deepEqual(idsOf(again), [claimed.record.id]);
      assert.equal(again[0]?.record.attempts, 0, "an attempt whose outcome nobody recorded");
    },
  },
  {
    says: "a lease that store returned runs out like any other",
    needsDurable: true,
    async run(rig) {
      const [crashed, alive] = [await rig.open({ leaseMs }), await rig.open({ leaseMs })];
      const entry = rig.entry();
      await crashed.store(entry, true);
      const claiming = rig.claim(alive);
      await rig.pass(leaseMs + 500);
      assert.deepEqual(idsOf(await claiming), [entry.id]);
    },
  },
  {
    says: "a lease that is renewed in time does not run out",
    needsDurable: true,
    async run(rig) {
      const [here, there] = [await rig.open({ leaseMs }), await rig.open({ leaseMs })];
      const claimed = await rig.hold(here);
      for (let round = 0; round < 4; round += 1) {
        await rig.pass(leaseMs / 2);
        assert.deepEqual(await here.renew([claimed]), []);
      }
      await rig.assertClaims(there, [], "it is held");
      await here.settle(claimed, rig.done());
      assert.equal((await rig.record(there, claimed.record.id)).state, "done");
    },
  },
  {
    says: "a lost lease is named by renew, decides nothing and gives nothing back",
    needsDurable: true,
    async run(rig) {
      const [slow, quick] = [await rig.open({ leaseMs }), await rig.open({ leaseMs })];
      const lost = await rig.hold(slow);
      const claiming = rig.claim(quick);
      await rig.pass(leaseMs + 500);
      const [now] = await claiming;
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
      const second = await rig.store(crashed, { orderKey: "key" });
      const claiming = rig.claim(alive);
      await rig.pass(leaseMs + 500);
      const [again] = await claiming;
      assert.equal(again?.record.id, first.record.id);
      assert.ok(again !== undefined);
      await alive.settle(again, rig.done());
      await rig.assertClaims(alive, [second.id], "the next");
    },
  },
];
