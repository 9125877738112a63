import { type ListenerEvent, type ListenerOptions, memoryInbox, RetryAfter, TriggerListener } from "earshot";
import { expect, onTestFinished, test } from "vitest";
import { retryProfiles, retryTimeMs } from "../../src/base/retry.js";
import { collect } from "../support/collect.js";
import { manualClock } from "../support/manual-clock.js";

const HOUR_MS = 3_600_000;

async function setup(options: ListenerOptions = {}) {
  const clock = manualClock();
  const inbox = memoryInbox();
  const listener = new TriggerListener({
    clock,
    inbox,
    webhook: { unsigned: true },
    signals: false,
    ...options,
  });
  const events: ListenerEvent[] = [];
  listener.on("*", (event) => events.push(event));
  for (const type of ["callback.failed", "callback.paused", "event.dead-lettered"] as const)
    listener.on(type, () => undefined);
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  const handler = listener.fetchHandler();
  let sent = 0;
  const fire = async (triggerName = "A") => {
    sent += 1;
    const body = JSON.stringify({
      id: `msg_${sent}`,
      type: "composio.trigger.message",
      timestamp: new Date(clock.now()).toISOString(),
      metadata: { log_id: `log_${sent}`, trigger_slug: triggerName, user_id: "default" },
      data: { sent },
    });
    const response = await handler(new Request("http://localhost/webhook", { method: "POST", body }));
    expect(response.status).toBe(200);
  };
  /** Lets everything happen that is due by then. */
  const pass = async (ms: number, stepMs = 1000) => {
    for (let passed = 0; passed < ms; passed += stepMs) {
      clock.advance(Math.min(stepMs, ms - passed));
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    }
  };
  const of = <Type extends ListenerEvent["type"]>(type: Type) =>
    events.filter((event): event is Extract<ListenerEvent, { type: Type }> => event.type === type);
  await listener.start();
  return { clock, listener, inbox, fire, pass, of, events };
}

test("the profiles last 15 s, 24 hours and 3 days", () => {
  expect(retryTimeMs(retryProfiles.quick)).toBe(15_000);
  expect(retryTimeMs(retryProfiles.standard) / HOUR_MS).toBeCloseTo(23.7, 1);
  expect(retryTimeMs(retryProfiles.patient) / HOUR_MS).toBeCloseTo(71.7, 1);
  expect(retryProfiles.standard.attempts).toBe(20);
  expect(retryProfiles.patient.attempts).toBe(32);
});

test("an event that keeps failing is dead-lettered after a day, by the default profile", async () => {
  const { listener, inbox, fire, pass, of } = await setup();
  listener.callback("A", async () => {
    throw new Error("never");
  });
  await fire();
  await pass(20 * HOUR_MS, 60_000);
  expect(await inbox.counts()).toMatchObject({ waiting: 1, dead: 0 });
  await pass(4 * HOUR_MS, 60_000);
  expect(await inbox.counts()).toMatchObject({ waiting: 0, dead: 1 });
  expect(of("callback.failed")).toHaveLength(20);
});

test("a model outage of 10 minutes dead-letters nothing, and a minute after its end everything is done", async () => {
  const { listener, inbox, fire, pass, of, events } = await setup();
  let isAway = true;
  let runs = 0;
  listener.callback("A", async function reply() {
    runs += 1;
    await Promise.resolve();
    if (isAway) throw Object.assign(new Error("overloaded"), { status: 529 });
  });
  for (let n = 0; n < 300; n += 1) {
    await fire();
    await pass(2000);
  }
  const during = runs;
  isAway = false;
  await pass(60_000);
  expect(await inbox.counts()).toMatchObject({ done: 300, waiting: 0, running: 0, dead: 0 });
  expect(of("callback.paused")).toHaveLength(1);
  const [resumed] = of("callback.resumed");
  // The five that opened it, and what was tried meanwhile; not 300 events again and again.
  expect(during).toBeLessThan(40);
  const failedProbes = events
    .slice(events.findIndex(({ type }) => type === "callback.paused"))
    .filter(({ type }) => type === "callback.failed").length;
  expect(failedProbes).toBeGreaterThan(15);
  // The failure that opened it is reported after it, and the probe that succeeded is none of them.
  expect(resumed?.probes).toBe(failedProbes);
  for (const record of await collect(inbox.find({}))) expect(record.attempts).toBeLessThan(5);
});

