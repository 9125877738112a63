import assert from "node:assert/strict";
import type { Inbox, Outcome } from "../../inbox/contract.js";
import { idsOf, type SuiteCase, type SuiteContext } from "./context.js";

const unmatched: Outcome = { state: "unmatched", done: [], failures: [] };

async function leaveUnmatched(
  context: SuiteContext,
  inbox: Inbox,
  own: Parameters<SuiteContext["hold"]>[1] = {},
): Promise<string> {
  const claimed = await context.hold(inbox, own);
  await inbox.settle(claimed, unmatched);
  return claimed.record.id;
}

async function page(inbox: Inbox, after?: string, max = 100, names?: readonly string[]) {
  assert.ok(inbox.unmatched !== undefined, "a durable inbox leaves unmatched records for others");
  return inbox.unmatched(after, max, names);
}

async function claimUnmatched(inbox: Inbox, ids: readonly string[]) {
  assert.ok(inbox.claimUnmatched !== undefined, "a durable inbox has `claimUnmatched`");
  return inbox.claimUnmatched(ids);
}

export const unmatchedCases: readonly SuiteCase[] = [
  {
    title:
      "an unmatched record stays: counted, found, not claimed, not in the way of others, and still known",
    needsDurable: true,
    async run(context) {
      const inbox = await context.open({ maxPending: 1 });
      const id = await leaveUnmatched(context, inbox, { orderKey: "key" });
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 0, done: 0, dead: 0, unmatched: 1 });
      const record = await context.record(inbox, id);
      assert.equal(record.state, "unmatched");
      assert.equal(record.attempts, 0);
      for (const query of [{}, { state: "unmatched" }] as const)
        assert.deepEqual(
          (await context.found(inbox, query)).map((each) => each.id),
          [id],
        );
      assert.equal((await inbox.store(context.entry({ id }), true)).state, "duplicate");
      const next = await context.hold(inbox, { orderKey: "key" });
      await inbox.settle(next, context.done());
    },
  },
  {
    title: "unmatched records are paged in the order they became so, by name where asked, without a wait",
    needsDurable: true,
    async run(context) {
      const inbox = await context.open();
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1)
        ids.push(
          await leaveUnmatched(context, inbox, { triggerName: n % 2 === 0 ? "Even_Event" : "ODD_EVENT" }),
        );
      const first = await page(inbox, undefined, 2);
      assert.deepEqual(
        first.records.map(({ id }) => id),
        ids.slice(0, 2),
      );
      const rest = await page(inbox, first.next, 100);
      assert.deepEqual(
        rest.records.map(({ id }) => id),
        ids.slice(2),
      );
      assert.deepEqual((await page(inbox, rest.next)).records, []);
      const even = await page(inbox, undefined, 100, ["EVEN_EVENT", "OTHER"]);
      assert.deepEqual(
        even.records.map(({ id }) => id),
        [ids[0], ids[2], ids[4]],
      );
      const later = await leaveUnmatched(context, inbox);
      assert.deepEqual(
        (await page(inbox, rest.next)).records.map(({ id }) => id),
        [later],
      );
    },
  },
  {
    title: "a claimed record is held by one, and runs like any other",
    needsDurable: true,
    async run(context) {
      const [here, there] = [await context.open(), await context.open()];
      const id = await leaveUnmatched(context, here);
      const claims = await Promise.all([claimUnmatched(here, [id, "nothing"]), claimUnmatched(there, [id])]);
      assert.equal(claims.flat().length, 1, "one of two gets it");
      const [claimed] = claims.flat();
      assert.ok(claimed !== undefined);
      assert.equal(claimed.record.state, "running");
      assert.deepEqual(await there.counts(), { waiting: 0, running: 1, done: 0, dead: 0, unmatched: 0 });
      await (claims[0].length === 1 ? here : there).settle(claimed, context.done());
      assert.equal((await context.record(there, id)).state, "done");
      assert.deepEqual(await claimUnmatched(here, [id]), [], "only what is unmatched");
    },
  },
  {
    title: "a record that is left unmatched again comes after the others, and keeps what was done",
    needsDurable: true,
    async run(context) {
      const inbox = await context.open();
      const first = await leaveUnmatched(context, inbox);
      const second = await leaveUnmatched(context, inbox);
      const { next } = await page(inbox);
      const [claimed] = await claimUnmatched(inbox, [first]);
      assert.ok(claimed !== undefined);
      const failures = [context.failure({ callback: "other" })];
      await inbox.settle(claimed, { ...unmatched, done: ["work"], tries: { other: 2 }, failures });
      const page2 = await page(inbox, next);
      assert.deepEqual(
        page2.records.map(({ id }) => id),
        [first],
      );
      assert.deepEqual(page2.records[0]?.done, ["work"]);
      assert.deepEqual({ ...page2.records[0]?.tries }, { other: 2 });
      assert.deepEqual(
        (await page(inbox)).records.map(({ id }) => id),
        [second, first],
      );
      const [again] = await claimUnmatched(inbox, [first]);
      assert.deepEqual(again?.record.done, ["work"], "a callback that is done does not run again");
      assert.deepEqual({ ...again?.record.tries }, { other: 2 });
      assert.deepEqual(again?.record.failures, failures);
    },
  },
  {
    title: "an unmatched record becomes done after unmatchedForMs and not before",
    needsDurable: true,
    async run(context) {
      const inbox = await context.open({ unmatchedForMs: 2000 });
      const id = await leaveUnmatched(context, inbox);
      await context.pass(1000);
      for (let other = 0; other < 20; other += 1) await context.store(inbox);
      assert.equal((await context.record(inbox, id)).state, "unmatched");
      await context.pass(2000);
      // It may be a little work with each store, or by a timer.
      await context.soon(
        (async () => {
          while ((await context.record(inbox, id)).state !== "done") {
            await context.store(inbox);
            await context.pass(100);
          }
        })(),
        "the record to become done",
      );
      assert.deepEqual(await claimUnmatched(inbox, [id]), []);
      const codes = context.warnings.map((error) => (error as { readonly code?: unknown }).code);
      assert.ok(codes.includes("ERR_UNMATCHED_EXPIRED"), "warn is called with ERR_UNMATCHED_EXPIRED");
    },
  },
  {
    title: "an unmatched record can be replayed and dropped",
    needsDurable: true,
    async run(context) {
      const inbox = await context.open();
      const [one, two] = [await leaveUnmatched(context, inbox), await leaveUnmatched(context, inbox)];
      assert.equal(await inbox.replay({ ids: [one] }), 1);
      assert.deepEqual(idsOf(await context.assertClaims(inbox, [one], "it is due")), [one]);
      assert.equal(await inbox.drop({ ids: [two] }), 1);
      assert.equal((await inbox.counts()).unmatched, 0);
      assert.equal((await inbox.store(context.entry({ id: two }), true)).state, "duplicate", "it is known");
    },
  },
  {
    title: "unmatched records are there for an inbox that is opened later",
    needsDurable: true,
    async run(context) {
      const first = await context.open();
      const id = await leaveUnmatched(context, first);
      await first.close();
      const second = await context.open();
      assert.deepEqual(
        (await page(second)).records.map((record) => record.id),
        [id],
      );
      assert.equal((await claimUnmatched(second, [id])).length, 1);
    },
  },
];
