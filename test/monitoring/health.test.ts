import { expect, test, vi } from "vitest";
import { EventLoopWatch } from "../../src/transports/webhook/event-loop-watch.js";
import { manualClock } from "../support/manual-clock.js";
import { watchedListener } from "./support.js";

const json = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test("a blocked event loop is noticed, counts for 15 s, and is then forgotten", () => {
  const clock = manualClock();
  const watch = new EventLoopWatch(clock, 5000);
  watch.start();
  clock.advance(60_000);
  expect(watch.read()).toEqual({ delayMs: 0, isStuck: false });
  clock.stall(2000);
  expect(watch.read().isStuck).toBe(false);
  clock.stall(8000);
  expect(watch.read().isStuck).toBe(true);
  expect(watch.read().delayMs).toBeGreaterThan(7000);
  clock.advance(14_000);
  expect(watch.read().isStuck).toBe(true);
  clock.advance(2000);
  expect(watch.read()).toEqual({ delayMs: 0, isStuck: false });
});

test("a request that is served before the late timer sees the delay too", () => {
  const clock = manualClock();
  let aheadMs = 0;
  const watch = new EventLoopWatch({ ...clock, monotonic: () => clock.monotonic() + aheadMs }, 5000);
  watch.start();
  aheadMs = 9000;
  expect(watch.read()).toEqual({ delayMs: 8500, isStuck: true });
});

test("/healthz responds 503 after the loop was blocked for longer than stuckAfterMs", async () => {
  const { start } = await watchedListener({}, { stuckAfterMs: 300 });
  const { url } = await start();
  expect(await json(`${url}/healthz`)).toMatchObject({ status: 200, body: { status: "ok" } });
  await vi.waitFor(async () => {
    const until = performance.now() + 1000;
    while (performance.now() < until);
    const { status, body } = await json(`${url}/healthz`);
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: "stuck" });
  }, 20_000);
});

test("/readyz has the parts in JSON, and names no host and no file", async () => {
  const { start, listener } = await watchedListener();
  const { url } = await start();
  listener.callback("A", () => undefined);
  expect(await json(`${url}/readyz`)).toEqual({
    status: 200,
    body: {
      status: "ready",
      checks: {
        listener: { state: "running", running: 0 },
        inbox: { kind: "memory", ready: true, full: false },
      },
    },
  });
});

test("with shutdownDelayMs, /readyz says 503 while deliveries are accepted; then the port closes, and callbacks end", async () => {
  const clock = manualClock(Date.now());
  const { start, listener } = await watchedListener({ shutdownDelayMs: 5000, clock });
  const { url, send } = await start();
  let ended = 0;
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  listener.callback("A", async () => {
    await gate;
    ended += 1;
  });
  expect(await send("A")).toBe(200);
  let isStopped = false;
  const stopping = listener.stop().then(() => {
    isStopped = true;
  });
  const { status, body } = await json(`${url}/readyz`);
  expect({ status, body }).toMatchObject({ status: 503, body: { status: "not ready" } });
  expect(await send("A")).toBe(200);
  const response = await fetch(`${url}/healthz`);
  expect(response.status).toBe(200);
  expect(response.headers.get("connection")).toBe("close");
  await response.arrayBuffer();
  expect(isStopped).toBe(false);
  clock.advance(5000);
  await vi.waitFor(() => expect(send("A")).rejects.toThrow());
  expect(isStopped).toBe(false);
  release();
  await stopping;
  expect(ended).toBe(2);
});
