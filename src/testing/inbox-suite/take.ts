import assert from "node:assert/strict";
import { idsOf, type SuiteCase } from "./rig.js";

export const takeCases: readonly SuiteCase[] = [
  {
    says: "oldest first, and no more than asked for",
    async run(rig) {
      const inbox = await rig.open();
      const ids: string[] = [];
      for (let n = 0; n < 25; n += 1) ids.push((await rig.keep(inbox)).id);
      const taken: string[] = [];
      while (taken.length < ids.length) {
        const some = await rig.take(inbox, 4);
        taken.push(...idsOf(some));
        for (const { record } of some) assert.equal(record.state, "running");
      }
      assert.deepEqual(taken, ids);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 25, done: 0, dead: 0, unmatched: 0 });
    },
  },
  {
    says: "an aborted signal ends it with nothing, before and while it waits",
    async run(rig) {
      const inbox = await rig.open();
      assert.deepEqual(await inbox.take(10, AbortSignal.abort()), []);
      const abort = new AbortController();
      const taking = inbox.take(10, abort.signal);
      abort.abort();
      assert.deepEqual(await rig.soon(taking, "the end of an aborted take"), []);
      const entry = await rig.keep(inbox);
      assert.deepEqual(await inbox.take(10, AbortSignal.abort()), []);
      await rig.takes(inbox, [entry.id], "nobody holds what an aborted take did not return");
    },
  },
  {
    says: "it waits, and a new record wakes it",
    async run(rig) {
      const inbox = await rig.open();
      const taking = rig.take(inbox);
      const entry = await rig.keep(inbox);
      assert.deepEqual(idsOf(await taking), [entry.id]);
    },
  },
  {
    says: "it waits, and a record of another inbox over the store wakes it",
    needsDurable: true,
    async run(rig) {
      const [here, there] = [await rig.open(), await rig.open()];
      const taking = rig.take(here);
      const entry = await rig.keep(there);
      assert.deepEqual(idsOf(await taking), [entry.id]);
    },
  },
  {
    says: "it waits until a record is due, and not for less",
    async run(rig) {
      const inbox = await rig.open();
      const taken = await rig.hold(inbox);
      await inbox.settle(taken, rig.again(2000));
      const dueAt = (await rig.record(inbox, taken.record.id)).dueAt;
      await rig.takes(inbox, [], "its time has not come");
      await rig.pass(1000);
      await rig.takes(inbox, [], "its time has still not come");
      const taking = rig.take(inbox);
      await rig.pass(1000);
      assert.deepEqual(idsOf(await taking), [taken.record.id]);
      assert.ok(rig.clock.now() >= dueAt);
    },
  },
  {
    says: "it waits, and a record that was given back wakes it",
    async run(rig) {
      const inbox = await rig.open();
      const taken = await rig.hold(inbox);
      const taking = rig.take(inbox);
      await inbox.release([taken]);
      assert.deepEqual(idsOf(await taking), [taken.record.id]);
    },
  },
  {
    says: "no record is given to two, though several take at once",
    async run(rig) {
      const inbox = await rig.open();
      const ids = new Set<string>();
      for (let n = 0; n < 30; n += 1) ids.add((await rig.keep(inbox)).id);
      const taken: string[] = [];
      while (taken.length < ids.size) {
        const abort = new AbortController();
        const takes = Array.from({ length: 5 }, () => inbox.take(3, abort.signal));
        await rig.soon(Promise.race(takes), "one of several takes");
        abort.abort();
        for (const some of await Promise.all(takes)) taken.push(...idsOf(some));
      }
      assert.deepEqual(new Set(taken), ids);
      assert.equal(taken.length, ids.size);
    },
  },
  {
    says: "no record is given to two inboxes over one store",
    needsDurable: true,
    async run(rig) {
      const [here, there] = [await rig.open(), await rig.open()];
      const ids = new Set<string>();
      for (let n = 0; n < 30; n += 1) ids.add((await rig.keep(n % 2 === 0 ? here : there)).id);
      const taken: string[] = [];
      while (taken.length < ids.size) {
        const abort = new AbortController();
        const takes = [here, there, here, there].map((inbox) => inbox.take(2, abort.signal));
        await rig.soon(Promise.race(takes), "one of several takes");
        abort.abort();
        for (const some of await Promise.all(takes)) taken.push(...idsOf(some));
      }
      assert.deepEqual(new Set(taken), ids);
      assert.equal(taken.length, ids.size);
    },
  },
];
