import {
  type CallbackContext,
  currentStep,
  type EventBatch,
  type Inbox,
  type ListenerEvent,
  type ListenerOptions,
  listBatches,
  type TriggerEvent,
  TriggerListener,
} from "earshot";
import { signedWebhook } from "earshot/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { inboxes } from "./acting.js";

const secret = "a secret of some length";
const byIssue = ({ payload }: TriggerEvent) => payload.issue as string | undefined;

type Batch = EventBatch;

/** A listener whose tests register their callbacks, and how to send it events. */
async function listen(inbox: Inbox, settings: Omit<ListenerOptions, "inbox" | "webhook"> = {}) {
  const retry = { attempts: 3, baseMs: 1, capMs: 1 };
  const listener = new TriggerListener({ retry, ...settings, inbox, webhook: { secrets: secret } });
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  for (const type of ["warning", "callback.failed", "event.dead-lettered", "inbox.error"] as const)
    listener.on(type, () => undefined);
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  const handle = listener.fetchHandler();
  return {
    listener,
    of: <Type extends ListenerEvent["type"]>(type: Type) =>
      reports.filter((report): report is Extract<ListenerEvent, { type: Type }> => report.type === type),
    async send(logId: string, payload: Record<string, unknown> = {}) {
      const { headers, body } = signedWebhook({ secret, triggerName: "ACT", payload, logId });
      const response = await handle(
        new Request("http://localhost/webhook", { method: "POST", headers, body }),
      );
      expect(response.status).toBe(200);
    },
    async open() {
      const all = [];
      for await (const batch of listBatches(listener.inbox)) all.push(batch);
      return all;
    },
    async record(id: string) {
      for await (const record of listener.inbox.find({ ids: [id] })) return record;
      return expect.fail(`no record ${id}`);
    },
  };
}

const idsOf = ({ events }: Batch) => events.map(({ id }) => id);

