// Callbacks and listeners that change the event they get: types forbid it, and JavaScript does not.
import { join } from "node:path";
import { type ListenerEvent, memoryInbox, type TriggerEvent, TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";

const secret = "a secret of some length";

const inboxes = [
  ["memory", () => memoryInbox()],
  [
    "SQLite",
    () => {
      const { folder, remove } = temporaryFolder();
      onTestFinished(remove);
      return sqliteInbox({ path: join(folder, "inbox.db"), pollMs: 20 });
    },
  ],
] as const;

describe.each(inboxes)("%s", (_kind, inbox) => {
  async function aListener() {
    const listener = new TriggerListener({
      inbox: inbox(),
      signals: false,
      retry: { attempts: 3, delaysMs: [1] },
      webhook: { port: 0, host: "127.0.0.1", secrets: secret },
    });
    onTestFinished(() => listener.stop());
    const reports: ListenerEvent[] = [];
    listener.on("*", (report) => reports.push(report));
    const fire = async () => {
      const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: { state: "new" } });
      const { url } = listener.health().webhook ?? expect.fail();
      const { status } = await fetch(`${url}/webhook`, { method: "POST", headers, body });
      expect(status).toBe(200);
    };
    return { listener, fire, reports };
  }

  test("a failed callback that changed its event's payload is retried with the payload that was received", async () => {
    const { listener, fire } = await aListener();
    const states: unknown[] = [];
    listener.callback({ payload: { state: "new" } }, function work({ payload }) {
      states.push(payload.state);
      Object.assign(payload, { state: "in work" });
      throw new Error("the service is away");
    });
    listener.on("callback.failed", () => undefined);
    listener.on("event.dead-lettered", () => undefined);
    await listener.start();
    await fire();
    await vi.waitFor(
      async () => expect(await listener.inbox.counts()).toMatchObject({ dead: 1, done: 0 }),
      10_000,
    );
    expect(states).toEqual(["new", "new", "new"]);
  });

  test("what a callback changes in its event reaches no other callback", async () => {
    const { listener, fire } = await aListener();
    const seen: unknown[] = [];
    for (const name of ["a", "b", "c"]) {
      const work = ({ payload, metadata }: TriggerEvent) => {
        seen.push(payload.state, metadata.by);
        Object.assign(payload, { state: "in work" });
        Object.assign(metadata, { by: name });
      };
      listener.callback({ payload: { state: "new" } }, work, { name });
    }
    await listener.start();
    await fire();
    await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ done: 1 }), 10_000);
    expect(seen).toEqual(["new", undefined, "new", undefined, "new", undefined]);
  });

  test('a listener for "*" that takes members off its event changes no result', async () => {
    const { listener, fire } = await aListener();
    let runs = 0;
    listener.callback("A", function good() {
      runs += 1;
    });
    listener.callback("A", function bad() {
      throw new Error("the service is away");
    });
    listener.on("*", (report) => {
      Object.assign(report, { id: undefined, triggerName: undefined, error: undefined });
    });
    await listener.start();
    await fire();
    await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ dead: 1 }), 10_000);
    expect(runs).toBe(1);
    const messages: string[] = [];
    for await (const { failures } of listener.inbox.find({})) {
      messages.push(...failures.map(({ message }) => message));
    }
    expect(messages).toEqual(new Array(3).fill("the service is away"));
  });

  test("a callback that took the name off its event is one failed attempt, and what succeeded beside it is recorded", async () => {
    const { listener, fire, reports } = await aListener();
    let runs = 0;
    listener.callback("A", function good() {
      runs += 1;
    });
    listener.callback("A", function bad(event) {
      Object.assign(event, { triggerName: null });
      throw new Error("the service is away");
    });
    await listener.start();
    await fire();
    await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ dead: 1 }), 10_000);
    expect(runs).toBe(1);
    const failed = reports.filter(({ type }) => type === "callback.failed");
    expect(failed).toMatchObject(
      [1, 2, 3].map((attempt) => ({ triggerName: "A", callback: "bad", attempt })),
    );
  });
});
