import assert from "node:assert/strict";
import type { SuiteCase } from "./rig.js";

export const settleCases: readonly SuiteCase[] = [
  {
    says: "done: the attempt is counted, the callbacks are noted, and it does not run again",
    async run(rig) {
      const inbox = await rig.open();
      const claimed = await rig.hold(inbox);
      const id = claimed.record.id;
      await inbox.settle(claimed, rig.done({ done: ["a", "b"] }));
      const record = await rig.record(inbox, id);
      assert.equal(record.state, "done");
      assert.equal(record.attempts, 1);
      assert.deepEqual(record.done, ["a", "b"]);
      assert.ok((record.settledAt ?? 0) > 0);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 0, done: 1, dead: 0, unmatched: 0 });
      await rig.assertClaims(inbox, [], "it is done");
    },
  },
  {
    says: "retry: the next attempt knows how many there were, what is done and what failed",
    async run(rig) {
      const inbox = await rig.open();
      let claimed = await rig.hold(inbox);
      const id = claimed.record.id;
      await inbox.settle(
        claimed,
        rig.retry(0, { done: ["a"], failures: [rig.failure({ message: "first" })] }),
      );
      assert.deepEqual(await inbox.counts(), { waiting: 1, running: 0, done: 0, dead: 0, unmatched: 0 });
      [claimed = claimed] = await rig.assertClaims(inbox, [id], "it is due at once");
      assert.equal(claimed.record.attempts, 1);
      assert.deepEqual(claimed.record.done, ["a"]);
      const second = rig.failure({ message: "second", attempt: 2, stack: "at work" });
      await inbox.settle(claimed, { state: "dead", done: ["a", "b"], failures: [second] });
      const record = await rig.record(inbox, id);
      assert.equal(record.state, "dead");
      assert.equal(record.attempts, 2);
      assert.deepEqual(record.done, ["a", "b"]);
      assert.deepEqual(
        record.failures.map(({ message }) => message),
        ["first", "second"],
      );
      assert.deepEqual(record.failures.at(-1), second);
      assert.ok((record.settledAt ?? 0) > 0);
      assert.equal((await inbox.counts()).dead, 1);
    },
  },
  {
    says: "of many failures the last 20 stay, newest last",
    async run(rig) {
      const inbox = await rig.open();
      await rig.store(inbox);
      for (let n = 1; n <= 9; n += 1) {
        const [claimed] = await rig.claim(inbox);
        assert.ok(claimed !== undefined);
        const failures = [0, 1, 2].map((of) => rig.failure({ attempt: n, message: `${n}.${of}` }));
        await inbox.settle(claimed, rig.retry(0, { failures }));
      }
      const [claimed] = await rig.claim(inbox);
      const messages = claimed?.record.failures.map(({ message }) => message) ?? [];
      assert.equal(messages.length, 20);
      assert.equal(messages[0], "3.1");
      assert.equal(messages.at(-1), "9.2");
    },
  },
  {
    says: "a settle that is repeated changes nothing",
    async run(rig) {
      const inbox = await rig.open();
      const done = await rig.hold(inbox);
      for (const outcome of [rig.done(), rig.done(), rig.dead(), rig.retry(0)])
        await inbox.settle(done, outcome);
      const dead = await rig.hold(inbox);
      for (const outcome of [rig.dead(), rig.dead(), rig.done(), rig.retry(0)])
        await inbox.settle(dead, outcome);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 0, done: 1, dead: 1, unmatched: 0 });
      assert.equal((await rig.record(inbox, done.record.id)).attempts, 1);
      assert.equal((await rig.record(inbox, dead.record.id)).failures.length, 1);
      const again = await rig.hold(inbox);
      for (const outcome of [rig.retry(0), rig.retry(0), rig.done()]) await inbox.settle(again, outcome);
      const record = await rig.record(inbox, again.record.id);
      assert.equal(record.state, "waiting");
      assert.equal(record.attempts, 1);
    },
  },
  {
    says: "a lease that was given back decides nothing, though its record is held again",
    async run(rig) {
      const inbox = await rig.open();
      const before = await rig.hold(inbox);
      const id = before.record.id;
      await inbox.release([before]);
      const [now] = await rig.claim(inbox);
      assert.equal(now?.record.id, id);
      assert.notEqual(await inbox.settle(before, rig.dead()), true, "it must not claim to have recorded it");
      await inbox.release([before]);
      assert.equal((await rig.record(inbox, id)).state, "running");
      await rig.assertClaims(inbox, [], "its holder still has it");
      assert.ok(now !== undefined);
      assert.notEqual(await inbox.settle(now, rig.done()), false, "it has recorded it");
      assert.equal((await rig.record(inbox, id)).state, "done");
    },
  },
  {
    says: "what is given back is due at once, untouched",
    async run(rig) {
      const inbox = await rig.open();
      const first = await rig.hold(inbox);
      await inbox.settle(first, rig.retry(0, { done: ["a"] }));
      const second = await rig.store(inbox);
      const claimed = await rig.assertClaims(inbox, [first.record.id, second.id], "both");
      await inbox.release(claimed);
      assert.deepEqual(await inbox.counts(), { waiting: 2, running: 0, done: 0, dead: 0, unmatched: 0 });
      const [again] = await rig.assertClaims(inbox, [first.record.id, second.id], "both again");
      assert.equal(again?.record.attempts, 1);
      assert.deepEqual(again?.record.done, ["a"]);
    },
  },
];