test("a paused callback does not hold up the one beside it, and its events are not counted as attempts", async () => {
  const { listener, inbox, fire, pass, of } = await setup();
  let isAway = true;
  listener.callback("A", async function model() {
    if (isAway) throw new Error("away");
  });
  const archived: string[] = [];
  listener.callback("A", function archive(event) {
    archived.push(event.id);
  });
  for (let n = 0; n < 20; n += 1) await fire();
  await pass(120_000);
  expect(archived).toHaveLength(20);
  expect(of("callback.paused").map(({ callback }) => callback)).toEqual(["model"]);
  isAway = false;
  await pass(60_000);
  expect(await inbox.counts()).toMatchObject({ done: 20, waiting: 0, dead: 0 });
  expect(archived).toHaveLength(20);
});

test("a callback that is removed while it runs holds nothing up, however the run ends", async () => {
  const { listener, fire, pass, of } = await setup({ breaker: { failures: 1, probeMs: HOUR_MS } });
  let fail: (error: Error) => void = () => undefined;
  const remove = listener.callback("A", function model() {
    return new Promise((_, reject) => {
      fail = reject;
    });
  });
  let archived = 0;
  listener.callback("B", function archive() {
    archived += 1;
  });
  await fire("A");
  remove();
  fail(new Error("away"));
  await pass(1000);
  expect(of("callback.paused")).toHaveLength(1);
  await fire("B");
  await pass(1000);
  expect(archived).toBe(1);
});

test("where the last paused callback is removed, what waits for it is looked at at once", async () => {
  const { listener, inbox, fire, pass } = await setup({ breaker: { failures: 1, probeMs: HOUR_MS } });
  const remove = listener.callback("A", function model() {
    throw new Error("away");
  });
  await fire();
  await fire();
  expect(await inbox.counts()).toMatchObject({ waiting: 2 });
  remove();
  await pass(10_000);
  expect(await inbox.counts()).toMatchObject({ waiting: 0, done: 2 });
});

test.each([
  ["no retry", { retry: { attempts: 1 } }],
  ["`breaker: false`", { retry: { attempts: 2, baseMs: 10 }, breaker: false }],
] as const)("with %s, each event is dead-lettered by itself", async (_, options) => {
  const { listener, inbox, fire, pass, of } = await setup(options);
  listener.callback("A", () => {
    throw new Error("never");
  });
  for (let n = 0; n < 20; n += 1) await fire();
  await pass(1000);
  expect(await inbox.counts()).toMatchObject({ dead: 20, waiting: 0 });
  expect(of("callback.paused")).toEqual([]);
});

test("RetryAfter says itself when to run again, and pauses nothing", async () => {
  const { listener, inbox, fire, pass, of } = await setup();
  listener.callback("A", async (_, { attempt }) => {
    if (attempt === 1) throw new RetryAfter(5000);
  });
  for (let n = 0; n < 20; n += 1) await fire();
  await pass(6000);
  expect(await inbox.counts()).toMatchObject({ done: 20 });
  expect(of("callback.paused")).toEqual([]);
});

test("a limit holds over any period, and its events wait without an attempt", async () => {
  const { clock, listener, inbox, fire, pass, of } = await setup();
  const runs: number[] = [];
  const others: number[] = [];
  listener.callback("A", () => void runs.push(clock.now()), { limit: { events: 5, perMs: 10_000 } });
  listener.callback("B", () => void others.push(clock.now()));
  for (let n = 0; n < 23; n += 1) await fire();
  await fire("B");
  await pass(9000);
  expect(runs).toHaveLength(5);
  expect(others).toHaveLength(1);
  await pass(50_000);
  expect(runs).toHaveLength(23);
  for (const [n, at] of runs.entries()) {
    if (n >= 5) expect(at - (runs[n - 5] as number)).toBeGreaterThanOrEqual(10_000);
  }
  expect(await inbox.counts()).toMatchObject({ done: 24 });
  expect(of("event.done").every(({ attempts }) => attempts === 1)).toBe(true);
});

test("where the only callback has a limit, no more records are claimed than may run", async () => {
  const { listener, fire, pass, of } = await setup();
  const runs: string[] = [];
  listener.callback("A", (event) => void runs.push(event.id), { limit: { events: 2, perMs: 1000 } });
  for (let n = 0; n < 9; n += 1) await fire();
  await pass(6000, 100);
  expect(runs).toHaveLength(9);
  expect(new Set(runs).size).toBe(9);
  expect(of("event.done")).toHaveLength(9);
});
