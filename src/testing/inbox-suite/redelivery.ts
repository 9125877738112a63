import assert from "node:assert/strict";
import type { SuiteCase } from "./rig.js";

export const redeliveryCases: readonly SuiteCase[] = [
  {
    says: "a redelivery of a dead record makes it due again: nothing counted, what was done stays done",
    async run(rig) {
      const inbox = await rig.open();
      const taken = await rig.hold(inbox, { keys: ["key"] });
      const { id } = taken.record;
      await inbox.settle(taken, rig.dead({ done: ["good"] }));
      const copy = rig.entry({ keys: ["key"], redelivers: true });
      const kept = await inbox.keep(copy, false);
      assert.equal(kept.state, "new");
      assert.equal(kept.state === "new" && kept.redelivered, true);
      assert.equal((await inbox.counts()).dead, 0);
      const [again] = await rig.takes(inbox, [id], "it is due again, under its own id");
      assert.equal(again?.record.attempts, 0);
      assert.deepEqual(again?.record.done, ["good"]);
      assert.equal(again?.record.failures.length, 1);
    },
  },
  {
    says: "a redelivery of what is done, waits or runs is a copy; one of a dead record without `redelivers` too",
    async run(rig) {
      const inbox = await rig.open();
      const done = await rig.hold(inbox);
      await inbox.settle(done, rig.done());
      const dead = await rig.hold(inbox);
      await inbox.settle(dead, rig.dead());
      const running = await rig.hold(inbox);
      const waiting = await rig.keep(inbox);
      for (const id of [done.record.id, running.record.id, waiting.id])
        assert.equal((await inbox.keep(rig.entry({ id, redelivers: true }), true)).state, "seen", id);
      assert.equal((await inbox.keep(rig.entry({ id: dead.record.id }), true)).state, "seen");
      assert.equal((await inbox.counts()).dead, 1);
    },
  },
];
