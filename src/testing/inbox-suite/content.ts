import assert from "node:assert/strict";
import type { ContentMatch, Entry, Inbox, StoreResult } from "../../inbox/contract.js";
import type { Rig, SuiteCase } from "./rig.js";

const WINDOW_MS = 5000;

/** An entry whose content is known. Without an id of its own where it came in the shape without one. */
function alike(rig: Rig, own: Partial<ContentMatch>, more: Partial<Entry> = {}): Entry {
  const entry = rig.entry(more);
  const { receivedAt } = entry;
  return {
    ...entry,
    content: {
      hashes: ["content"],
      channel: "websocket",
      hasId: false,
      at: receivedAt,
      since: receivedAt - WINDOW_MS,
      until: receivedAt + WINDOW_MS,
      ...own,
    },
  };
}

async function store(inbox: Inbox, entry: Entry): Promise<StoreResult["state"]> {
  return (await inbox.store(entry, false)).state;
}

export const contentCases: readonly SuiteCase[] = [
  {
    says: "equal contents of one channel are as many events",
    async run(rig) {
      const inbox = await rig.open();
      for (let n = 0; n < 3; n += 1) assert.equal(await store(inbox, alike(rig, {})), "new");
    },
  },
  {
    says: "equal contents of two channels are matched one for one",
    async run(rig) {
      const inbox = await rig.open();
      for (let n = 0; n < 2; n += 1) assert.equal(await store(inbox, alike(rig, {})), "new");
      const log = { channel: "log", hasId: true };
      const first = await inbox.store(alike(rig, log, { id: "log_1" }), false);
      assert.deepEqual(first, { state: "duplicate", settled: false, by: "content" });
      assert.equal(await store(inbox, alike(rig, log, { id: "log_2" })), "duplicate");
      assert.equal(await store(inbox, alike(rig, log, { id: "log_3" })), "new", "the third of one channel");
      assert.equal(await store(inbox, alike(rig, {})), "duplicate", "the third of the other");
      assert.equal(await store(inbox, alike(rig, {})), "new", "the fourth");
    },
  },
  {
    says: "a matched record is known by the id of its copy from then on",
    async run(rig) {
      const inbox = await rig.open();
      await store(inbox, alike(rig, {}));
      await store(inbox, alike(rig, { channel: "log", hasId: true }, { id: "log_1", keys: ["key_1"] }));
      assert.equal(await store(inbox, rig.entry({ id: "log_1" })), "duplicate");
      assert.equal(await store(inbox, rig.entry({ keys: ["key_1"] })), "duplicate");
      const other = alike(rig, { channel: "webhook", hasId: true }, { id: "log_2" });
      assert.equal(await store(inbox, other), "new", "another id is another event");
    },
  },
  {
    says: "two events with ids of their own are never one, however alike",
    async run(rig) {
      const inbox = await rig.open();
      for (const channel of ["webhook", "log", "websocket"])
        assert.equal(await store(inbox, alike(rig, { channel, hasId: true })), "new");
    },
  },
  {
    says: "content tells only of records received within the window",
    async run(rig) {
      const inbox = await rig.open();
      const first = alike(rig, {});
      await store(inbox, first);
      const { receivedAt } = first;
      const outside = [
        { channel: "log", since: receivedAt + 1, until: receivedAt + 100 },
        { channel: "log", since: receivedAt - 100, until: receivedAt - 1 },
      ];
      for (const window of outside) assert.equal(await store(inbox, alike(rig, window)), "new");
      const within = { channel: "webhook", since: receivedAt, until: receivedAt };
      assert.equal(await store(inbox, alike(rig, within)), "duplicate");
    },
  },
  {
    says: "the window is that of when events happened, not of when they were received",
    async run(rig) {
      const inbox = await rig.open();
      const first = alike(rig, { channel: "log", hasId: true });
      const at = first.receivedAt - 60_000;
      await store(inbox, { ...first, content: first.content && { ...first.content, at } });
      assert.equal(await store(inbox, alike(rig, {})), "new", "received just now, and long past");
      const past = { channel: "webhook", since: at - 1, until: at + 1 };
      assert.equal(await store(inbox, alike(rig, past)), "duplicate");
    },
  },
  {
    says: "a record with two hashes is matched by either",
    async run(rig) {
      const inbox = await rig.open();
      await store(inbox, alike(rig, { hashes: ["by uuid", "by nano id"] }));
      assert.equal(await store(inbox, alike(rig, { hashes: ["other"], channel: "log" })), "new");
      assert.equal(
        await store(inbox, alike(rig, { hashes: ["by nano id"], channel: "webhook" })),
        "duplicate",
      );
    },
  },
  {
    says: "what is matched in one inbox is matched in another over the store",
    needsDurable: true,
    async run(rig) {
      const [here, there] = [await rig.open(), await rig.open()];
      for (let n = 0; n < 3; n += 1) {
        assert.equal(await store(here, alike(rig, { channel: "one" })), "new");
        assert.equal(await store(there, alike(rig, { channel: "two" })), "duplicate");
      }
    },
  },
];
