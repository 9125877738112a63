import assert from "node:assert/strict";
import { idsOf, type SuiteCase } from "./context.js";

const leaseMs = 1000;

export const leaseCases: readonly SuiteCase[] = [
  {
    title: "renew loses nothing that is held",
    async run(context) {
      const inbox = await context.open();
      const claimed = [await context.hold(inbox), await context.hold(inbox)];
      assert.deepEqual(await inbox.renew(claimed), []);
      assert.deepEqual(await inbox.renew([]), []);
    },
  },
  {
    title: "a lease that ran out gives its record to the next claim",
    needsDurable: true,
    async run(context) {
      const [crashed, alive] = [await context.open({ leaseMs }), await context.open({ leaseMs })];
      const claimed = await context.hold(crashed);
      await context.assertClaims(alive, [], "it is held");
      const claiming = context.claim(alive);
      await context.pass(leaseMs + 500);
      const again = await claiming;
      assert.deepEqual(idsOf(again), [claimed.record.id]);
      assert.equal(again[0]?.record.attempts, 0, "an attempt whose outcome was not recorded");
    },
  },
  {
    title: "a lease that store returned runs out like any other",
    needsDurable: true,
    async run(context) {
      const [crashed, alive] = [await context.open({ leaseMs }), await context.open({ leaseMs })];
      const entry = context.entry();
      await crashed.store(entry, true);
      const claiming = context.claim(alive);
      await context.pass(leaseMs + 500);
      assert.deepEqual(idsOf(await claiming), [entry.id]);
    },
  },
  {
    title: "a lease that is renewed in time does not run out",
    needsDurable: true,
    async run(context) {
      const [here, there] = [await context.open({ leaseMs }), await context.open({ leaseMs })];
      const claimed = await context.hold(here);
      for (let round = 0; round < 4; round += 1) {
        await context.pass(leaseMs / 2);
        assert.deepEqual(await here.renew([claimed]), []);
      }
      await context.assertClaims(there, [], "it is held");
      await here.settle(claimed, context.done());
      assert.equal((await context.record(there, claimed.record.id)).state, "done");
    },
  },
  {
    title: "a lost lease is named by renew, decides nothing and gives nothing back",
    needsDurable: true,
    async run(context) {
      const [slow, quick] = [await context.open({ leaseMs }), await context.open({ leaseMs })];
      const lost = await context.hold(slow);
      const claiming = context.claim(quick);
      await context.pass(leaseMs + 500);
      const [now] = await claiming;
      assert.ok(now !== undefined);
      const held = await context.hold(slow);
      assert.deepEqual(await slow.renew([lost, held]), [lost]);
      await slow.settle(lost, context.dead());
      await slow.release([lost]);
      assert.equal((await context.record(quick, lost.record.id)).state, "running");
      await quick.settle(now, context.done());
      assert.equal((await context.record(slow, lost.record.id)).state, "done");
      assert.equal((await context.record(slow, lost.record.id)).attempts, 1);
    },
  },
  {
    title: "a line goes on when the lease of its first record runs out: with that record",
    needsDurable: true,
    async run(context) {
      const [crashed, alive] = [await context.open({ leaseMs }), await context.open({ leaseMs })];
      const first = await context.hold(crashed, { orderKey: "key" });
      const second = await context.store(crashed, { orderKey: "key" });
      const claiming = context.claim(alive);
      await context.pass(leaseMs + 500);
      const [again] = await claiming;
      assert.equal(again?.record.id, first.record.id);
      assert.ok(again !== undefined);
      await alive.settle(again, context.done());
      await context.assertClaims(alive, [second.id], "the next");
    },
  },
];

export const crashCases: readonly SuiteCase[] = [
  {
    title: "a lease that ran out counts as a crash of its record, until an attempt is settled",
    needsDurable: true,
    async run(context) {
      // A busy machine takes its time between a claim and its settling.
      const longMs = leaseMs * 2;
      const [crashed, alive] = [
        await context.open({ leaseMs: longMs }),
        await context.open({ leaseMs: longMs }),
      ];
      const { record } = await context.hold(crashed);
      assert.equal(record.crashes ?? 0, 0);
      for (const crashes of [1, 2]) {
        const claiming = context.claim(alive);
        await context.pass(longMs + 500);
        const [claimed] = await claiming;
        assert.equal(claimed?.record.id, record.id);
        assert.equal(claimed?.record.crashes, crashes);
        assert.equal(claimed?.record.attempts, 0);
        if (crashes === 2 && claimed !== undefined) await alive.settle(claimed, context.retry(0));
      }
      const [again] = await context.claim(alive);
      assert.equal(again?.record.crashes ?? 0, 0);
      assert.equal(again?.record.attempts, 1);
    },
  },
  {
    title: "a record that is given back has not crashed",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      await inbox.release([claimed]);
      const [again] = await context.claim(inbox);
      assert.equal(again?.record.crashes ?? 0, 0);
    },
  },
  {
    title: "failed attempts are remembered for each callback",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      await inbox.settle(claimed, { ...context.retry(0), tries: { a: 1, ["__proto__"]: 2 } });
      const [again] = await context.claim(inbox);
      assert.deepEqual(Object.entries(again?.record.tries ?? {}), [
        ["a", 1],
        ["__proto__", 2],
      ]);
      assert.ok(again !== undefined);
      await inbox.settle(again, context.retry(0));
      const [third] = await context.claim(inbox);
      assert.deepEqual(Object.entries(third?.record.tries ?? {}), []);
    },
  },
];
