import { memoryInbox } from "earshot";
import { expect, test } from "vitest";
import { watchedListener } from "../monitoring/support.js";

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
