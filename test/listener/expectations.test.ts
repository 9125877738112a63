import { EarshotError, type Expectation, type Inbox, TriggerListener } from "earshot";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { inboxes, listen } from "./acting.js";

const day = 24 * 60 * 60 * 1000;
const approval = { triggerName: "ACT", payload: { message: "m1" } };

/** A listener with no callback for the events, and a handler whose calls are recorded. */
async function expecting(inbox: Inbox, attempts = 3) {
  const calls: unknown[] = [];
  const failures = { left: 0 };
  const it = await listen(inbox, () => undefined);
  const off = it.listener.expectations.handler<{ n: number }, "ACT">(
    "approved",
    ({ id }, context) => {
      calls.push(["event", id, context.id, context.data]);
      if (failures.left-- > 0) throw new Error("not yet");
    },
    {
      onTimeout: ({ id, data }) => void calls.push(["timeout", id, data]),
      retry: { attempts, baseMs: 1, capMs: 1 },
    },
  );
  return { ...it, calls, failures, off };
}

describe.each(inboxes)("expected events, %s", (_what, make) => {
  test("the first event that matches runs the handler, with the data; later ones do not, and the expectation is gone", async () => {
    const inbox = make();
    const { listener, run, calls } = await expecting(inbox);
    const options = { id: "one", handler: "approved", data: { n: 1 } };
    expect(await listener.expect(approval, options)).toBe("open");
    await run("other", { message: "m2" });
    expect(calls).toEqual([]);
    await run("first", { message: "m1" });
    await run("second", { message: "m1" });
    expect(calls).toEqual([["event", "first", "one", { n: 1 }]]);
    await vi.waitFor(async () => expect(await listener.expectations.list()).toEqual([]));
    await vi.waitFor(async () => expect((await inbox.counts()).waiting).toBe(0));
    expect(await listener.expect(approval, options)).toBe("ended");
    await run("third", { message: "m1" });
    expect(calls).toHaveLength(1);
  });

  test("an open expectation is no pending work, and its event runs while every callback is paused", async () => {
    const inbox = make();
    const failing = () => {
      throw Object.assign(new Error("away"), { status: 503 });
    };
    const { listener, send, of } = await listen(inbox, failing, {
      retry: { attempts: 20, baseMs: 600_000, capMs: 600_000 },
      breaker: { failures: 2, probeMs: 600_000 },
    });
    const answered: string[] = [];
    listener.expectations.handler("approved", ({ id }) => void answered.push(id));
    await listener.expect(approval, { id: "one", handler: "approved" });
    expect(await inbox.oldestPending?.()).toBe(undefined);
    for (const id of ["1", "2"]) await send(id);
    await vi.waitFor(() => expect(of("callback.paused")).toHaveLength(1), 10_000);
    await send("3", { message: "m1" });
    await vi.waitFor(() => expect(answered).toEqual(["3"]), 10_000);
    expect(await inbox.oldestPending?.()).toBeGreaterThan(0);
  });

  test("an expectation that the process with its handler has closed holds up no later event", async () => {
    const inbox = make();
    const { listener, run } = await expecting(inbox);
    await listener.expect(approval, { id: "one", handler: "of another process" });
    await run("other", { message: "m2" });
    await inbox.deleteMetadata("expectation:one");
    expect(await run("first", { message: "m1" })).toBe("event.done");
  });

  test("of two with one id the first is stored; two with other ids are both answered by one event", async () => {
    const { listener, run, calls } = await expecting(make());
    for (const [id, n] of [
      ["a", 1],
      ["a", 2],
      ["b", 3],
    ] as const)
      expect(await listener.expect(approval, { id, handler: "approved", data: { n } })).toBe("open");
    await run("event", { message: "m1" });
    expect(calls).toEqual([
      ["event", "event", "a", { n: 1 }],
      ["event", "event", "b", { n: 3 }],
    ]);
  });

  test("what a process had no time to close is closed by the next event: a fulfilled one, and one that timed out", async () => {
    const inbox = make();
    const { listener, run, calls } = await expecting(inbox);
    await listener.expect(approval, { id: "a", handler: "approved" });
    await listener.expect("NEVER", { id: "b", handler: "approved", timeoutMs: 20 });
    await run("first", { message: "m1" });
    await vi.waitFor(async () => expect(await listener.expectations.list()).toEqual([]), 10_000);
    expect(calls).toHaveLength(2);
    const value = { handler: "approved", filter: approval, dueAt: Date.now() + day };
    const leftBehind = [
      { ...value, id: "a", fulfilledBy: "first" },
      { ...value, id: "b", dueAt: Date.now() - 1 },
    ];
    for (const left of leftBehind) await inbox.writeMetadata(`expectation:${left.id}`, JSON.stringify(left));
    await inbox.writeMetadata("expectations", "another version");
    await run("second", { message: "m2" });
    for (const id of ["a", "b"])
      await vi.waitFor(
        async () => expect(await inbox.readMetadata(`expectation:${id}`)).toBeUndefined(),
        10_000,
      );
    expect(calls).toHaveLength(2);
  });

  test("a handler that fails is retried; where it is dead-lettered, the next event answers", async () => {
    const { listener, run, calls, failures } = await expecting(make(), 2);
    await listener.expect(approval, { id: "a", handler: "approved" });
    failures.left = 3;
    expect(await run("first", { message: "m1" })).toBe("event.dead-lettered");
    expect(await run("second", { message: "m1" })).toBe("event.done");
    expect(await run("third", { message: "m1" })).toBe("event.done");
    expect(calls.map((call) => (call as string[])[1])).toEqual(["first", "first", "second", "second"]);
  });

  test("at its time limit the handler's other function runs, once; an event after it runs nothing", async () => {
    const { listener, run, calls } = await expecting(make());
    await listener.expect(approval, { id: "a", handler: "approved", data: { n: 1 }, timeoutMs: 50 });
    await vi.waitFor(() => expect(calls).toHaveLength(1), 10_000);
    expect(calls).toEqual([["timeout", "a", { n: 1 }]]);
    await run("late", { message: "m1" });
    expect(calls).toHaveLength(1);
    expect(await listener.expectations.list()).toEqual([]);
    expect(await listener.expect(approval, { id: "a", handler: "approved" })).toBe("ended");
  });

  test("what is open is listed, and what is canceled runs nothing: no event does, and no record waits for its time", async () => {
    const inbox = make();
    const { listener, run, calls } = await expecting(inbox);
    const before = Date.now();
    await listener.expect(approval, { id: "a", handler: "approved", data: { n: 1 }, timeoutMs: day });
    await listener.expect("ACT", { id: "b", handler: "approved", timeoutMs: 2 * day });
    const list = [...(await listener.expectations.list())].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(list).toMatchObject([
      { id: "a", handler: "approved", filter: approval, data: { n: 1 } },
      { id: "b", handler: "approved", filter: "ACT", data: undefined },
    ]);
    const [{ timeoutAt }] = list as [Expectation];
    expect(Math.abs(timeoutAt.getTime() - before - day)).toBeLessThan(60_000);
    for (const id of ["a", "b"]) {
      expect(await listener.expectations.cancel(id)).toBe(true);
      expect(await listener.expectations.cancel(id)).toBe(false);
    }
    expect(await listener.expectations.cancel("never")).toBe(false);
    await run("event", { message: "m1" });
    expect(calls).toEqual([]);
    expect((await inbox.counts()).waiting).toBe(0);
  });

  test("callbacks never get the record of a time limit, and one event runs callbacks and expectations", async () => {
    const inbox = make();
    const ran: string[] = [];
    const { listener, run } = await listen(
      inbox,
      ({ id, triggerName }) => void ran.push(`${triggerName} ${id}`),
    );
    const calls: string[] = [];
    listener.expectations.handler("approved", async ({ id }, { step }) => {
      calls.push(await step("reply", () => `reply to ${id}`));
    });
    await listener.expect(approval, { id: "a", handler: "approved", timeoutMs: 100 });
    await listener.expect(approval, { id: "b", handler: "approved" });
    await vi.waitFor(async () => expect(await listener.expectations.list()).toHaveLength(1), 10_000);
    await run("event", { message: "m1" });
    expect(ran).toEqual(["ACT event"]);
    expect(calls).toEqual(["reply to event"]);
  });

  test("an event waits while its expectation's handler is not registered, and runs when it is", async () => {
    const { listener, send, ended, of } = await listen(make(), () => undefined);
    listener.expectations.handler("other", () => undefined);
    const calls: string[] = [];
    await listener.expect(approval, { id: "a", handler: "approved" });
    await send("event", { message: "m1" });
    await vi.waitFor(async () => {
      const states: string[] = [];
      for await (const { id, state } of listener.inbox.find({})) if (id === "event") states.push(state);
      expect(["waiting", "unmatched"]).toContain(states[0]);
    });
    const warning = {
      code: "ERR_CALLBACK",
      message: expect.stringContaining('the handler "approved", which'),
    };
    expect(of("warning").map(({ error }) => error)).toMatchObject([warning]);
    listener.expectations.handler("approved", ({ id }) => void calls.push(id));
    expect(await ended("event")).toBe("event.done");
    expect(calls).toEqual(["event"]);
  });

  test("while the inbox cannot say what is expected, the event waits, and no attempt is counted", async () => {
    const inbox = make();
    const { listener, run, calls, of } = await expecting(inbox);
    await listener.expect(approval, { id: "a", handler: "approved" });
    const readMetadata = inbox.readMetadata.bind(inbox);
    let failures = 0;
    inbox.readMetadata = (name) => {
      failures += 1;
      if (failures === 1) throw new Error("away");
      return failures === 2 ? Promise.reject(new Error("still away")) : readMetadata(name);
    };
    expect(await run("event", { message: "m1" })).toBe("event.done");
    expect(calls).toHaveLength(1);
    expect(of("callback.failed")).toEqual([]);
  });

  test.each<[what: string, filter: unknown, options: unknown, code: string, message: string]>([
    ["a function in the filter", { where: () => true }, { id: "a", handler: "h" }, "ERR_FILTER", "`where`"],
    ["a wrong filter", { triger: "A" }, { id: "a", handler: "h" }, "ERR_FILTER", "triger"],
    ["no id", "A", { handler: "h" }, "ERR_OPTION", "`id` is a string of 1 to 256 characters, not undefined"],
    ["an empty handler", "A", { id: "a", handler: " " }, "ERR_OPTION", "`handler` is a string"],
    [
      "data that JSON cannot hold",
      "A",
      { id: "a", handler: "h", data: new Map() },
      "ERR_OPTION",
      'The data of the expectation "a" cannot be stored: it is a Map',
    ],
    [
      "a time limit of two years",
      "A",
      { id: "a", handler: "h", timeoutMs: 731 * day },
      "ERR_OPTION",
      "365 days",
    ],
    [
      "a misspelled option",
      "A",
      { id: "a", handler: "h", timeout: 5 },
      "ERR_OPTION",
      "did you mean `timeoutMs`?",
    ],
  ])("a wrong call is told: %s", async (_name, filter, options, code, message) => {
    const { listener } = await expecting(make());
    const error = await listener.expect(filter as never, options as never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EarshotError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

test("a listener that is not started, or has ended, expects nothing", async () => {
  const listener = new TriggerListener({ webhook: { secrets: "a secret of some length" } });
  const options = { id: "a", handler: "h" };
  await expect(listener.expect("A", options)).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });
  await listener.start();
  onTestFinished(() => listener.stop());
  expect(await listener.expect("A", options)).toBe("open");
  await listener.stop();
  await expect(listener.expect("A", options)).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });
  await expect(listener.expectations.list()).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });
});

test("two handlers of one name are an error, and a removed one leaves its name free", () => {
  const { expectations } = new TriggerListener({ webhook: { secrets: "a secret of some length" } });
  const off = expectations.handler("a", () => undefined);
  expect(() => expectations.handler("a", () => undefined)).toThrow('called "a"');
  off();
  expectations.handler("a", () => undefined);
  expect(() => expectations.handler("b", 5 as never)).toThrow(EarshotError);
  expect(() => expectations.handler("b", () => undefined, { onTimeout: 5 } as never)).toThrow("`onTimeout`");
});
