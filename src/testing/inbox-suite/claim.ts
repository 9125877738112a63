import assert from "node:assert/strict";
import { idsOf, type SuiteCase } from "./rig.js";

export const claimCases: readonly SuiteCase[] = [
  {
    says: "oldest first, and no more than asked for",
    async run(rig) {
      const inbox = await rig.open();
      const ids: string[] = [];
      for (let n = 0; n < 25; n += 1) ids.push((await rig.store(inbox)).id);
      const claimed: string[] = [];
      while (claimed.length < ids.length) {
        const some = await rig.claim(inbox, 4);
        claimed.push(...idsOf(some));
        for (const { record } of some) assert.equal(record.state, "running");
      }
      assert.deepEqual(claimed, ids);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 25, done: 0, dead: 0, unmatched: 0 });
    },
  },
  {
    says: "an aborted signal ends it with nothing, before and while it waits",
    async run(rig) {
      const inbox = await rig.open();
      assert.deepEqual(await inbox.claim(10, AbortSignal.abort()), []);
      const abort = new AbortController();
      const claiming = inbox.claim(10, abort.signal);
      abort.abort();
      assert.deepEqual(await rig.soon(claiming, "the end of an aborted claim"), []);
      const entry = await rig.store(inbox);
      assert.deepEqual(await inbox.claim(10, AbortSignal.abort()), []);
      await rig.assertClaims(inbox, [entry.id], "nobody holds what an aborted claim did not return");
    },
  },
  {
    says: "it waits, and a new record wakes it",
    async run(rig) {
      const inbox = await rig.open();
      const claiming = rig.claim(inbox);
      const entry = await rig.store(inbox);
      assert.deepEqual(idsOf(await claiming), [entry.id]);
    },
  },
  {
    says: "it waits, and a record of another inbox over the store wakes it",
    needsDurable: true,
    async run(rig) {
      const [here, there] = [await rig.open(), await rig.open()];
      const claiming = rig.claim(here);
      const entry = await rig.store(there);
      assert.deepEqual(idsOf(await claiming), [entry.id]);
    },
  },
  {
    says: "it waits until a record is due, and not for less",
    async run(rig) {
      const inbox = await rig.open();
      const claimed = await rig.hold(inbox);
      await inbox.settle(claimed, rig.retry(2000));
      const dueAt = (await rig.record(inbox, claimed.record.id)).dueAt;
      await rig.assertClaims(inbox, [], "its time has not come");
      await rig.pass(1000);
      await rig.assertClaims(inbox, [], "its time has still not come");
      const claiming = rig.claim(inbox);
      await rig.pass(1000);
      assert.deepEqual(idsOf(await claiming), [claimed.record.id]);
      assert.ok(rig.clock.now() >= dueAt);
    },
  },
  {
    says: "it waits, and a record that was given back wakes it",
    async run(rig) {
      const inbox = await rig.open();
      const claimed = await rig.hold(inbox);
      const claiming = rig.claim(inbox);
      await inbox.release([claimed]);
      assert.deepEqual(idsOf(await claiming), [claimed.record.id]);
    },
  },
  {
    says: "no record is given to two, though several claim at once",
    async run(rig) {
      const inbox = await rig.open();
      const ids = new Set<string>();
      for (let n = 0; n < 30; n += 1) ids.add((await rig.store(inbox)).id);
      const claimed: string[] = [];
      while (claimed.length < ids.size) {
        const abort = new AbortController();
        const claims = Array.from({ length: 5 }, () => inbox.claim(3, abort.signal));
        await rig.soon(Promise.race(claims), "one of several claims");
        abort.abort();
        for (const some of await Promise.all(claims)) claimed.push(...idsOf(some));
      }
      assert.deepEqual(new Set(claimed), ids);
      assert.equal(claimed.length, ids.size);
    },
  },
  {
    says: "no record is given to two inboxes over one store",
    needsDurable: true,
    async run(rig) {
      const [here, there] = [await rig.open(), await rig.open()];
      const ids = new Set<string>();
      for (let n = 0; n < 30; n += 1) ids.add((await rig.store(n % 2 === 0 ? here : there)).id);
      const claimed: string[] = [];
      while (claimed.length < ids.size) {
        const abort = new AbortController();
        const claims = [here, there, here, there].map((inbox) => inbox.claim(2, abort.signal));
        await rig.soon(Promise.race(claims), "one of several claims");
        abort.abort();
        for (const some of await Promise.all(claims)) claimed.push(...idsOf(some));
      }
      assert.deepEqual(new Set(claimed), ids);
      assert.equal(claimed.length, ids.size);
    },
  },
];
