import assert from "node:assert/strict";
import type { Inbox, StoredPage } from "../../inbox/contract.js";
import type { SuiteCase } from "./context.js";

async function page(inbox: Inbox, after: number, max = 100): Promise<StoredPage> {
  assert.ok(inbox.storedAfter !== undefined);
  return inbox.storedAfter(after, max);
}

const idsOf = ({ records }: StoredPage) => records.map(({ record }) => record.id);

export const storedCases: readonly SuiteCase[] = [
  {
    title: "reads records of every state in the order in which they were stored, page by page",
    async run(context) {
      const inbox = await context.open();
      if (inbox.storedAfter === undefined) return;
      assert.deepEqual(await page(inbox, 0), { records: [], next: 0, newest: 0, isComplete: true });
      await inbox.settle(await context.hold(inbox, { id: "done" }), context.done());
      await inbox.deadLetter(context.entry({ id: "dead" }), {
        callback: undefined,
        attempt: 1,
        at: context.clock.now(),
        message: "it can never run",
      });
      await context.hold(inbox, { id: "running" });
      await context.store(inbox, { id: "waiting" });
      const all = await page(inbox, 0);
      assert.deepEqual(idsOf(all), ["done", "dead", "running", "waiting"]);
      assert.deepEqual(
        all.records.map(({ record }) => record.state),
        ["done", "dead", "running", "waiting"],
      );
      assert.equal(all.isComplete, true);
      assert.equal(all.next, all.newest);
      const first = await page(inbox, 0, 2);
      assert.deepEqual(idsOf(first), ["done", "dead"]);
      assert.equal(first.next, first.records.at(-1)?.position);
      assert.deepEqual(idsOf(await page(inbox, first.next, 100)), ["running", "waiting"]);
      assert.deepEqual(idsOf(await page(inbox, all.next)), []);
      assert.equal((await page(inbox, all.next)).isComplete, true);
    },
  },
  {
    title: "a record's position stays when it is replayed, and none is used again after a drop",
    async run(context) {
      const inbox = await context.open();
      if (inbox.storedAfter === undefined) return;
      for (const id of ["1", "2", "3"]) await inbox.settle(await context.hold(inbox, { id }), context.done());
      const before = await page(inbox, 0);
      await inbox.replay({ ids: ["1"] });
      assert.deepEqual(
        (await page(inbox, 0)).records.map(({ position }) => position),
        before.records.map(({ position }) => position),
      );
      await inbox.drop({ ids: ["2", "3"] });
      const after = await page(inbox, 0);
      assert.deepEqual(idsOf(after), ["1"]);
      assert.equal(after.isComplete, false, "two are missing");
      assert.equal(after.newest, before.newest);
      assert.equal((await page(inbox, after.newest)).isComplete, true, "nothing is missing after them");
      await context.store(inbox, { id: "4" });
      const [fourth] = (await page(inbox, before.newest)).records;
      assert.equal(fourth?.record.id, "4");
      assert.ok((fourth?.position ?? 0) > before.newest);
    },
  },
  {
    title: "positions outlive the process, and grow on when every record was forgotten",
    needsDurable: true,
    async run(context) {
      const dedupeWindowMs = 1000;
      const inbox = await context.open({ dedupeWindowMs });
      if (inbox.storedAfter === undefined) return;
      for (const id of ["1", "2", "3"]) await inbox.settle(await context.hold(inbox, { id }), context.done());
      const before = await page(inbox, 0);
      await context.pass(dedupeWindowMs + 100);
      await inbox.close();
      const other = await context.open({ dedupeWindowMs });
      assert.equal((await page(other, before.newest)).newest, before.newest);
      await context.store(other, { id: "4" });
      const later = await page(other, before.newest);
      assert.deepEqual(idsOf(later), ["4"]);
      assert.equal(later.isComplete, true);
      await inbox.close();
    },
  },
];
