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

export const keepCases: readonly SuiteCase[] = [
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
      for (const entry of entries) assert.equal((await inbox.keep(entry, false)).state, "new");
      const all = await rig.takeAll(inbox);
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
    says: "a record that is handed over with keep is held, and is run by nobody else",
    async run(rig) {
      const inbox = await rig.open();
      const entry = rig.entry({ body: everyByte });
      const kept = await inbox.keep(entry, true);
      assert.equal(kept.state, "new");
      // An inbox need not hand over anything.
      if (kept.state !== "new" || kept.taken === undefined) return;
      assert.deepEqual(factsOf(kept.taken.record), factsOf(entry));
      assert.equal(kept.taken.record.attempts, 0);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 1, done: 0, dead: 0, unmatched: 0 });
      await rig.takes(inbox, [], "it is held");
      await inbox.settle(kept.taken, rig.done());
      assert.equal((await rig.record(inbox, entry.id)).state, "done");
    },
  },
  {
    says: "without take, nothing is handed over",
    async run(rig) {
      const inbox = await rig.open();
      const entry = rig.entry();
      const kept = await inbox.keep(entry, false);
      assert.ok(kept.state === "new" && kept.taken === undefined);
      await rig.takes(inbox, [entry.id], "anybody may take it");
    },
  },
  {
    says: "what was answered new is there for another inbox over the store at once",
    needsDurable: true,
    async run(rig) {
      const [here, there] = [await rig.open(), await rig.open()];
      for (let round = 0; round < 10; round += 1) {
        const entry = await rig.keep(here);
        assert.equal((await rig.record(there, entry.id)).state, "waiting");
        assert.equal((await there.keep(rig.entry({ id: entry.id }), true)).state, "seen");
      }
    },
  },
  {
    says: "full once maxPending records are unfinished, and then nothing is stored; a copy is still seen",
    async run(rig) {
      const inbox = await rig.open({ maxPending: 3 });
      const running = await rig.hold(inbox);
      const delayed = await rig.hold(inbox);
      await inbox.settle(delayed, rig.again(20_000));
      const waiting = await rig.keep(inbox);
      const refused = rig.entry();
      for (const take of [true, false]) {
        const kept = await inbox.keep(refused, take);
        assert.ok(kept.state === "full" && kept.retryAfterMs > 0 && Number.isFinite(kept.retryAfterMs));
      }
      assert.deepEqual(await inbox.counts(), { waiting: 2, running: 1, done: 0, dead: 0, unmatched: 0 });
      assert.deepEqual(await rig.found(inbox, { ids: [refused.id] }), []);
      assert.deepEqual(await inbox.keep(rig.entry({ id: waiting.id }), true), {
        state: "seen",
        settled: false,
      });
      await inbox.settle(running, rig.done());
      assert.equal(
        (await inbox.keep(refused, false)).state,
        "new",
        "a place is free, and it was not remembered",
      );
      assert.equal((await inbox.keep(rig.entry(), false)).state, "full");
    },
  },
  {
    says: "full once the bodies of unfinished records have maxPendingBytes",
    async run(rig) {
      const inbox = await rig.open({ maxPendingBytes: 1000 });
      const running = await rig.hold(inbox, { body: "x".repeat(600) });
      await rig.keep(inbox, { body: new Uint8Array(600) });
      assert.equal((await inbox.keep(rig.entry(), false)).state, "full");
      await inbox.settle(running, rig.done());
      assert.equal((await inbox.keep(rig.entry(), false)).state, "new", "settled bodies do not count");
    },
  },
  {
    says: "no more than maxPending are kept where many come at once",
    async run(rig) {
      const inbox = await rig.open({ maxPending: 10 });
      const answers = await Promise.all(Array.from({ length: 40 }, () => inbox.keep(rig.entry(), true)));
      assert.equal(answers.filter(({ state }) => state === "new").length, 10);
      assert.equal(answers.filter(({ state }) => state === "full").length, 30);
      const { waiting, running } = await inbox.counts();
      assert.equal(waiting + running, 10);
    },
  },
];