describe.each(inboxes)("coalesce, %s", (_what, make) => {
  test("a burst of events of one key is one run, with the events in order; other callbacks get each of them", async () => {
    const { listener, send, of } = await listen(make());
    const batches: Batch[] = [];
    const each: string[] = [];
    listener.callback("ACT", (batch) => void batches.push(batch), {
      name: "triage",
      coalesce: { key: byIssue, quietMs: 250 },
    });
    listener.callback("ACT", ({ id }) => void each.push(id), { name: "log" });
    await listener.start();
    for (const [id, issue] of [["a", "1"], ["b", "1"], ["c", "2"], ["d", "1"], ["e"]] as const)
      await send(id, { issue });
    await vi.waitFor(() => expect(batches.length).toBe(3));
    expect(each.sort()).toEqual(["a", "b", "c", "d", "e"]);
    const byKey = new Map(batches.map((batch) => [batch.key, batch]));
    expect([...byKey].map(([key, batch]) => [key, idsOf(batch)])).toEqual(
      expect.arrayContaining([
        ["1", ["a", "b", "d"]],
        ["2", ["c"]],
        [undefined, ["e"]],
      ]),
    );
    const one = byKey.get("1") as Batch;
    expect([one.latest.id, one.superseded, one.latest.payload]).toEqual(["d", 0, { issue: "1" }]);
    expect(of("callback.coalesced").find(({ id }) => id === "d")).toMatchObject({
      callback: "triage",
      key: "1",
      batch: one.id,
      events: 3,
    });
    await vi.waitFor(() => expect(of("event.done").map(({ id }) => id)).toContain(one.id));
  });

  test("only the latest or the first event is kept, and the others are counted", async () => {
    const { listener, send } = await listen(make());
    const seen: Record<string, Batch> = {};
    for (const keep of ["latest", "first"] as const)
      listener.callback(
        "ACT",
        (batch) => {
          seen[keep] = batch;
        },
        {
          name: keep,
          coalesce: { quietMs: 60_000, maxEvents: 3, keep },
        },
      );
    await listener.start();
    for (const id of ["a", "b", "c"]) await send(id);
    await vi.waitFor(() => expect(Object.keys(seen).length).toBe(2));
    expect(
      Object.entries(seen)
        .map(([keep, batch]) => [keep, idsOf(batch), batch.superseded])
        .sort(),
    ).toEqual([
      ["first", ["a"], 2],
      ["latest", ["c"], 2],
    ]);
  });

  test("a batch that fails is retried and dead-lettered as a whole, with its members; a replay runs all of it", async () => {
    const { listener, send, of, record } = await listen(make());
    const runs: [string[], number][] = [];
    const steps: unknown[] = [];
    let isBroken = true;
    listener.callback(
      "ACT",
      async (batch, { attempt, step }: CallbackContext) => {
        runs.push([idsOf(batch), attempt]);
        steps.push(await step("model", () => currentStep()?.eventId));
        if (isBroken) throw new Error("no");
      },
      { name: "work", coalesce: { maxWaitMs: 60_000, maxEvents: 2 } },
    );
    await listener.start();
    await send("a");
    await send("b");
    await vi.waitFor(() => expect(of("event.dead-lettered").length).toBe(1));
    const [{ id = "" } = {}] = of("event.dead-lettered");
    expect(runs).toEqual([1, 2, 3].map((attempt) => [["a", "b"], attempt]));
    expect(steps).toEqual([id, id, id]);
    const dead = await record(id);
    expect(dead.failures.map(({ callback, message }) => [callback, message])).toEqual([
      ["work", "no"],
      ["work", "no"],
      ["work", "no"],
    ]);
    expect(String(dead.body)).toContain('"id":"a"');
    expect(await record("a")).toMatchObject({ state: "done", done: ["work"] });
    isBroken = false;
    await listener.inbox.replay({ ids: [id] });
    await vi.waitFor(() => expect(runs.length).toBe(4));
    expect(runs.at(-1)).toEqual([["a", "b"], 1]);
    await vi.waitFor(async () => expect((await record(id)).state).toBe("done"));
  });

  test("while a batch of a key runs, later events of the key make the next one, which waits for it", async () => {
    const { listener, send } = await listen(make());
    const runs: string[][] = [];
    let end: () => void = () => undefined;
    listener.callback(
      "ACT",
      (batch) => {
        runs.push(idsOf(batch));
        return runs.length === 1
          ? new Promise<void>((resolve) => {
              end = resolve;
            })
          : undefined;
      },
      { coalesce: { key: byIssue, quietMs: 1 } },
    );
    await listener.start();
    await send("a", { issue: 1 });
    await vi.waitFor(() => expect(runs.length).toBe(1));
    for (const id of ["b", "c"]) await send(id, { issue: 1 });
    await send("other", { issue: 2 });
    await vi.waitFor(() => expect(runs).toContainEqual(["other"]));
    expect(runs.length).toBe(2);
    end();
    await vi.waitFor(() => expect(runs.at(-1)).toEqual(["b", "c"]));
  });

  test("`limit`, `once` and an event that does not match the schema count for batches, and for the event alone", async () => {
    const { listener, send, of, record } = await listen(make());
    const runs: string[][] = [];
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          (value as { bad?: true }).bad === true
            ? { issues: [{ message: "it is bad" }] }
            : { value: { upper: String((value as { name: unknown }).name).toUpperCase() } },
      },
    };
    listener.callback("ACT", (batch) => void runs.push(batch.events.map(({ payload }) => payload.upper)), {
      name: "work",
      schema,
      coalesce: { maxWaitMs: 60_000, maxEvents: 2 },
      once: ({ latest }) => latest.payload.upper,
      limit: { events: 5, perMs: 60_000 },
    });
    await listener.start();
    await send("a", { name: "a" });
    await send("bad", { bad: true });
    await vi.waitFor(async () => expect((await record("bad")).state).toBe("dead"));
    expect((await record("bad")).failures[0]?.message).toContain("it is bad");
    await send("b", { name: "b" });
    await vi.waitFor(() => expect(runs).toEqual([["A", "B"]]));
    for (const id of ["c", "d"]) await send(id, { name: "b" });
    await vi.waitFor(() => expect(of("callback.skipped").length).toBe(1));
    expect(of("callback.skipped")[0]).toMatchObject({ callback: "work", key: "B" });
    expect(runs.length).toBe(1);
  });

  test("a key that cannot be read fails the event, and the batches go on", async () => {
    const { listener, send, of } = await listen(make(), { retry: { attempts: 1 } });
    const runs: string[][] = [];
    const keys: Record<string, unknown> = { object: {}, ok: "k" };
    listener.callback("ACT", (batch) => void runs.push(idsOf(batch)), {
      coalesce: {
        quietMs: 5,
        key: ({ id }) => {
          if (id === "throws") throw new Error("no key");
          return keys[id] as string;
        },
      },
    });
    await listener.start();
    for (const id of ["throws", "object", "ok"]) await send(id);
    await vi.waitFor(() => expect(runs).toEqual([["ok"]]));
    await vi.waitFor(() =>
      expect(
        of("event.dead-lettered")
          .map(({ id }) => id)
          .sort(),
      ).toEqual(["object", "throws"]),
    );
  });

  test("open batches are listed, explained and shown by health(), and count as pending", async () => {
    const { listener, send, open } = await listen(make());
    listener.callback("ACT", () => undefined, {
      name: "triage",
      coalesce: { key: byIssue, quietMs: 60_000, keep: "latest" },
    });
    let last: TriggerEvent | undefined;
    listener.callback(
      "ACT",
      (event) => {
        last = event;
      },
      { name: "plain" },
    );
    await listener.start();
    for (const id of ["a", "b"]) await send(id, { issue: 7 });
    await vi.waitFor(async () =>
      expect(await open()).toMatchObject([
        { callback: "triage", key: "7", events: ["a", "b"], superseded: 1 },
      ]),
    );
    expect(await listener.inbox.counts()).toMatchObject({ waiting: 1, running: 0, done: 2 });
    expect(listener.explain(last as TriggerEvent)).toMatchObject([
      { callback: "triage", matches: true, batchKey: "7" },
      { callback: "plain", matches: true },
    ]);
    await vi.waitFor(() => expect(listener.health().openBatches).toBe(1), { timeout: 5000 });
  });
});

