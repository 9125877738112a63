import assert from "node:assert/strict";
import type { Entry } from "../../inbox/contract.js";
import type { SuiteCase } from "./rig.js";

const everyByte = Uint8Array.from({ length: 256 }, (_, value) => value);

/** What an entry and its record have in common. */
function factsOf({
  id,
  triggerName,
  source,
  origin,
  body,
  receivedAt,
  orderKey,
}: Omit<Entry, "keys" | "content" | "redelivers">) {
  return {
    id,
    triggerName,
    source,
    origin: { ...origin },
    body: typeof body === "string" ? body : Buffer.from(body).toString("hex"),
    receivedAt,
    orderKey,
  };
}

export const storeCases: readonly SuiteCase[] = [
  {
    says: "a record has what its entry had: bytes as bytes, text as text",
    async run(rig) {
      const inbox = await rig.open();
      const entries = [
        rig.entry({ body: everyByte }),
        rig.entry({ body: new Uint8Array(0) }),
        // A part of something larger, as bodies are that come out of a socket's buffer.
        rig.entry({ body: Buffer.from("--the body--").subarray(2, 10) }),
        rig.entry({ body: "" }),
        rig.entry({ body: `{"text":"\u0000 ü 💡 \ud800 \\ \u2028"}` }),
        rig.entry({ body: "z".repeat(300_000) }),
        rig.entry({ source: "websocket", triggerName: "Große.Namen/ü" }),
        rig.entry({
          source: "backfill",
          orderKey: "clé 💡",
          origin: {
            provider: "github",
            messageId: "id",
            eventName: "push",
            sentAt: 5,
            signed: false,
            route: "/a b",
          },
        }),
      ];
      for (const entry of entries) assert.equal((await inbox.store(entry, false)).state, "new");
      const all = await rig.claimAll(inbox);
      assert.deepEqual(
        all.map(({ record }) => factsOf(record)),
        entries.map(factsOf),
      );
      assert.ok(all[0]?.record.body instanceof Uint8Array, "bytes stay bytes");
      for (const { record } of all) {
        assert.equal(record.attempts, 0);
        assert.deepEqual(record.done, []);
        assert.deepEqual(record.failures, []);
        assert.equal(record.settledAt, undefined);
        assert.deepEqual(factsOf(await rig.record(inbox, record.id)), factsOf(record));
      }
    },
  },
  {
    says: "a record that store leases to its caller is held, and no other claim gets it",
    async run(rig) {
      const inbox = await rig.open();
      const entry = rig.entry({ body: everyByte });
      const stored = await inbox.store(entry, true);
      assert.equal(stored.state, "new");
      // An inbox need not lease the new record at once.
      if (stored.state !== "new" || stored.claimed === undefined) return;
      assert.deepEqual(factsOf(stored.claimed.record), factsOf(entry));
      assert.equal(stored.claimed.record.attempts, 0);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 1, done: 0, dead: 0, unmatched: 0 });
      await rig.assertClaims(inbox, [], "it is held");
      await inbox.settle(stored.claimed, rig.done());
      assert.equal((await rig.record(inbox, entry.id)).state, "done");
    },
  },
  {
    says: "without `claim`, store leases nothing",
    async run(rig) {
      const inbox = await rig.open();
      const entry = rig.entry();
      const stored = await inbox.store(entry, false);
      assert.ok(stored.state === "new" && stored.claimed === undefined);
      await rig.assertClaims(inbox, [entry.id], "any inbox may claim it");
    },
  },
  {
    says: "what was answered new is there for another inbox over the store at once",
    needsDurable: true,
    async run(rig) {
      const [here, there] = [await rig.open(), await rig.open()];
      for (let round = 0; round < 10; round += 1) {
        const entry = await rig.store(here);
        assert.equal((await rig.record(there, entry.id)).state, "waiting");
        assert.equal((await there.store(rig.entry({ id: entry.id }), true)).state, "duplicate");
      }
    },
  },
  {
    says: "full once maxPending records are unfinished, and then nothing is stored; a copy is still a duplicate",
    async run(rig) {
      const inbox = await rig.open({ maxPending: 3 });
      const running = await rig.hold(inbox);
      const delayed = await rig.hold(inbox);
      await inbox.settle(delayed, rig.retry(20_000));
      const waiting = await rig.store(inbox);
      const refused = rig.entry();
      for (const claim of [true, false]) {
        const stored = await inbox.store(refused, claim);
        assert.ok(stored.state === "full" && stored.retryAfterMs > 0 && Number.isFinite(stored.retryAfterMs));
      }
      assert.deepEqual(await inbox.counts(), { waiting: 2, running: 1, done: 0, dead: 0, unmatched: 0 });
      assert.deepEqual(await rig.found(inbox, { ids: [refused.id] }), []);
      assert.deepEqual(await inbox.store(rig.entry({ id: waiting.id }), true), {
        state: "duplicate",
        settled: false,
      });
      await inbox.settle(running, rig.done());
      assert.equal(
        (await inbox.store(refused, false)).state,
        "new",
        "a place is free, and it was not remembered",
      );
      assert.equal((await inbox.store(rig.entry(), false)).state, "full");
    },
  },
  {
    says: "full once the bodies of unfinished records have maxPendingBytes",
    async run(rig) {
      const inbox = await rig.open({ maxPendingBytes: 1000 });
      const running = await rig.hold(inbox, { body: "x".repeat(600) });
      await rig.store(inbox, { body: new Uint8Array(600) });
      assert.equal((await inbox.store(rig.entry(), false)).state, "full");
      await inbox.settle(running, rig.done());
      assert.equal((await inbox.store(rig.entry(), false)).state, "new", "settled bodies do not count");
    },
  },
  {
    says: "no more than maxPending are stored where many come at once",
    async run(rig) {
      const inbox = await rig.open({ maxPending: 10 });
      const answers = await Promise.all(Array.from({ length: 40 }, () => inbox.store(rig.entry(), true)));
      assert.equal(answers.filter(({ state }) => state === "new").length, 10);
      assert.equal(answers.filter(({ state }) => state === "full").length, 30);
      const { waiting, running } = await inbox.counts();
      assert.equal(waiting + running, 10);
    },
  },
];
