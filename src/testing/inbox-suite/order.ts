import assert from "node:assert/strict";
import type { Claimed } from "../../inbox/contract.js";
import { idsOf, type Rig, type SuiteCase } from "./rig.js";

/** Keeps three records of one key. */
async function line(rig: Rig, inbox: Awaited<ReturnType<Rig["open"]>>, orderKey = "key"): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.push((await rig.store(inbox, { orderKey })).id);
  return ids;
}

function only(claimed: readonly Claimed[]): Claimed {
  assert.equal(claimed.length, 1);
  return claimed[0] as Claimed;
}

export const orderCases: readonly SuiteCase[] = [
  {
    says: "records of one key come one after the other, in the order they were stored",
    async run(rig) {
      const inbox = await rig.open();
      const ids = await line(rig, inbox);
      for (const id of ids) {
        const claimed = only(
          await rig.assertClaims(inbox, [id], "the first that is unfinished, and no other"),
        );
        await rig.assertClaims(inbox, [], "the next waits while the first runs");
        await inbox.settle(claimed, rig.done());
      }
      await rig.assertClaims(inbox, [], "all have run");
    },
  },
  {
    says: "a record that runs again later keeps its place: the next ones wait for it",
    async run(rig) {
      const inbox = await rig.open();
      const [first, second] = await line(rig, inbox);
      const claimed = only(await rig.assertClaims(inbox, [first ?? ""], "the first"));
      await inbox.settle(claimed, rig.retry(2000));
      await rig.assertClaims(inbox, [], "its pause holds the line");
      await rig.pass(2000);
      const again = only(await rig.assertClaims(inbox, [first ?? ""], "the first again"));
      await inbox.settle(again, rig.dead());
      await rig.assertClaims(inbox, [second ?? ""], "a dead record holds nobody up");
    },
  },
  {
    says: "a record that was given back keeps its place",
    async run(rig) {
      const inbox = await rig.open();
      const [first] = await line(rig, inbox);
      const claimed = only(await rig.assertClaims(inbox, [first ?? ""], "the first"));
      await inbox.release([claimed]);
      await rig.assertClaims(inbox, [first ?? ""], "the first again");
    },
  },
  {
    says: "a record that is dropped lets the next one go",
    async run(rig) {
      const inbox = await rig.open();
      const [first, second, third] = await line(rig, inbox);
      assert.equal(await inbox.drop({ ids: [second ?? ""] }), 1);
      assert.equal(await inbox.drop({ ids: [first ?? ""] }), 1);
      await rig.assertClaims(inbox, [third ?? ""], "the only one left");
    },
  },
  {
    says: "lines do not hold each other up, nor records without a key",
    async run(rig) {
      const inbox = await rig.open();
      const [a] = await line(rig, inbox, "a");
      const [b] = await line(rig, inbox, "b");
      const [empty] = await line(rig, inbox, "");
      const loose = await rig.store(inbox);
      await rig.assertClaims(inbox, [a ?? "", b ?? "", empty ?? "", loose.id], "the first of each line");
    },
  },
  {
    says: "store leases nothing to its caller while an earlier record of the key is unfinished",
    async run(rig) {
      const inbox = await rig.open();
      const first = rig.entry({ orderKey: "key" });
      await inbox.store(first, false);
      const second = await inbox.store(rig.entry({ orderKey: "key" }), true);
      assert.ok(second.state === "new" && second.claimed === undefined, "an earlier one waits");
      const claimed = only(await rig.assertClaims(inbox, [first.id], "the first"));
      const third = await inbox.store(rig.entry({ orderKey: "key" }), true);
      assert.ok(third.state === "new" && third.claimed === undefined, "an earlier one runs");
      await inbox.settle(claimed, rig.retry(20_000));
      const fourth = await inbox.store(rig.entry({ orderKey: "key" }), true);
      assert.ok(fourth.state === "new" && fourth.claimed === undefined, "an earlier one pauses");
      await rig.assertClaims(inbox, [], "the line stands");
    },
  },
  {
    says: "a record that is replayed comes before those of its key that were stored later",
    async run(rig) {
      const inbox = await rig.open();
      const [first, second, third] = await line(rig, inbox);
      await inbox.settle(only(await rig.assertClaims(inbox, [first ?? ""], "the first")), rig.dead());
      assert.equal(await inbox.replay({ ids: [first ?? ""] }), 1);
      for (const id of [first, second, third]) {
        await inbox.settle(
          only(await rig.assertClaims(inbox, [id ?? ""], "the oldest that is unfinished")),
          rig.done(),
        );
      }
    },
  },
  {
    says: "a line is one across inboxes over one store",
    needsDurable: true,
    async run(rig) {
      const [here, there] = [await rig.open(), await rig.open()];
      const first = await rig.store(here, { orderKey: "key" });
      const second = await there.store(rig.entry({ id: "second", orderKey: "key" }), true);
      assert.ok(second.state === "new" && second.claimed === undefined);
      const claimed = only(await rig.assertClaims(there, [first.id], "the first"));
      await rig.assertClaims(here, [], "it runs elsewhere");
      const next = rig.claim(here);
      await there.settle(claimed, rig.done());
      assert.deepEqual(idsOf(await next), ["second"]);
    },
  },
];
