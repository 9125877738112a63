import { channel } from "node:diagnostics_channel";
import { type Clock, Toolset } from "earshot";
import { startPlatform } from "earshot/dev";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { GapPacer } from "../../src/transports/backfill/gap-pacer.js";
import { manualClock } from "../support/manual-clock.js";

const SPEED = 10;

/** Timers and the monotonic clock run ten times as fast. */
const fast: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic() * SPEED,
  after: (delayMs, fn) => systemClock.after(delayMs / SPEED, fn),
};

/** Paths of the calls that go out, as the HTTP client tells them. */
function callsOut(): string[] {
  const paths: string[] = [];
  const told = channel("undici:request:create");
  const onRequest = (message: unknown) => {
    paths.push((message as { readonly request: { readonly path: string } }).request.path);
  };
  told.subscribe(onRequest);
  onTestFinished(() => {
    told.unsubscribe(onRequest);
  });
  return paths;
}

test("a platform that drops every confirmed connection has its log read fewer than 30 times in 30 s", async () => {
  const platform = await startPlatform();
  onTestFinished(() => platform.stop());
  const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url });
  onTestFinished(() => toolset.close());
  await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE", {});
  const listener = toolset.createTriggerListener({ clock: fast, signals: false });
  onTestFinished(() => listener.stop());
  let confirmed = 0;
  listener.on("websocket.ready", () => {
    confirmed += 1;
    // In a turn of its own, as a network does it.
    setImmediate(() => platform.faults.realtime.dropAll("terminate"));
  });
  const paths = callsOut();
  await listener.start();
  const startedAt = fast.monotonic();
  await new Promise((resolve) => setTimeout(resolve, 30_000 / SPEED));
  // A busy machine waits longer.
  const seconds = Math.ceil((fast.monotonic() - startedAt) / 1000);
  const reads = paths.filter((path) => /logs/.test(path));
  expect(confirmed).toBeGreaterThan(2);
  expect(confirmed).toBeLessThan(seconds);
  expect(reads.length).toBeGreaterThan(0);
  expect(reads.length).toBeLessThan(seconds + 1);
});

test("gaps in a flood are filled a few at once, then as one after pauses of 1 s to 30 s", () => {
  const clock = manualClock();
  const filled: (readonly [number, number])[] = [];
  const pacer = new GapPacer({ clock, fill: ({ from, to }) => filled.push([from, to]) });
  for (let n = 0; n < 300; n += 1) {
    pacer.push({ detail: "", from: n, to: n + 1 });
    clock.advance(100);
  }
  expect(filled.slice(0, 5).map(([from]) => from)).toEqual([0, 1, 2, 3, 4]);
  // 5 at once, then after 1, 2, 4, 8 and 16 s at most.
  expect(filled.length).toBeLessThanOrEqual(10);
  clock.advance(60_000);
  expect(pacer.heldSince).toBeUndefined();
  // Nothing is left out: each begins where the one before it ended, or earlier.
  for (const [at, [from]] of filled.entries()) {
    if (at > 0) expect(from).toBeLessThanOrEqual(filled[at - 1]?.[1] ?? 0);
  }
  expect(filled.at(-1)?.[1]).toBe(300);
  pacer.push({ detail: "", from: 1000, to: 1001 });
  expect(filled.at(-1)).toEqual([1000, 1001]);
});

test("a gap that waits for its turn is still told of after the stop", () => {
  const clock = manualClock();
  const filled: number[] = [];
  const pacer = new GapPacer({ clock, fill: ({ from }) => filled.push(from) });
  for (let n = 0; n < 7; n += 1) pacer.push({ detail: "", from: n, to: n });
  expect(pacer.heldSince).toBe(5);
  pacer.stop();
  clock.advance(60_000);
  expect(filled).toEqual([0, 1, 2, 3, 4]);
  expect(pacer.heldSince).toBe(5);
  expect(clock.pending()).toBe(0);
});