test("when the listener stops, a memory inbox runs its open batches; a durable one has them after a restart", async () => {
  for (const [what, make] of inboxes) {
    const { listener, send } = await listen(make());
    const runs: string[][] = [];
    const register = (to: TriggerListener, quietMs: number) =>
      to.callback("ACT", async (batch) => void runs.push(idsOf(batch)), {
        name: "work",
        coalesce: { key: byIssue, quietMs },
      });
    register(listener, 60_000);
    await listener.start();
    for (const [id, issue] of [
      ["a", 1],
      ["b", 1],
      ["c", 2],
    ] as const)
      await send(id, { issue });
    await listener.stop({ timeoutMs: 5000 });
    expect(runs, what).toEqual(what === "memory" ? [["a", "b"], ["c"]] : []);
  }
});

test("a batch is left for the process that has its callback", async () => {
  const make = inboxes.find(([what]) => what === "SQLite")?.[1] as () => Inbox;
  const { listener, send, of } = await listen(make());
  const runs: string[][] = [];
  const off = listener.callback("ACT", () => expect.fail("removed"), {
    name: "work",
    coalesce: { maxWaitMs: 100 },
  });
  listener.callback("OTHER", () => undefined);
  await listener.start();
  await send("a");
  await vi.waitFor(() => expect(of("callback.coalesced").length).toBe(1));
  off();
  await vi.waitFor(() => expect(of("event.unmatched").length).toBe(1));
  listener.callback("ACT", (batch) => void runs.push(idsOf(batch)), {
    name: "work",
    coalesce: { maxWaitMs: 100 },
  });
  await vi.waitFor(() => expect(runs).toEqual([["a"]]), { timeout: 20_000 });
});

test("a schema that never settles fails the attempt after attemptTimeoutMs, of an event and of a batch", async () => {
  for (const hangsFrom of [1, 2]) {
    const make = inboxes.find(([what]) => what === "memory")?.[1] as () => Inbox;
    const { listener, send, of } = await listen(make());
    let calls = 0;
    const validate = (value: unknown) =>
      ++calls < hangsFrom ? { value } : new Promise<never>(() => undefined);
    listener.callback("ACT", () => expect.fail("not valid"), {
      name: "work",
      coalesce: { quietMs: 10 },
      attemptTimeoutMs: 30,
      schema: { "~standard": { version: 1, vendor: "test", validate } } as never,
    });
    await listener.start();
    await send("a");
    await vi.waitFor(() => expect(of("event.dead-lettered")).toHaveLength(1), { timeout: 20_000 });
    expect(of("event.dead-lettered")[0]?.message).toMatch(/"work" did not end within its 30 ms/);
  }
});

test("wrong options of `coalesce` are errors that say what to write", () => {
  const listener = new TriggerListener({ webhook: { secrets: secret } });
  const wrong = (coalesce: object) => () => listener.callback("ACT", () => undefined, { coalesce } as never);
  expect(wrong({})).toThrow(/`quietMs`.*or `maxWaitMs`/);
  expect(wrong({ quiteMs: 1 })).toThrow(/did you mean `quietMs`/);
  expect(wrong({ quietMs: -1 })).toThrow(/coalesce\.quietMs/);
  expect(wrong({ quietMs: 1, maxEvents: 0 })).toThrow(/coalesce\.maxEvents/);
  expect(wrong({ quietMs: 1, maxEvents: 20_000 })).toThrow(/at most 10000/);
  expect(wrong({ quietMs: 1, keep: "last" })).toThrow(/"all" or "latest" or "first"/);
  expect(wrong({ quietMs: 1, key: "issue" })).toThrow(/coalesce\.key/);
  expect(wrong([])).toThrow(/object of options/);
});
