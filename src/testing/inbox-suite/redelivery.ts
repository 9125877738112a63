import assert from "node:assert/strict";
import type { SuiteCase } from "./rig.js";

export const redeliveryCases: readonly SuiteCase[] = [
  {
    says: "a redelivery of a dead record makes it due again: nothing counted, what was done stays done",
    async run(rig) {
      const inbox = await rig.open();
      const claimed = await rig.hold(inbox, { keys: ["key"] });
      const { id } = claimed.record;
      await inbox.settle(claimed, rig.dead({ done: ["good"] }));
      const copy = rig.entry({ keys: ["key"], redelivers: true });
      const stored = await inbox.store(copy, false);
      assert.equal(stored.state, "new");
      assert.equal(stored.state === "new" && stored.redelivered, true);
      assert.equal((await inbox.counts()).dead, 0);
      const [again] = await rig.assertClaims(inbox, [id], "it is due again, under its own id");
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
      const waiting = await rig.store(inbox);
      for (const id of [done.record.id, running.record.id, waiting.id])
        assert.equal((await inbox.store(rig.entry({ id, redelivers: true }), true)).state, "duplicate", id);
      assert.equal((await inbox.store(rig.entry({ id: dead.record.id }), true)).state, "duplicate");
      assert.equal((await inbox.counts()).dead, 1);
    },
  },
];
