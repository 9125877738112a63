import assert from "node:assert/strict";
import {
  batchTrigger,
  isBatch,
  isKept,
  memberBody,
  readBatch,
  type StoredMember,
} from "../../inbox/batch.js";
import type { Claimed, Entry, Inbox, InboxRecord } from "../../inbox/contract.js";
import type { BatchJoin, BatchLimits } from "../../model/batch.js";
import type { SuiteCase, SuiteContext } from "./context.js";

const leaseMs = 1000;
const limits: BatchLimits = {
  quietMs: 60_000,
  maxWaitMs: 600_000,
  maxEvents: 100,
  maxBytes: 1_000_000,
  keep: "all",
};

type Joined = Extract<BatchJoin, { state: "joined" }>;

async function joinAs(inbox: Inbox, claimed: Claimed, own: Partial<BatchLimits> = {}, key = "k") {
  const part = { callback: "work", key, group: `group of ${key}`, limits: { ...limits, ...own } };
  return await inbox.join(claimed, part);
}

/** Adds the event of a record that must be new to the batch. */
async function joined(inbox: Inbox, claimed: Claimed, own?: Partial<BatchLimits>, key?: string) {
  const join = await joinAs(inbox, claimed, own, key);
  assert.equal(join.state, "joined", `join of ${claimed.record.id}`);
  return join as Joined;
}

/** Stores an event, claims it, adds it to the batch and settles its record. */
async function put(context: SuiteContext, inbox: Inbox, own?: Partial<BatchLimits>, entry?: Partial<Entry>) {
  const claimed = await context.hold(inbox, entry);
  const join = await joined(inbox, claimed, own);
  await inbox.settle(claimed, context.done());
  return { id: claimed.record.id, join };
}

/** Stores and claims events with these bodies, before any of them joins. */
async function holdAll(context: SuiteContext, inbox: Inbox, bodies: readonly (string | Uint8Array)[]) {
  const held: Claimed[] = [];
  for (const body of bodies) held.push(await context.hold(inbox, { body }));
  return held;
}

function membersOf(record: InboxRecord): readonly StoredMember[] {
  assert.ok(isBatch(record), "it is a batch");
  const { callback, members } = readBatch(record.body) ?? {};
  assert.equal(callback, "work");
  return members ?? [];
}

const idsIn = (record: InboxRecord) => membersOf(record).map(({ id }) => id);
const keptIn = (record: InboxRecord) =>
  membersOf(record)
    .filter(isKept)
    .map(({ id }) => id);

async function oneBatch(context: SuiteContext, inbox: Inbox): Promise<Claimed> {
  const all = await context.claimAll(inbox);
  assert.equal(all.length, 1, "one batch");
  return all[0] as Claimed;
}

