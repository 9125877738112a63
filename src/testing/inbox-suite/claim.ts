import assert from "node:assert/strict";
import { idsOf, type SuiteCase } from "./context.js";

export const claimCases: readonly SuiteCase[] = [
  {
    title: "oldest first, and no more than asked for",
    async run(context) {
      const inbox = await context.open();
      const ids: string[] = [];
      for (let n = 0; n < 25; n += 1) ids.push((await context.store(inbox)).id);
      const claimed: string[] = [];
      while (claimed.length < ids.length) {
        const some = await context.claim(inbox, 4);
        claimed.push(...idsOf(some));
        for (const { record } of some) assert.equal(record.state, "running");
      }
      assert.deepEqual(claimed, ids);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 25, done: 0, dead: 0, unmatched: 0 });
    },
  },
  {
    title: "an aborted signal ends it with nothing, before and while it waits",
    async run(context) {
      const inbox = await context.open();
      assert.deepEqual(await inbox.claim(10, AbortSignal.abort()), []);
      const abort = new AbortController();
      const claiming = inbox.claim(10, abort.signal);
      abort.abort();
      assert.deepEqual(await context.soon(claiming, "the end of an aborted claim"), []);
      const entry = await context.store(inbox);
      assert.deepEqual(await inbox.claim(10, AbortSignal.abort()), []);
      await context.assertClaims(
        inbox,
        [entry.id],
        "no lease is left of what an aborted claim did not return",
      );
    },
  },
  {
    title: "it waits, and a new record wakes it",
    async run(context) {
      const inbox = await context.open();
      const claiming = context.claim(inbox);
      const entry = await context.store(inbox);
      assert.deepEqual(idsOf(await claiming), [entry.id]);
    },
  },
  {
    title: "it waits, and a record of another inbox over the store wakes it",
    needsDurable: true,
    async run(context) {
      const [here, there] = [await context.open(), await context.open()];
      const claiming = context.claim(here);
      const entry = await context.store(there);
      assert.deepEqual(idsOf(await claiming), [entry.id]);
    },
  },
  {
    title: "it waits until a record is due, and not for less",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      await inbox.settle(claimed, context.retry(2000));
      const dueAt = (await context.record(inbox, claimed.record.id)).dueAt;
      await context.assertClaims(inbox, [], "its time has not come");
      await context.pass(1000);
      await context.assertClaims(inbox, [], "its time has still not come");
      const claiming = context.claim(inbox);
      await context.pass(1000);
      assert.deepEqual(idsOf(await claiming), [claimed.record.id]);
      assert.ok(context.clock.now() >= dueAt);
    },
  },
  {
    title: "it waits, and a record that was given back wakes it",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      const claiming = context.claim(inbox);
      await inbox.release([claimed]);
      assert.deepEqual(idsOf(await claiming), [claimed.record.id]);
    },
  },
  {
    title: "no record is given to two, though several claim at once",
    async run(context) {
      const inbox = await context.open();
      const ids = new Set<string>();
      for (let n = 0; n < 30; n += 1) ids.add((await context.store(inbox)).id);
      const claimed: string[] = [];
      while (claimed.length < ids.size) {
        const abort = new AbortController();
        const claims = Array.from({ length: 5 }, () => inbox.claim(3, abort.signal));
        await context.soon(Promise.race(claims), "one of several claims");
        abort.abort();
        for (const some of await Promise.all(claims)) claimed.push(...idsOf(some));
      }
      assert.deepEqual(new Set(claimed), ids);
      assert.equal(claimed.length, ids.size);
    },
  },
  {
    title: "no record is given to two inboxes over one store",
    needsDurable: true,
    async run(context) {
      const [here, there] = [await context.open(), await context.open()];
      const ids = new Set<string>();
      for (let n = 0; n < 30; n += 1) ids.add((await context.store(n % 2 === 0 ? here : there)).id);
      const claimed: string[] = [];
      while (claimed.length < ids.size) {
        const abort = new AbortController();
        const claims = [here, there, here, there].map((inbox) => inbox.claim(2, abort.signal));
        await context.soon(Promise.race(claims), "one of several claims");
        abort.abort();
        for (const some of await Promise.all(claims)) claimed.push(...idsOf(some));
      }
      assert.deepEqual(new Set(claimed), ids);
      assert.equal(claimed.length, ids.size);
    },
  },
];
