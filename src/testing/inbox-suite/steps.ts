import assert from "node:assert/strict";
import type { InboxRecord, StepResult } from "../../inbox/contract.js";
import type { SuiteCase } from "./context.js";

const leaseMs = 1000;

function step(own: Partial<StepResult> = {}): StepResult {
  return { callback: "work", name: "first", at: 1_700_000_000_000, result: '{"n":1}', ...own };
}

/** Sorted: their order is up to the inbox. */
function stepsOf({ steps = [] }: InboxRecord): readonly StepResult[] {
  const key = ({ callback, name }: StepResult) => JSON.stringify([callback, name]);
  // One member that is `undefined` and one that is not there are the same.
  const plain = steps.map((each) => JSON.parse(JSON.stringify(each)) as StepResult);
  return plain.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

export const stepCases: readonly SuiteCase[] = [
  {
    title: "a step that was stored is there for the next attempt, and shown, and no other record has it",
    async run(context) {
      const inbox = await context.open();
      const [claimed, other] = [await context.hold(inbox), await context.hold(inbox)];
      const steps = [step(), step({ name: "second", result: "null" })];
      for (const each of steps) assert.equal(await inbox.storeStep(claimed, each), true);
      assert.deepEqual(stepsOf(await context.record(inbox, claimed.record.id)), steps);
      await inbox.settle(claimed, context.retry(0));
      const [again] = await context.assertClaims(inbox, [claimed.record.id], "its next attempt");
      assert.ok(again !== undefined);
      assert.deepEqual(stepsOf(again.record), steps);
      assert.equal(await inbox.storeStep(again, step({ name: "third", result: "3" })), true);
      await inbox.settle(again, context.dead());
      const third = step({ name: "third", result: "3" });
      assert.deepEqual(stepsOf(await context.record(inbox, claimed.record.id)), [...steps, third]);
      assert.deepEqual(stepsOf(await context.record(inbox, other.record.id)), []);
    },
  },
  {
    title: "a record that was given back before its attempt was settled has its steps",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      await inbox.storeStep(claimed, step());
      await inbox.release([claimed]);
      const [again] = await context.assertClaims(inbox, [claimed.record.id], "it was given back");
      assert.deepEqual(again && stepsOf(again.record), [step()]);
    },
  },
  {
    title: "a step that is stored again replaces the first; names are of one callback, and may be any text",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      const texts = ["__proto__", 'a "quote", and\u0000more', "\ud83d\ude00", ""];
      const steps = texts.flatMap((name) => texts.map((callback) => step({ name, callback, result: "1" })));
      for (const each of [...steps, ...steps]) await inbox.storeStep(claimed, each);
      await inbox.storeStep(claimed, step({ result: "1" }));
      await inbox.storeStep(claimed, step({ result: "2", at: 5 }));
      await inbox.settle(claimed, context.retry(0));
      const [again] = await context.claim(inbox, 1);
      const found = again === undefined ? [] : stepsOf(again.record);
      assert.equal(found.length, steps.length + 1);
      assert.deepEqual(
        found.filter(({ callback }) => callback === "work"),
        [step({ result: "2", at: 5 })],
      );
    },
  },
  {
    title: "a step without a result has none, and one with a megabyte has all of it",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      const { result: _, ...empty } = step({ name: "empty" });
      const large = step({ name: "large", result: JSON.stringify("\u00e9\u2028".repeat(500_000)) });
      for (const each of [empty, large]) assert.equal(await inbox.storeStep(claimed, each), true);
      await inbox.settle(claimed, context.retry(0));
      const [again] = await context.claim(inbox, 1);
      assert.deepEqual(again && stepsOf(again.record), [empty, large]);
    },
  },
  {
    title: "steps that are stored side by side are all there",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      const names = Array.from({ length: 20 }, (_, n) => `step ${n}`);
      const stored = names.map((name) => inbox.storeStep(claimed, step({ name })));
      assert.deepEqual(new Set(await Promise.all(stored)), new Set([true]));
      await inbox.settle(claimed, context.retry(0));
      const [again] = await context.claim(inbox, 1);
      assert.deepEqual((again?.record.steps ?? []).map(({ name }) => name).sort(), names.sort());
    },
  },
  {
    title: "nothing is stored under a lease that was given back, or whose attempt is settled",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      await inbox.release([claimed]);
      assert.equal(await inbox.storeStep(claimed, step()), false);
      const [again] = await context.claim(inbox, 1);
      assert.ok(again !== undefined);
      assert.deepEqual(stepsOf(again.record), []);
      await inbox.settle(again, context.done());
      assert.equal(await inbox.storeStep(again, step()), false);
      const record = await context.record(inbox, claimed.record.id);
      assert.equal(record.state, "done");
      assert.deepEqual(stepsOf(record), []);
    },
  },
  {
    title: "a process that claims a record after a crash has the steps of the one that crashed",
    needsDurable: true,
    async run(context) {
      const [crashed, alive] = [await context.open({ leaseMs }), await context.open({ leaseMs })];
      const claimed = await context.hold(crashed);
      await crashed.storeStep(claimed, step());
      const claiming = context.claim(alive);
      await context.pass(leaseMs + 500);
      const [again] = await claiming;
      assert.ok(again !== undefined);
      assert.deepEqual(stepsOf(again.record), [step()]);
      assert.equal(await crashed.storeStep(claimed, step({ name: "late" })), false);
      await alive.settle(again, context.retry(0));
      const [last] = await context.claim(alive, 1);
      assert.deepEqual(last && stepsOf(last.record), [step()]);
    },
  },
  {
    title: "an unmatched record has its steps when it is claimed",
    needsDurable: true,
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      await inbox.storeStep(claimed, step());
      await inbox.settle(claimed, { state: "unmatched", done: [], failures: [] });
      const { id } = claimed.record;
      const page = await inbox.unmatched?.(undefined, 10, undefined);
      assert.deepEqual(page?.records.map(stepsOf), [[step()]]);
      const [again] = (await inbox.claimUnmatched?.([id])) ?? [];
      assert.deepEqual(again && stepsOf(again.record), [step()]);
    },
  },
  {
    title:
      "replay: a callback that was done has no steps any more, one that had failed goes on; redelivery: all stay",
    async run(context) {
      const inbox = await context.open();
      const steps = [step({ callback: "bad" }), step({ callback: "good" })];
      const both = [await context.hold(inbox), await context.hold(inbox)];
      for (const claimed of both) {
        for (const each of steps) await inbox.storeStep(claimed, each);
        await inbox.settle(claimed, context.dead({ done: ["good"] }));
      }
      const [replayed, redelivered] = both.map(({ record }) => record.id) as [string, string];
      assert.equal(await inbox.replay({ ids: [replayed] }), 1);
      await inbox.store(context.entry({ id: redelivered, redelivers: true }), false);
      const claimed = await context.assertClaims(inbox, [replayed, redelivered], "both are due");
      assert.deepEqual(
        claimed.map(({ record }) => stepsOf(record)),
        [[steps[0]], steps],
      );
    },
  },
];