export const batchCases: readonly SuiteCase[] = [
  {
    title:
      "events of a group are one record, with their exact bodies, in the order in which they were stored",
    async run(context) {
      const inbox = await context.open();
      const bodies = [
        '{"n":1}',
        new TextEncoder().encode('{"é":"\u{1f600}"}'),
        Uint8Array.of(0, 255, 128),
        "",
        '"\ud800"',
      ];
      const byAge = await holdAll(context, inbox, bodies);
      // Not in the order in which they join.
      for (const claimed of [...byAge].reverse()) {
        await joined(inbox, claimed, { quietMs: 300 });
        await inbox.settle(claimed, context.done());
      }
      await inbox.drop({ state: "done" });
      await context.pass(400);
      const { record } = await oneBatch(context, inbox);
      assert.equal(record.triggerName, batchTrigger);
      assert.equal(record.source, "batch");
      assert.deepEqual(
        idsIn(record),
        byAge.map((claimed) => claimed.record.id),
      );
      for (const [at, member] of membersOf(record).entries()) {
        const { record: event } = byAge[at] as Claimed;
        const body = memberBody(member);
        assert.equal(typeof body, typeof bodies[at]);
        assert.deepEqual(
          typeof body === "string" ? body : [...body],
          typeof body === "string" ? bodies[at] : [...(bodies[at] as Uint8Array)],
        );
        assert.deepEqual(
          [member.triggerName, member.source, member.origin, member.receivedAt],
          [event.triggerName, event.source, event.origin, event.receivedAt],
        );
      }
      assert.deepEqual(await context.record(inbox, record.id).then(idsIn), idsIn(record));
    },
  },
  {
    title: "each event puts an open batch off for its quiet time, and no longer than the longest wait",
    async run(context) {
      const inbox = await context.open();
      const held = await holdAll(context, inbox, ["1", "2", "3", "4"]);
      const own = { quietMs: 400, maxWaitMs: 1000 };
      const startedAt = context.clock.now();
      let openedBy = Number.POSITIVE_INFINITY;
      let last: Joined | undefined;
      for (const claimed of held) {
        const from = context.clock.now();
        last = await joined(inbox, claimed, own);
        const until = context.clock.now();
        openedBy = Math.min(openedBy, until);
        assert.ok(last.dueAt >= Math.min(from + 400, startedAt + 1000), "after its quiet time");
        assert.ok(last.dueAt <= Math.min(until + 400, openedBy + 1000), "no later than the longest wait");
        assert.equal((await context.record(inbox, last.batch)).dueAt, last.dueAt);
        await inbox.settle(claimed, context.done());
        await context.pass(250);
      }
      const [batch] = await context.claim(inbox);
      assert.ok(batch !== undefined && last !== undefined);
      assert.ok(context.clock.now() >= last.dueAt, "not before it is due");
      assert.equal(batch.record.id, last.batch);
      assert.equal(idsIn(batch.record).length, 4);
    },
  },
  {
    title:
      "a batch with as many events or bytes as it may have is due at once; later events make the next one, which waits for it",
    async run(context) {
      const inbox = await context.open();
      const held = await holdAll(context, inbox, ["1", "2", "3", "x".repeat(1000)]);
      const [a, b, c, large] = held.map(({ record }) => record.id);
      for (const claimed of held) await joined(inbox, claimed, { maxEvents: 2, maxBytes: 1000 });
      for (const claimed of held) await inbox.settle(claimed, context.done());
      const first = await oneBatch(context, inbox);
      assert.deepEqual(idsIn(first.record), [a, b]);
      await context.assertClaims(inbox, [], "the next one of the group waits for the first");
      await inbox.settle(first, context.retry(0));
      const again = await oneBatch(context, inbox);
      assert.deepEqual(idsIn(again.record), [a, b]);
      assert.equal(await inbox.openBatches?.(), 0, "both are full");
      await inbox.settle(again, context.done());
      await inbox.drop({ state: "done" });
      const second = await oneBatch(context, inbox);
      assert.deepEqual(idsIn(second.record), [c, large]);
    },
  },
  {
    title: "of superseded events the batch has the ids, and no bodies",
    async run(context) {
      const inbox = await context.open();
      for (const keep of ["latest", "first"] as const) {
        const bodies = [0, 1, 2].map((n) => `"${keep} ${n}"`);
        const held = await holdAll(context, inbox, bodies);
        const ids = held.map(({ record }) => record.id);
        // The one in the middle joins first, then the newest, then the oldest.
        for (const at of [1, 2, 0]) await joined(inbox, held[at] as Claimed, { keep, maxEvents: 3 });
        for (const claimed of held) await inbox.settle(claimed, context.done());
        const batch = await oneBatch(context, inbox);
        assert.deepEqual(idsIn(batch.record), ids, keep);
        const kept = keep === "latest" ? 2 : 0;
        assert.deepEqual(keptIn(batch.record), [ids[kept]], keep);
        assert.equal(memberBody(membersOf(batch.record)[kept] as StoredMember), `"${keep} ${kept}"`);
        await inbox.settle(batch, context.done());
      }
    },
  },
  {
    title: "an event is in one batch of a callback, whatever becomes of its lease, until it is replayed",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      const { batch } = await joined(inbox, claimed);
      assert.equal((await joinAs(inbox, claimed)).state, "known");
      await inbox.release([claimed]);
      assert.equal((await joinAs(inbox, claimed)).state, "lost");
      const [again] = await context.assertClaims(inbox, [claimed.record.id], "it was given back");
      assert.ok(again !== undefined);
      assert.equal((await joinAs(inbox, again)).state, "known");
      await inbox.settle(again, context.done());
      assert.equal((await joinAs(inbox, again)).state, "lost");
      assert.equal(await inbox.replay({ ids: [claimed.record.id] }), 1);
      const [replayed] = await context.assertClaims(inbox, [claimed.record.id], "it was replayed");
      assert.ok(replayed !== undefined);
      const second = await joined(inbox, replayed);
      assert.deepEqual([second.batch, second.events], [batch, 2]);
    },
  },
  {
    title:
      "a batch that was claimed takes no more events, though it was given back; its callback may have begun",
    async run(context) {
      const inbox = await context.open();
      const { id, join } = await put(context, inbox, { maxWaitMs: 0 });
      const batch = await oneBatch(context, inbox);
      const { join: next } = await put(context, inbox);
      assert.notEqual(next.batch, join.batch);
      await inbox.release([batch]);
      const again = await oneBatch(context, inbox);
      assert.deepEqual(idsIn(again.record), [id]);
      await put(context, inbox);
      await inbox.settle(again, context.dead());
      assert.equal(await inbox.replay({ ids: [join.batch] }), 1);
      const replayed = await oneBatch(context, inbox);
      assert.deepEqual([replayed.record.source, idsIn(replayed.record)], ["replay", [id]]);
      assert.equal(idsIn(await context.record(inbox, next.batch)).length, 2);
    },
  },
  {
    title: "groups and callbacks have their own batches; an open batch waits, and counts as one record",
    async run(context) {
      const inbox = await context.open();
      const claimed = await context.hold(inbox);
      const batches = new Set<string>();
      for (const key of ["a", "b"]) {
        const part = { callback: `of ${key}`, key, group: `group of ${key}`, limits };
        const join = await inbox.join(claimed, part);
        assert.equal(join.state, "joined");
        if (join.state === "joined") batches.add(join.batch);
      }
      assert.equal(batches.size, 2);
      assert.equal(await inbox.openBatches?.(), 2);
      const { waiting, running } = await inbox.counts();
      assert.deepEqual({ waiting, running }, { waiting: 2, running: 1 });
      assert.equal(await inbox.drop({ ids: [[...batches][0] as string] }), 1);
      assert.equal(await inbox.openBatches?.(), 1);
      assert.equal((await inbox.counts()).waiting, 1);
      await inbox.settle(claimed, context.done());
      const other = await put(context, inbox);
      assert.equal(other.join.events, 1);
    },
  },
  {
    title: "events join where the inbox is full: they would hold their places for ever",
    async run(context) {
      const inbox = await context.open({ maxPending: 1 });
      const claimed = await context.hold(inbox);
      assert.equal((await inbox.store(context.entry(), false)).state, "full");
      await joined(inbox, claimed);
      await inbox.settle(claimed, context.done());
      assert.equal((await inbox.store(context.entry(), false)).state, "full", "the batch counts");
    },
  },
  {
    title: "events that join side by side are in one batch, each once, in several processes too",
    async run(context) {
      const inboxes = [await context.open(), context.durable ? await context.open() : undefined];
      const [first] = inboxes as [Inbox];
      for (let n = 0; n < 24; n += 1) await context.store(first);
      const held: [Inbox, Claimed][] = [];
      for (let n = 0; held.length < 24; n += 1) {
        const inbox = inboxes[n % 2] ?? first;
        for (const claimed of await context.claim(inbox, 3)) held.push([inbox, claimed]);
      }
      const joins = await Promise.all(held.map(([inbox, claimed]) => joined(inbox, claimed)));
      assert.equal(new Set(joins.map(({ batch }) => batch)).size, 1);
      assert.deepEqual(
        joins.map(({ events }) => events).sort((a, b) => a - b),
        joins.map((_, at) => at + 1),
      );
      const record = await context.record(first, (joins[0] as Joined).batch);
      assert.deepEqual(
        new Set(idsIn(record)),
        new Set(
          held.map(
            ([
              ,
              {
                record: { id },
              },
            ]) => id,
          ),
        ),
      );
      assert.equal((await first.counts()).waiting, 1, "no other batch is left");
    },
  },
  {
    title:
      "a crash between the join and the end of its attempt leaves the event in its batch, and in no other",
    needsDurable: true,
    async run(context) {
      const [crashed, alive] = [await context.open({ leaseMs }), await context.open({ leaseMs })];
      const first = await context.hold(crashed);
      const { batch } = await joined(crashed, first);
      const claiming = context.claim(alive, 1);
      await context.pass(leaseMs + 500);
      const [again] = await claiming;
      assert.ok(again !== undefined);
      assert.equal(again.record.id, first.record.id);
      assert.equal((await joinAs(crashed, first)).state, "lost");
      assert.equal((await joinAs(alive, again)).state, "known");
      await alive.settle(again, context.done());
      assert.deepEqual(idsIn(await context.record(alive, batch)), [first.record.id]);
    },
  },
  {
    title: "a batch whose process crashed is claimed again with the same events",
    needsDurable: true,
    async run(context) {
      const [crashed, alive] = [await context.open({ leaseMs }), await context.open({ leaseMs })];
      const { id } = await put(context, crashed, { maxWaitMs: 0 });
      const [batch] = await context.claim(crashed);
      assert.ok(batch !== undefined);
      const next = await put(context, crashed, {});
      const claiming = context.claim(alive, 1);
      await context.pass(leaseMs + 500);
      const [again] = await claiming;
      assert.ok(again !== undefined);
      assert.deepEqual([again.record.crashes, idsIn(again.record)], [1, [id]]);
      assert.deepEqual(idsIn(await context.record(alive, next.join.batch)), [next.id]);
    },
  },
];
