import { getEventListeners, once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { withTimeLimit } from "../../src/cli/time-limit.js";
import { heapBytes } from "../support/heap.js";

const never = new AbortController().signal;

/** Waits until the signal aborts, and holds nothing but the signal meanwhile. */
const aborted = (signal: AbortSignal) => once(signal, "abort").then(() => signal.reason);

test("the limit fires, however often garbage is collected before it", async () => {
  const reason = withTimeLimit(300, never, aborted);
  await heapBytes();
  expect(await reason).toMatchObject({ name: "TimeoutError", message: "no response within 0.3 s" });
});

test("a request without a response is aborted, however often garbage is collected", async () => {
  const sockets: import("node:net").Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, "close");
  });
  await once(silent, "listening");
  const { port } = silent.address() as import("node:net").AddressInfo;
  const response = withTimeLimit(500, never, (signal) => fetch(`http://127.0.0.1:${port}`, { signal }));
  const given = expect(response).rejects.toMatchObject({ name: "TimeoutError" });
  await expect.poll(() => sockets.length).toBe(1);
  await heapBytes();
  await given;
});

test("the signal aborts it earlier, before and after its start", async () => {
  const ending = new AbortController();
  const reason = withTimeLimit(60_000, ending.signal, aborted);
  ending.abort("enough");
  expect(await reason).toBe("enough");
  expect(await withTimeLimit(60_000, ending.signal, async (signal) => signal.reason)).toBe("enough");
});

test("the result is passed on, and no event listener remains", async () => {
  const ending = new AbortController();
  expect(await withTimeLimit(60_000, ending.signal, async () => 1)).toBe(1);
  await expect(withTimeLimit(60_000, ending.signal, () => Promise.reject(new Error("no")))).rejects.toThrow(
    "no",
  );
  expect(getEventListeners(ending.signal, "abort")).toEqual([]);
});
