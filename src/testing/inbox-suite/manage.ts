import assert from "node:assert/strict";
import type { Inbox, InboxQuery } from "../../inbox/contract.js";
import type { SuiteCase, SuiteContext } from "./context.js";

/** One record in each state; the ids say which. */
async function oneOfEach(context: SuiteContext, inbox: Inbox): Promise<void> {
  await inbox.settle(await context.hold(inbox, { id: "done", triggerName: "A_EVENT" }), context.done());
  await inbox.settle(await context.hold(inbox, { id: "dead", triggerName: "B_EVENT" }), context.dead());
  await context.hold(inbox, { id: "running", triggerName: "A_EVENT" });
  await inbox.settle(
    await context.hold(inbox, { id: "delayed", triggerName: "B_EVENT" }),
    context.retry(25_000),
  );
  await context.store(inbox, { id: "waiting", triggerName: "A_EVENT" });
}

export const manageCases: readonly SuiteCase[] = [
  {
    title: "counts how many records stand where",
    async run(context) {
      const inbox = await context.open();
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 0, done: 0, dead: 0, unmatched: 0 });
      await oneOfEach(context, inbox);
      assert.deepEqual(await inbox.counts(), { waiting: 2, running: 1, done: 1, dead: 1, unmatched: 0 });
    },
  },
  {
    title: "finds newest first, by every condition and by all together",
    async run(context) {
      const inbox = await context.open();
      await oneOfEach(context, inbox);
      const ids = async (query: InboxQuery) => (await context.found(inbox, query)).map(({ id }) => id);
      const all = ["waiting", "delayed", "running", "dead", "done"];
      assert.deepEqual(await ids({}), all);
      assert.deepEqual(await ids({ limit: 2 }), ["waiting", "delayed"]);
      assert.deepEqual(await ids({ limit: 0 }), []);
      assert.deepEqual(await ids({ state: "done" }), ["done"]);
      assert.deepEqual(await ids({ state: "dead" }), ["dead"]);
      assert.deepEqual(await ids({ state: "running" }), ["running"]);
      assert.deepEqual(await ids({ state: "waiting" }), ["waiting", "delayed"]);
      assert.deepEqual(await ids({ state: ["dead", "running"] }), ["running", "dead"]);
      assert.deepEqual(await ids({ state: [] }), []);
      assert.deepEqual(await ids({ ids: ["dead", "waiting", "nothing"] }), ["waiting", "dead"]);
      assert.deepEqual(await ids({ ids: [] }), []);
      assert.deepEqual(await ids({ triggerName: "A_EVENT" }), ["waiting", "running", "done"]);
      assert.deepEqual(await ids({ triggerName: "a_event", state: "done" }), ["done"]);
      const { receivedAt } = await context.record(inbox, "running");
      assert.deepEqual(await ids({ since: receivedAt }), ["waiting", "delayed", "running"]);
      assert.deepEqual(await ids({ until: receivedAt }), ["dead", "done"]);
      assert.deepEqual(
        await ids({ since: receivedAt, triggerName: "A_EVENT", state: ["waiting", "running"], limit: 1 }),
        ["waiting"],
      );
    },
  },
  {
    title: "a long find can be left early, and does not mind what changes meanwhile",
    async run(context) {
      const inbox = await context.open();
      const ids: string[] = [];
      for (let n = 0; n < 300; n += 1) ids.push((await context.store(inbox)).id);
      for await (const record of inbox.find({})) {
        assert.equal(record.id, ids.at(-1));
        break;
      }
      const seen: string[] = [];
      for await (const { id } of inbox.find({})) {
        seen.push(id);
        if (seen.length % 100 === 0) {
          await context.store(inbox);
          await inbox.drop({ ids: [id] });
        }
      }
      assert.deepEqual(seen, [...ids].reverse());
    },
  },
  {
    title: "replays what is done and dead, and leaves the others alone",
    async run(context) {
      const inbox = await context.open();
      await oneOfEach(context, inbox);
      assert.equal(await inbox.replay({}), 2);
      assert.deepEqual(await inbox.counts(), { waiting: 4, running: 1, done: 0, dead: 0, unmatched: 0 });
      const [done, dead] = await context.assertClaims(inbox, ["done", "dead", "waiting"], "all that is due");
      for (const claimed of [done, dead]) {
        assert.equal(claimed?.record.attempts, 0);
        assert.deepEqual(claimed?.record.done, []);
        assert.equal(claimed?.record.source, "replay");
        assert.equal(claimed?.record.settledAt, undefined);
      }
      assert.deepEqual(
        dead?.record.failures.map(({ message }) => message),
        ["it failed"],
        "failures stay, as history",
      );
      assert.deepEqual(await inbox.store(context.entry({ id: "done" }), true), {
        state: "duplicate",
        settled: false,
      });
    },
  },
  {
    title: "replays and drops by every condition and by all together, and nothing for an empty list",
    async run(context) {
      const inbox = await context.open();
      await oneOfEach(context, inbox);
      const { receivedAt } = await context.record(inbox, "dead");
      const none: readonly InboxQuery[] = [
        { ids: [] },
        { state: [] },
        { ids: ["done"], state: "dead" },
        { state: ["done", "dead"], triggerName: "C_EVENT" },
        { ids: ["done", "dead"], since: receivedAt + 1 },
        { ids: ["done"], since: receivedAt },
        { ids: ["dead"], until: receivedAt },
      ];
      for (const query of none) {
        assert.equal(await inbox.replay(query), 0, `replay ${JSON.stringify(query)}`);
        assert.equal(await inbox.drop(query), 0, `drop ${JSON.stringify(query)}`);
      }
      assert.equal(await inbox.replay({ state: "waiting" }), 0, "it is due or will be");
      assert.equal(await inbox.drop({ state: "running" }), 0, "it runs");
      assert.deepEqual(await inbox.counts(), { waiting: 2, running: 1, done: 1, dead: 1, unmatched: 0 });
      assert.equal(await inbox.drop({ triggerName: "a_event", until: receivedAt }), 1);
      assert.equal(
        await inbox.replay({ state: ["dead", "waiting"], triggerName: "B_EVENT", since: receivedAt }),
        1,
      );
      assert.deepEqual(await inbox.counts(), { waiting: 3, running: 1, done: 0, dead: 0, unmatched: 0 });
      const left = (await context.found(inbox)).map(({ id }) => id);
      assert.deepEqual(left, ["waiting", "delayed", "running", "dead"]);
    },
  },
  {
    title: "replays no more than the limit, newest first, and wakes a waiting claim",
    async run(context) {
      const inbox = await context.open();
      for (const id of ["1", "2", "3"]) await inbox.settle(await context.hold(inbox, { id }), context.dead());
      const claiming = context.claim(inbox);
      assert.equal(await inbox.replay({ state: "dead", limit: 1 }), 1);
      const [claimed] = await claiming;
      assert.equal(claimed?.record.id, "3");
      assert.equal(await inbox.replay({ ids: ["3", "nothing"] }), 0, "it runs");
      assert.equal(await inbox.replay({ limit: 0 }), 0);
      assert.equal(await inbox.replay({}), 2);
    },
  },
  {
    title: "drops what is not running, and still knows its deduplication keys",
    async run(context) {
      const inbox = await context.open({ maxPending: 3 });
      await oneOfEach(context, inbox);
      assert.equal((await inbox.store(context.entry(), false)).state, "full");
      assert.equal(await inbox.drop({ ids: ["waiting", "dead", "running", "nothing"] }), 2);
      assert.deepEqual(await inbox.counts(), { waiting: 1, running: 1, done: 1, dead: 0, unmatched: 0 });
      assert.equal(await inbox.drop({}), 2);
      assert.deepEqual(await inbox.counts(), { waiting: 0, running: 1, done: 0, dead: 0, unmatched: 0 });
      assert.deepEqual(
        (await context.found(inbox)).map(({ id }) => id),
        ["running"],
      );
      for (const id of ["waiting", "dead", "done", "delayed"]) {
        assert.deepEqual(
          await inbox.store(context.entry({ id }), true),
          { state: "duplicate", settled: true },
          id,
        );
      }
      assert.equal(await inbox.drop({}), 0);
      assert.equal(await inbox.replay({}), 0, "what was dropped does not come back");
      await context.assertClaims(inbox, [], "what was dropped does not run");
    },
  },
  {
    title: "drops no more than the limit",
    async run(context) {
      const inbox = await context.open();
      for (let n = 0; n < 5; n += 1) await context.store(inbox);
      assert.equal(await inbox.drop({ state: "waiting", limit: 2 }), 2);
      assert.equal(await inbox.drop({ limit: 0 }), 0);
      assert.equal((await inbox.counts()).waiting, 3);
    },
  },
  {
    title: "stores metadata beside the records",
    async run(context) {
      const inbox = await context.open();
      assert.equal(await inbox.readMetadata("cursor"), undefined);
      await inbox.writeMetadata("cursor", "1");
      await inbox.writeMetadata("__proto__", "ü 💡");
      assert.equal(await inbox.readMetadata("cursor"), "1");
      await inbox.writeMetadata("cursor", "");
      assert.equal(await inbox.readMetadata("cursor"), "");
      assert.equal(await inbox.readMetadata("__proto__"), "ü 💡");
      assert.equal(await inbox.readMetadata("constructor"), undefined);
    },
  },
  {
    title: "replaces metadata only where it is as expected",
    async run(context) {
      const inbox = await context.open();
      assert.equal(await inbox.replaceMetadata("log", "", "1"), false);
      assert.equal(await inbox.readMetadata("log"), undefined);
      assert.equal(await inbox.replaceMetadata("log", undefined, ""), true);
      assert.equal(await inbox.replaceMetadata("log", undefined, "2"), false);
      assert.equal(await inbox.readMetadata("log"), "");
      assert.equal(await inbox.replaceMetadata("log", "", "ü 💡"), true);
      assert.equal(await inbox.replaceMetadata("log", "ü", "3"), false);
      assert.equal(await inbox.replaceMetadata("log", "ü 💡", "__proto__"), true);
      assert.equal(await inbox.readMetadata("log"), "__proto__");
      await inbox.deleteMetadata("log");
      assert.equal(await inbox.replaceMetadata("log", "__proto__", "4"), false);
    },
  },
  {
    title: "of those who replace the same metadata at once, one succeeds",
    async run(context) {
      const inbox = await context.open();
      const append = async (text: string): Promise<void> => {
        for (;;) {
          const before = await inbox.readMetadata("log");
          if (await inbox.replaceMetadata("log", before, `${before ?? ""}${text}`)) return;
        }
      };
      const letters = [..."abcdefghijklmnopqrst"];
      await Promise.all(letters.map(append));
      assert.deepEqual([...((await inbox.readMetadata("log")) ?? "")].sort(), letters);
    },
  },
  {
    title: "lists metadata by the beginning of its name, and removes it",
    async run(context) {
      const inbox = await context.open();
      for (const name of ["a:", "a:one", "a:\u{10ffff}", "a:__proto__", "b:one", "a", "A:one"])
        await inbox.writeMetadata(name, `value of ${name}`);
      const list = async () => [...(await inbox.listMetadata("a:"))].sort(([a], [b]) => (a < b ? -1 : 1));
      const names = ["a:", "a:__proto__", "a:one", "a:\u{10ffff}"];
      assert.deepEqual(
        await list(),
        names.map((name) => [name, `value of ${name}`]),
      );
      // Wildcards of SQL and of Redis are characters like others.
      for (const name of ["%", "_", "*", "[a]", "?"]) {
        assert.deepEqual(await inbox.listMetadata(name), [], `no name begins with ${name}`);
        await inbox.writeMetadata(`${name}:`, "");
        assert.deepEqual(await inbox.listMetadata(name), [[`${name}:`, ""]]);
      }
      await inbox.deleteMetadata("a:one");
      await inbox.deleteMetadata("a:one");
      assert.deepEqual(
        (await list()).map(([name]) => name),
        names.filter((name) => name !== "a:one"),
      );
      assert.equal(await inbox.readMetadata("a:one"), undefined);
      assert.equal(await inbox.readMetadata("b:one"), "value of b:one");
    },
  },
];
