import assert from "node:assert/strict";
import type { SuiteCase } from "./context.js";

export const lifeCases: readonly SuiteCase[] = [
  {
    title: "title what it is, and whether it is durable",
    async run(context) {
      const inbox = await context.open();
      assert.equal(typeof inbox.kind, "string");
      assert.notEqual(inbox.kind, "");
      assert.equal(inbox.durable, context.durable);
    },
  },
  {
    title: "an inbox that is open is not opened again, and stays open",
    async run(context) {
      const inbox = await context.open();
      await assert.rejects(async () => inbox.open(context.inboxContext()));
      await context.store(inbox);
    },
  },
  {
    title: "close may be called twice, and at once",
    async run(context) {
      const inbox = await context.open();
      await context.store(inbox);
      await Promise.all([inbox.close(), inbox.close()]);
      await inbox.close();
    },
  },
  {
    title:
      "an inbox that was opened again has its records, its outcomes, its deduplication keys and its metadata",
    needsDurable: true,
    async run(context) {
      const first = await context.open();
      const done = await context.hold(first);
      const dead = await context.hold(first);
      await first.settle(done, context.done());
      await first.settle(dead, context.dead());
      const waiting = await context.store(first);
      await first.writeMetadata("cursor", "here");
      await first.close();

      const second = await context.open();
      assert.deepEqual(await second.counts(), { waiting: 1, running: 0, done: 1, dead: 1, unmatched: 0 });
      assert.deepEqual(await second.store(context.entry({ id: done.record.id }), true), {
        state: "duplicate",
        settled: true,
      });
      assert.deepEqual(await second.store(context.entry({ id: waiting.id }), true), {
        state: "duplicate",
        settled: false,
      });
      assert.equal(await second.readMetadata("cursor"), "here");
      await context.assertClaims(second, [waiting.id], "what waited is still to be run");
    },
  },
  {
    title: "close finishes what is being written: a record that was answered new is there afterwards",
    needsDurable: true,
    async run(context) {
      const first = await context.open();
      const entries = Array.from({ length: 20 }, () => context.entry());
      const storing = entries.map((entry) => Promise.resolve(first.store(entry, false)));
      const [answers] = await Promise.all([Promise.allSettled(storing), first.close()]);
      const stored = entries.filter((_, at) => answers[at]?.status === "fulfilled").map(({ id }) => id);
      const second = await context.open();
      const found = new Set((await context.found(second)).map(({ id }) => id));
      assert.deepEqual(
        stored.filter((id) => !found.has(id)),
        [],
      );
    },
  },
];
