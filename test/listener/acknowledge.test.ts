import { memoryInbox, token } from "earshot";
import { expect, test, vi } from "vitest";
import { secret, watchedListener } from "../monitoring/support.js";

test('with acknowledge: "done", the sender has its response when the callbacks have succeeded', async () => {
  const { listener, start } = await watchedListener({ retry: { delaysMs: [20] } }, { acknowledge: "done" });
  const { send } = await start();
  const steps: string[] = [];
  listener.callback("GOOD", async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    steps.push("ran");
  });
  expect(await send("GOOD", { logId: "1" })).toBe(200);
  steps.push("response");
  expect(steps).toEqual(["ran", "response"]);
  expect(await send("GOOD", { logId: "1" })).toBe(200);
  expect(steps).toHaveLength(2);
  expect(await send("UNMATCHED")).toBe(200);
});

test("a callback that fails is a 500, and the sender's next delivery waits for the record's own retry", async () => {
  const { listener, start } = await watchedListener({ retry: { delaysMs: [50] } }, { acknowledge: "done" });
  const { send } = await start();
  let runs = 0;
  listener.callback("A", async () => {
    runs += 1;
    if (runs === 1) throw new Error("no model");
  });
  expect(await send("A", { logId: "1" })).toBe(500);
  expect(await send("A", { logId: "1" })).toBe(200);
  expect(runs).toBe(2);
});

test("a callback that takes too long is a 503; a later copy is acknowledged when it is done", async () => {
  const { listener, start } = await watchedListener(
    { inbox: memoryInbox() },
    { acknowledge: "done", responseTimeoutMs: 300 },
  );
  const { send } = await start();
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  listener.callback("A", () => gate);
  expect(await send("A", { logId: "1" })).toBe(503);
  const second = send("A", { logId: "1" });
  release();
  expect(await second).toBe(200);
});

test("an event that waits for the limit of one callback, while another is done, has not failed", async () => {
  const { listener, start } = await watchedListener({}, { acknowledge: "done" });
  const { send } = await start();
  const runs: string[] = [];
  listener.callback("A", () => void runs.push("limited"), { limit: { events: 1, perMs: 300 } });
  listener.callback("A", () => void runs.push("other"));
  expect(await send("A")).toBe(200);
  expect(await send("A")).toBe(200);
  expect(runs).toEqual(["limited", "other", "other", "limited"]);
});

test("an event that waits for the key of another one has not failed", async () => {
  const { listener, start } = await watchedListener({}, { acknowledge: "done" });
  const { send } = await start();
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let runs = 0;
  const run = () => {
    runs += 1;
    return gate;
  };
  listener.callback("A", run, { once: () => "one key" });
  const first = send("A");
  await vi.waitFor(() => expect(runs).toBe(1));
  const second = send("A");
  await vi.waitFor(async () => expect((await listener.inbox.counts()).waiting).toBe(1));
  release();
  expect(await Promise.all([first, second])).toEqual([200, 200]);
  expect(runs).toBe(1);
});

test("a sender without ids that delivers again after a 500, or a 503, has sent one event", async () => {
  const { listener, start } = await watchedListener(
    { retry: { delaysMs: [50] } },
    {
      acknowledge: "done",
      responseTimeoutMs: 500,
      routes: { "/t": token({ provider: "drive", secrets: secret, header: "x-token" }) },
    },
  );
  const { url } = await start();
  const post = async (body: string) => {
    const headers = { "x-token": secret, "content-type": "application/json" };
    const response = await fetch(`${url}/t`, { method: "POST", headers, body });
    await response.arrayBuffer();
    return response.status;
  };
  const runs: unknown[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  listener.callback({}, async ({ payload }, { attempt }) => {
    runs.push(payload.n);
    if (payload.n === 1 && attempt === 1) throw new Error("no model");
    if (payload.n === 2) await gate;
  });
  expect([await post('{"n":1}'), await post('{"n":1}')]).toEqual([500, 200]);
  expect(runs).toEqual([1, 1]);
  expect(await post('{"n":2}')).toBe(503);
  release();
  expect(await post('{"n":2}')).toBe(200);
  expect(runs).toEqual([1, 1, 2]);
  expect(await post('{"n":2}')).toBe(200);
  expect(runs).toEqual([1, 1, 2, 2]);
});
