import assert from "node:assert/strict";
import type { SuiteCase } from "./context.js";

export const settleCases: readonly SuiteCase[] = [
  {
    title: "done: the attempt is counted, the callbacks are noted, and it does not run again",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      const id = claimed.record.id;
      await inbox.settle(claimed, context.done({ done: ["a", "b"] }));
      const record = await context.record(inbox, id);
      assert.equal(record.state, "done");
      assert.equal(record.attempts, 1);
      assert.deepEqual(record.done, ["a", "b"]);
      assert.ok((record.settledAt ?? 0) > 0);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 0, done: 1, dead: 0, unmatched: 0 });
      await context.assertClaims(inbox, [], "it is done");
    },
  },
  {
    title: "retry: the next attempt knows how many there were, what is done and what failed",
    async run(context) {
      const inbox = await context.open();
      let claimed = await context.hold(inbox);
      const id = claimed.record.id;
      await inbox.settle(
        claimed,
        context.retry(0, { done: ["a"], failures: [context.failure({ message: "first" })] }),
      );
      assert.deepEqual(await inbox.counts(), { waiting: 1, running: 0, done: 0, dead: 0, unmatched: 0 });
      [claimed = claimed] = await context.assertClaims(inbox, [id], "it is due at once");
      assert.equal(claimed.record.attempts, 1);
      assert.deepEqual(claimed.record.done, ["a"]);
      const second = context.failure({ message: "second", attempt: 2, stack: "at work" });
      await inbox.settle(claimed, { state: "dead", done: ["a", "b"], failures: [second] });
      const record = await context.record(inbox, id);
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
    title: "retry without a count: a record that waited for a paused callback has no attempt more",
    async run(context) {
      const inbox = await context.open();
      let claimed = await context.hold(inbox);
      const due = { state: "retry", dueAt: context.clock.now(), done: [], failures: [] } as const;
      await inbox.settle(claimed, { ...due, tries: { a: 1 } });
      [claimed = claimed] = await context.assertClaims(inbox, [claimed.record.id], "it is due");
      await inbox.settle(claimed, { ...due, tries: { a: 1 }, isUncounted: true });
      [claimed = claimed] = await context.assertClaims(inbox, [claimed.record.id], "it is due again");
      assert.equal(claimed.record.attempts, 1);
      assert.deepEqual(claimed.record.tries, { a: 1 });
    },
  },
  {
    title: "of many failures the last 20 stay, newest last",
    async run(context) {
      const inbox = await context.open();
      await context.store(inbox);
      for (let n = 1; n <= 9; n += 1) {
        const [claimed] = await context.claim(inbox);
        assert.ok(claimed !== undefined);
        const failures = [0, 1, 2].map((of) => context.failure({ attempt: n, message: `${n}.${of}` }));
        await inbox.settle(claimed, context.retry(0, { failures }));
      }
      const [claimed] = await context.claim(inbox);
      const messages = claimed?.record.failures.map(({ message }) => message) ?? [];
      assert.equal(messages.length, 20);
      assert.equal(messages[0], "3.1");
      assert.equal(messages.at(-1), "9.2");
    },
  },
  {
    title: "a settle that is repeated changes nothing",
    async run(context) {
      const inbox = await context.open();
      const done = await context.hold(inbox);
      for (const outcome of [context.done(), context.done(), context.dead(), context.retry(0)])
        await inbox.settle(done, outcome);
      const dead = await context.hold(inbox);
      for (const outcome of [context.dead(), context.dead(), context.done(), context.retry(0)])
        await inbox.settle(dead, outcome);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 0, done: 1, dead: 1, unmatched: 0 });
      assert.equal((await context.record(inbox, done.record.id)).attempts, 1);
      assert.equal((await context.record(inbox, dead.record.id)).failures.length, 1);
      const again = await context.hold(inbox);
      for (const outcome of [context.retry(0), context.retry(0), context.done()])
        await inbox.settle(again, outcome);
      const record = await context.record(inbox, again.record.id);
      assert.equal(record.state, "waiting");
      assert.equal(record.attempts, 1);
    },
  },
  {
    title: "a lease that was given back decides nothing, though its record is held again",
    async run(context) {
      const inbox = await context.open();
      const before = await context.hold(inbox);
      const id = before.record.id;
      await inbox.release([before]);
      const [now] = await context.claim(inbox);
      assert.equal(now?.record.id, id);
      assert.notEqual(
        await inbox.settle(before, context.dead()),
        true,
        "it must not claim to have recorded it",
      );
      await inbox.release([before]);
      assert.equal((await context.record(inbox, id)).state, "running");
      await context.assertClaims(inbox, [], "its holder still has it");
      assert.ok(now !== undefined);
      assert.notEqual(await inbox.settle(now, context.done()), false, "it has recorded it");
      assert.equal((await context.record(inbox, id)).state, "done");
    },
  },
  {
    title: "what is given back is due at once, untouched",
    async run(context) {
      const inbox = await context.open();
      const first = await context.hold(inbox);
      await inbox.settle(first, context.retry(0, { done: ["a"] }));
      const second = await context.store(inbox);
      const claimed = await context.assertClaims(inbox, [first.record.id, second.id], "both");
      await inbox.release(claimed);
      assert.deepEqual(await inbox.counts(), { waiting: 2, running: 0, done: 0, dead: 0, unmatched: 0 });
      const [again] = await context.assertClaims(inbox, [first.record.id, second.id], "both again");
      assert.equal(again?.record.attempts, 1);
      assert.deepEqual(again?.record.done, ["a"]);
    },
  },
];
