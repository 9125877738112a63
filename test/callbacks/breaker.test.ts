import { expect, test } from "vitest";
import type { ListenerEvent } from "../../src/base/listener-events.js";
import { CircuitBreaker } from "../../src/callbacks/breaker.js";
import { RateLimit } from "../../src/callbacks/rate-limit.js";
import { manualClock } from "../support/manual-clock.js";

function setup(maxOpenMs = 60_000) {
  const clock = manualClock();
  const events: ListenerEvent[] = [];
  const breaker = new CircuitBreaker({
    failures: 3,
    probeMs: 100,
    maxProbeMs: 300,
    maxOpenMs,
    name: "reply",
    clock,
    send: (event) => events.push(event),
  });
  const fail = (id: string, error: unknown = new Error("no model")) => breaker.failed(id, error);
  return { clock, breaker, events, fail };
}

test("it opens after failures of distinct events with one error, and not of one event or of several errors", () => {
  const { breaker, events, fail } = setup();
  for (let n = 0; n < 10; n += 1) expect(fail("same")).toBe(undefined);
  expect(breaker.isOpen).toBe(false);
  fail("a", new Error("other"));
  fail("b", new TypeError("no model"));
  fail("c", { code: "ECONNREFUSED" });
  expect(breaker.isOpen).toBe(false);
  for (const [n, id] of ["d", "e", "f"].entries()) {
    fail(id, Object.assign(new Error(`connect 10.0.0.${n}`), { code: "ECONNREFUSED" }));
  }
  expect(breaker.isOpen).toBe(true);
  expect(events).toMatchObject([
    {
      type: "callback.paused",
      callback: "reply",
      failures: 3,
      probeInMs: 100,
      error: { code: "ECONNREFUSED" },
    },
  ]);
});

test.each([
  ["a request id in the message", () => new Error(`overloaded (req_${Math.random().toString(36)}9)`)],
  ["a status", (n: number) => Object.assign(new Error(`try ${n} failed`), { status: 503 })],
  ["a thrown text", (n: number) => `failure ${n}`],
  ["undefined", () => undefined],
])("%s does not make one cause several", (_, make) => {
  const { breaker, fail } = setup();
  for (let n = 0; n < 3; n += 1) fail(`event-${n}`, make(n));
  expect(breaker.isOpen).toBe(true);
});

test("while it is open, one event at a time is tried, after pauses that double to their limit", () => {
  const { breaker, clock, events, fail } = setup();
  for (const id of ["a", "b", "c"]) fail(id);
  const pauses: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    pauses.push(breaker.admit("next"));
    expect(breaker.room).toBe(0);
    clock.advance(pauses.at(-1) as number);
    expect(breaker.room).toBe(1);
    expect(breaker.admit(`probe-${n}`)).toBe(0);
    expect(breaker.admit("beside it")).toBeGreaterThan(0);
    expect(breaker.room).toBe(0);
    expect(fail(`probe-${n}`)).toBeGreaterThan(0);
  }
  expect(pauses).toEqual([100, 200, 300, 300]);
  clock.advance(300);
  expect(breaker.admit("good")).toBe(0);
  breaker.succeeded();
  expect(breaker.admit("any")).toBe(0);
  expect(events.at(-1)).toEqual({ type: "callback.resumed", callback: "reply", pausedMs: 1200, probes: 5 });
});

test("an event that fails for a reason of its own while it is open counts its attempt", () => {
  const { breaker, clock, fail } = setup();
  for (const id of ["a", "b", "c"]) fail(id);
  clock.advance(100);
  breaker.admit("poison");
  expect(fail("poison", new TypeError("x is undefined"))).toBe(undefined);
  expect(breaker.isOpen).toBe(true);
});

test("what keeps failing is counted again after the time of the retries, until something succeeds", () => {
  const { breaker, clock, events, fail } = setup(1000);
  for (const id of ["a", "b", "c"]) fail(id);
  clock.advance(1000);
  expect(breaker.admit("d")).toBe(0);
  expect(events.at(-1)).toEqual({ type: "callback.resumed", callback: "reply", pausedMs: 1000, probes: 0 });
  for (const id of ["d", "e", "f", "g"]) expect(fail(id)).toBe(undefined);
  expect(breaker.isOpen).toBe(false);
  breaker.succeeded();
  for (const id of ["h", "i", "j"]) fail(id);
  expect(breaker.isOpen).toBe(true);
});

test("a limit admits so many runs in any period, and gives those that wait turns of their own", () => {
  const clock = manualClock();
  const limit = new RateLimit({ events: 3, perMs: 900 }, clock);
  expect([limit.admit(), limit.admit()]).toEqual([0, 0]);
  clock.advance(600);
  expect(limit.admit()).toBe(0);
  expect(limit.room).toBe(0);
  expect([limit.admit(), limit.admit(), limit.admit()]).toEqual([300, 600, 900]);
  clock.advance(300);
  expect(limit.room).toBe(2);
  expect([limit.admit(), limit.admit()]).toEqual([0, 0]);
  expect(limit.admit()).toBeGreaterThan(0);
  clock.advance(600);
  expect(limit.admit()).toBe(0);
});
