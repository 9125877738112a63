import assert from "node:assert/strict";
import type { Claimed, Inbox, Outcome } from "../../inbox/contract.js";
import type { SuiteCase, SuiteContext } from "./context.js";

const leaseMs = 1000;
const windowMs = 1500;

async function two(context: SuiteContext, inbox: Inbox): Promise<[Claimed, Claimed]> {
  return [await context.hold(inbox), await context.hold(inbox)];
}

function finished(context: SuiteContext, ...keys: readonly string[]): Outcome {
  const until = context.clock.now() + windowMs;
  return { ...context.done(), doneKeys: keys.map((key) => ({ key, until })) };
}

export const keyCases: readonly SuiteCase[] = [
  {
    title: "one record has a key while it runs and while it waits for a retry; it may claim it again",
    async run(context) {
      const inbox = await context.open();
      const [first, second] = await two(context, inbox);
      assert.equal(await inbox.claimKey(first, "key"), "claimed");
      assert.equal(await inbox.claimKey(first, "key"), "claimed");
      assert.equal(await inbox.claimKey(second, "key"), "busy");
      assert.equal(await inbox.claimKey(second, "another key"), "claimed");
      await inbox.settle(first, context.retry(0));
      assert.equal(await inbox.claimKey(second, "key"), "busy");
      const [again] = await context.assertClaims(inbox, [first.record.id], "it is due");
      assert.ok(again !== undefined);
      assert.equal(await inbox.claimKey(again, "key"), "claimed");
      assert.equal(await inbox.claimKey(again, "another key"), "busy");
      await inbox.release([again]);
      assert.equal(await inbox.claimKey(second, "key"), "busy");
    },
  },
  {
    title: "of records that claim a key side by side, one has it",
    async run(context) {
      const inbox = await context.open();
      const all: Claimed[] = [];
      for (let n = 0; n < 8; n += 1) all.push(await context.hold(inbox));
      const claims = await Promise.all(all.map((claimed) => inbox.claimKey(claimed, "key")));
      assert.equal(claims.filter((claim) => claim === "claimed").length, 1);
      assert.equal(claims.filter((claim) => claim === "busy").length, 7);
    },
  },
  {
    title: "a key whose work is done is done for every record, until its time is over",
    async run(context) {
      const inbox = await context.open();
      const [first, second] = await two(context, inbox);
      assert.equal(await inbox.claimKey(first, "key"), "claimed");
      await inbox.settle(first, finished(context, "key", "key of an earlier claim"));
      for (const key of ["key", "key of an earlier claim"])
        assert.equal(await inbox.claimKey(second, key), "done");
      await context.pass(windowMs / 2);
      assert.equal(await inbox.claimKey(second, "key"), "done", "its time is not over");
      await context.pass(windowMs / 2 + 100);
      assert.equal(await inbox.claimKey(second, "key"), "claimed");
    },
  },
  {
    title: "a key is done with the outcome that says so, though the record is retried or dead",
    async run(context) {
      const inbox = await context.open();
      for (const [key, outcome] of [
        ["retried", context.retry(60_000)],
        ["dead", context.dead()],
      ] as const) {
        const [first, second] = await two(context, inbox);
        await inbox.claimKey(first, key);
        const until = context.clock.now() + 60_000;
        await inbox.settle(first, { ...outcome, doneKeys: [{ key, until }] });
        assert.equal(await inbox.claimKey(second, key), "done", key);
        await inbox.settle(second, context.done());
      }
    },
  },
  {
    title: "a key is free when its record is dead, dropped, or done without the key's work",
    async run(context) {
      const inbox = await context.open();
      const settle = (outcome: Outcome) => (claimed: Claimed) => inbox.settle(claimed, outcome);
      const dropped = async (claimed: Claimed) => {
        await inbox.settle(claimed, context.retry(60_000));
        assert.equal(await inbox.drop({ ids: [claimed.record.id] }), 1);
      };
      for (const [what, end] of [
        ["dead", settle(context.dead())],
        ["done", settle(context.done())],
        ["dropped", dropped],
      ] as const) {
        const [first, second] = await two(context, inbox);
        assert.equal(await inbox.claimKey(first, what), "claimed");
        await end(first);
        assert.equal(await inbox.claimKey(second, what), "claimed", what);
        await inbox.settle(second, context.done());
      }
    },
  },
  {
    title: "a dead record that is due again has its key again, unless another has claimed it meanwhile",
    async run(context) {
      const inbox = await context.open();
      const [first, second] = await two(context, inbox);
      await inbox.claimKey(first, "key");
      await inbox.settle(first, context.dead());
      await inbox.store(context.entry({ id: first.record.id, redelivers: true }), false);
      assert.equal(await inbox.claimKey(second, "key"), "busy");
      const [again] = await context.claim(inbox, 1);
      assert.ok(again !== undefined);
      await inbox.settle(again, context.dead());
      assert.equal(await inbox.claimKey(second, "key"), "claimed");
      await inbox.replay({ ids: [first.record.id] });
      const [last] = await context.claim(inbox, 1);
      assert.ok(last !== undefined);
      assert.equal(await inbox.claimKey(last, "key"), "busy");
    },
  },
  {
    title: "a lease that was given back claims nothing",
    async run(context) {
      const inbox = await context.open();
      const [first, second] = await two(context, inbox);
      await inbox.release([first]);
      assert.equal(await inbox.claimKey(first, "key"), "busy");
      assert.equal(await inbox.claimKey(second, "key"), "claimed");
      await inbox.settle(second, context.done());
      assert.equal(await inbox.claimKey(second, "other"), "busy");
    },
  },
  {
    title: "an unmatched record has its key, in every process",
    needsDurable: true,
    async run(context) {
      const [here, there] = [await context.open(), await context.open()];
      const [first, second] = await two(context, here);
      await here.claimKey(first, "key");
      await here.settle(first, { state: "unmatched", done: [], failures: [], tries: { work: 1 } });
      assert.equal(await here.claimKey(second, "key"), "busy");
      const [again] = (await there.claimUnmatched?.([first.record.id])) ?? [];
      assert.ok(again !== undefined);
      assert.equal(await there.claimKey(again, "key"), "claimed");
      await there.settle(again, finished(context, "key"));
      assert.equal(await here.claimKey(second, "key"), "done");
    },
  },
  {
    title: "after a crash the record still has its key, and no other gets it between",
    needsDurable: true,
    async run(context) {
      const [crashed, alive] = [await context.open({ leaseMs }), await context.open({ leaseMs })];
      const first = await context.hold(crashed);
      assert.equal(await crashed.claimKey(first, "key"), "claimed");
      const claiming = context.claim(alive, 1);
      await context.pass(leaseMs + 500);
      const [again] = await claiming;
      assert.ok(again !== undefined);
      const other = await context.hold(alive);
      assert.equal(await alive.claimKey(other, "key"), "busy");
      assert.equal(await crashed.claimKey(first, "key"), "busy", "its lease is lost");
      assert.equal(await alive.claimKey(again, "key"), "claimed");
      await crashed.settle(first, finished(context, "key"));
      assert.equal(await alive.claimKey(other, "key"), "busy", "a lost lease finishes nothing");
      await alive.settle(again, finished(context, "key"));
      assert.equal(await alive.claimKey(other, "key"), "done");
    },
  },
];
