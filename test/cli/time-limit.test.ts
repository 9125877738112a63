import { getEventListeners, once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { within } from "../../src/cli/time-limit.js";
import { heapBytes } from "../support/heap.js";

const never = new AbortController().signal;

/** Waits until the signal aborts, and holds nothing but the signal meanwhile. */
const aborted = (signal: AbortSignal) => once(signal, "abort").then(() => signal.reason);

test("the limit comes, however often garbage is collected before it", async () => {
  const reason = within(300, never, aborted);
  await heapBytes();
  expect(await reason).toMatchObject({ name: "TimeoutError", message: "no answer in 0.3 s" });
});

test("a server that never answers is given up, however often garbage is collected", async () => {
  const sockets: import("node:net").Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, "close");
  });
  await once(silent, "listening");
  const { port } = silent.address() as import("node:net").AddressInfo;
  const answer = within(500, never, (signal) => fetch(`http://127.0.0.1:${port}`, { signal }));
  const given = expect(answer).rejects.toMatchObject({ name: "TimeoutError" });
  await expect.poll(() => sockets.length).toBe(1);
  await heapBytes();
  await given;
});

test("it ends earlier with the signal that it is given, before and after it began", async () => {
  const ending = new AbortController();
  const reason = within(60_000, ending.signal, aborted);
  ending.abort("enough");
  expect(await reason).toBe("enough");
  expect(await within(60_000, ending.signal, async (signal) => signal.reason)).toBe("enough");
});

test("what came of it is handed on, and nothing is left behind", async () => {
  const ending = new AbortController();
  expect(await within(60_000, ending.signal, async () => 1)).toBe(1);
  await expect(within(60_000, ending.signal, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(getEventListeners(ending.signal, "abort")).toEqual([]);
});
