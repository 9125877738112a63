import assert from "node:assert/strict";
import type { Claimed } from "../../inbox/contract.js";
import { idsOf, type SuiteCase, type SuiteContext } from "./context.js";

/** Keeps three records of one key. */
async function line(
  context: SuiteContext,
  inbox: Awaited<ReturnType<SuiteContext["open"]>>,
  orderKey = "key",
): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.push((await context.store(inbox, { orderKey })).id);
  return ids;
}

function only(claimed: readonly Claimed[]): Claimed {
  assert.equal(claimed.length, 1);
  return claimed[0] as Claimed;
}

export const orderCases: readonly SuiteCase[] = [
  {
    title: "records of one key come one after the other, in the order they were stored",
    async run(context) {
      const inbox = await context.open();
      const ids = await line(context, inbox);
      for (const id of ids) {
        const claimed = only(
          await context.assertClaims(inbox, [id], "the first that is unfinished, and no other"),
        );
        await context.assertClaims(inbox, [], "the next waits while the first runs");
        const pending = await context.found(inbox, { state: ["waiting", "running"] });
        assert.deepEqual(
          pending.map((record) => record.id).reverse(),
          ids.slice(ids.indexOf(id)),
          "all are shown",
        );
        const { waiting, running } = await inbox.counts();
        assert.deepEqual(
          [waiting, running],
          [pending.length - 1, 1],
          "those that wait for another are counted",
        );
        await inbox.settle(claimed, context.done());
      }
      await context.assertClaims(inbox, [], "all have run");
    },
  },
  {
    title: "a record that runs again later keeps its place: the next ones wait for it",
    async run(context) {
      const inbox = await context.open();
      const [first, second] = await line(context, inbox);
      const claimed = only(await context.assertClaims(inbox, [first ?? ""], "the first"));
      await inbox.settle(claimed, context.retry(2000));
      await context.assertClaims(inbox, [], "its pause holds the line");
      await context.pass(2000);
      const again = only(await context.assertClaims(inbox, [first ?? ""], "the first again"));
      await inbox.settle(again, context.dead());
      await context.assertClaims(inbox, [second ?? ""], "a dead record blocks no other");
    },
  },
  {
    title: "a record that was given back keeps its place",
    async run(context) {
      const inbox = await context.open();
      const [first] = await line(context, inbox);
      const claimed = only(await context.assertClaims(inbox, [first ?? ""], "the first"));
      await inbox.release([claimed]);
      await context.assertClaims(inbox, [first ?? ""], "the first again");
    },
  },
  {
    title: "a record that is dropped lets the next one go",
    async run(context) {
      const inbox = await context.open();
      const [first, second, third] = await line(context, inbox);
      assert.equal(await inbox.drop({ ids: [second ?? ""] }), 1);
      assert.equal(await inbox.drop({ ids: [first ?? ""] }), 1);
      await context.assertClaims(inbox, [third ?? ""], "the only one left");
    },
  },
  {
    title: "lines do not hold each other up, nor records without a key",
    async run(context) {
      const inbox = await context.open();
      const [a] = await line(context, inbox, "a");
      const [b] = await line(context, inbox, "b");
      const [empty] = await line(context, inbox, "");
      const loose = await context.store(inbox);
      await context.assertClaims(inbox, [a ?? "", b ?? "", empty ?? "", loose.id], "the first of each line");
    },
  },
  {
    title: "store leases nothing to its caller while an earlier record of the key is unfinished",
    async run(context) {
      const inbox = await context.open();
      const first = context.entry({ orderKey: "key" });
      await inbox.store(first, false);
      const second = await inbox.store(context.entry({ orderKey: "key" }), true);
      assert.ok(second.state === "new" && second.claimed === undefined, "an earlier one waits");
      const claimed = only(await context.assertClaims(inbox, [first.id], "the first"));
      const third = await inbox.store(context.entry({ orderKey: "key" }), true);
      assert.ok(third.state === "new" && third.claimed === undefined, "an earlier one runs");
      await inbox.settle(claimed, context.retry(20_000));
      const fourth = await inbox.store(context.entry({ orderKey: "key" }), true);
      assert.ok(fourth.state === "new" && fourth.claimed === undefined, "an earlier one pauses");
      await context.assertClaims(inbox, [], "the line stands");
    },
  },
  {
    title: "a record that is replayed comes before those of its key that were stored later",
    async run(context) {
      const inbox = await context.open();
      const [first, second, third] = await line(context, inbox);
      await inbox.settle(only(await context.assertClaims(inbox, [first ?? ""], "the first")), context.dead());
      assert.equal(await inbox.replay({ ids: [first ?? ""] }), 1);
      for (const id of [first, second, third]) {
        await inbox.settle(
          only(await context.assertClaims(inbox, [id ?? ""], "the oldest that is unfinished")),
          context.done(),
        );
      }
    },
  },
  {
    title: "a line is one across inboxes over one store",
    needsDurable: true,
    async run(context) {
      const [here, there] = [await context.open(), await context.open()];
      const first = await context.store(here, { orderKey: "key" });
      const second = await there.store(context.entry({ id: "second", orderKey: "key" }), true);
      assert.ok(second.state === "new" && second.claimed === undefined);
      const claimed = only(await context.assertClaims(there, [first.id], "the first"));
      await context.assertClaims(here, [], "it runs elsewhere");
      const next = context.claim(here);
      await there.settle(claimed, context.done());
      assert.deepEqual(idsOf(await next), ["second"]);
    },
  },
];
