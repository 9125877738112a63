import { createHmac } from "node:crypto";
import { type Alert, type AlertOptions, type Inbox, type ListenerEvent, memoryInbox } from "earshot";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { AlertManager } from "../../src/monitoring/alerts/alert-manager.js";
import { startOfSchedule } from "../../src/monitoring/alerts/schedule.js";
import { alertSettings } from "../../src/settings/alerts.js";
import { manualClock } from "../support/manual-clock.js";
import { collector, watchedListener } from "./support.js";

const MINUTE_MS = 60_000;

/** A manager over a stepped clock, and what it told. */
async function manager(options: AlertOptions, inbox: Inbox = memoryInbox(), clock = manualClock()) {
  const told: string[] = [];
  const warnings: string[] = [];
  const send = (event: ListenerEvent) => {
    if (event.type === "alert.raised" || event.type === "alert.cleared")
      told.push(`${event.type} ${event.alert}`);
    if (event.type === "warning") warnings.push(event.error.message);
  };
  const alerts = new AlertManager({ settings: alertSettings(options), clock, inbox, send });
  await alerts.start();
  const facts = { id: "1", triggerName: "A", source: "webhook", provider: "composio" } as const;
  return {
    clock,
    inbox,
    told,
    warnings,
    alerts,
    add: (event: Record<string, unknown>) => alerts.add({ ...facts, ...event } as unknown as ListenerEvent),
    async restart() {
      await alerts.stop();
      return manager(options, inbox, clock);
    },
  };
}

const failed = { type: "callback.failed", callback: "reply", attempt: 1, durationMs: 1 };
const done = { ...failed, type: "callback.done" };
const stored = { type: "event.stored", delayMs: 0 };

describe("each kind is raised once within its time, and cleared once", () => {
  test("errorRate", async () => {
    const { add, clock, told } = await manager({
      errorRate: { above: 0.2, windowMs: 10 * MINUTE_MS, minAttempts: 10 },
    });
    for (let n = 0; n < 8; n += 1) add(done);
    add(failed);
    clock.advance(5000);
    expect(told).toEqual([]);
    for (let n = 0; n < 5; n += 1) add(failed);
    clock.advance(1000);
    expect(told).toEqual(["alert.raised errorRate"]);
    clock.advance(9 * MINUTE_MS);
    expect(told).toHaveLength(1);
    clock.advance(3 * MINUTE_MS);
    expect(told).toEqual(["alert.raised errorRate", "alert.cleared errorRate"]);
  });

  test("latency", async () => {
    const { add, clock, told } = await manager({ latency: { aboveMs: 1000, percentile: 90, minEvents: 5 } });
    const took = (durationMs: number, more = {}) =>
      add({ type: "event.done", attempts: 1, durationMs, ...more });
    for (let n = 0; n < 9; n += 1) took(10);
    took(5000);
    for (let n = 0; n < 9; n += 1) took(60_000, { source: n % 2 === 0 ? "replay" : "expectation" });
    clock.advance(1000);
    expect(told).toEqual([]);
    took(5000);
    clock.advance(1000);
    expect(told).toEqual(["alert.raised latency"]);
    clock.advance(10 * MINUTE_MS);
    expect(told).toEqual(["alert.raised latency", "alert.cleared latency"]);
  });

  test("silence, per filter", async () => {
    const { add, clock, told } = await manager({
      silence: [
        { filter: "GITHUB_PUSH", afterMs: 60 * MINUTE_MS },
        { filter: { provider: "stripe" }, afterMs: 10 * MINUTE_MS },
      ],
    });
    for (let n = 0; n < 8; n += 1) {
      clock.advance(8 * MINUTE_MS);
      add({ ...stored, provider: "stripe", triggerName: "charge.succeeded" });
    }
    expect(told).toEqual(["alert.raised silence GITHUB_PUSH"]);
    add({ ...stored, triggerName: "github_push" });
    clock.advance(2 * MINUTE_MS);
    expect(told).toEqual(["alert.raised silence GITHUB_PUSH", "alert.cleared silence GITHUB_PUSH"]);
    clock.advance(9 * MINUTE_MS);
    expect(told.at(-1)).toBe("alert.raised silence stripe");
  });

  test("deadLetters", async () => {
    const { add, clock, told } = await manager({ deadLetters: true });
    add({ type: "event.dead-lettered", attempts: 5, durationMs: 1, message: "no" });
    clock.advance(1000);
    expect(told).toEqual(["alert.raised deadLetters"]);
    clock.advance(63 * MINUTE_MS);
    expect(told).toEqual(["alert.raised deadLetters", "alert.cleared deadLetters"]);
  });

  test("rejected: wrong signatures, and not requests to unknown paths", async () => {
    const { add, clock, told } = await manager({ rejected: { above: 3, windowMs: MINUTE_MS } });
    const rejected = (code: string) =>
      add({ type: "delivery.rejected", status: 401, path: "/x", error: { code } });
    for (let n = 0; n < 100; n += 1) rejected("ERR_ROUTE_UNKNOWN");
    for (let n = 0; n < 3; n += 1) rejected("ERR_SIGNATURE_WRONG");
    clock.advance(1000);
    expect(told).toEqual([]);
    rejected("ERR_SIGNATURE_MISSING");
    clock.advance(1000);
    expect(told).toEqual(["alert.raised rejected"]);
    clock.advance(3 * MINUTE_MS);
    expect(told).toHaveLength(2);
  });

  test("gap: open for too long, or unfilled; a filled one clears it", async () => {
    const { add, clock, told } = await manager({ gap: { afterMs: 30_000 } });
    const period = { from: new Date(0), to: new Date(1000) };
    add({ type: "gap.opened", from: new Date(0), detail: "closed" });
    clock.advance(29_000);
    add({ type: "gap.filled", ...period, found: 1, missed: 0 });
    clock.advance(10 * MINUTE_MS);
    expect(told).toEqual([]);
    add({ type: "gap.opened", from: new Date(0), detail: "closed" });
    clock.advance(31_000);
    expect(told).toEqual(["alert.raised gap"]);
    add({ type: "gap.unfilled", ...period, error: new Error("no") });
    clock.advance(10 * MINUTE_MS);
    expect(told).toHaveLength(1);
    add({ type: "gap.filled", ...period, found: 1, missed: 0 });
    clock.advance(2 * MINUTE_MS);
    expect(told).toEqual(["alert.raised gap", "alert.cleared gap"]);
  });

  test.each(["composio.trigger.disabled", "composio.connected_account.expired"])(
    "platform: %s",
    async (triggerName) => {
      const { add, clock, told } = await manager({ platform: true });
      add(stored);
      clock.advance(1000);
      expect(told).toEqual([]);
      add({ ...stored, triggerName });
      clock.advance(1000);
      expect(told).toEqual(["alert.raised platform"]);
      clock.advance(63 * MINUTE_MS);
      expect(told).toHaveLength(2);
    },
  );
});

test("a condition that comes and goes is one alert", async () => {
  const { add, clock, told } = await manager({ silence: { afterMs: 10_000 }, clearAfterMs: MINUTE_MS });
  for (let n = 0; n < 30; n += 1) {
    clock.advance(12_000);
    add(stored);
  }
  expect(told).toEqual(["alert.raised silence"]);
  for (let n = 0; n < 20; n += 1) {
    clock.advance(5000);
    add(stored);
  }
  expect(told).toEqual(["alert.raised silence", "alert.cleared silence"]);
});

test("over a restart, a raised alert is not raised again, is cleared once, and silence goes on from before", async () => {
  const first = await manager({ silence: { afterMs: 10 * MINUTE_MS } });
  first.add(stored);
  first.clock.advance(6 * MINUTE_MS);
  const second = await first.restart();
  second.clock.advance(5 * MINUTE_MS);
  expect(second.told).toEqual(["alert.raised silence"]);
  const third = await second.restart();
  third.clock.advance(5 * MINUTE_MS);
  expect(third.told).toEqual([]);
  third.add(stored);
  third.clock.advance(2 * MINUTE_MS);
  expect(third.told).toEqual(["alert.cleared silence"]);
});

test("outside of its schedule nothing is expected, and silence begins with it", async () => {
  // 1 January 2026 is a Thursday.
  const clock = manualClock(Date.UTC(2026, 0, 1, 6, 0));
  const schedule = { days: [1, 2, 3, 4, 5], from: "08:00", to: "18:00", timeZone: "Europe/Berlin" };
  const { told } = await manager({ silence: { afterMs: 60 * MINUTE_MS, schedule } }, memoryInbox(), clock);
  clock.advance(119 * MINUTE_MS);
  expect(told).toEqual([]);
  clock.advance(2 * MINUTE_MS);
  expect(told).toEqual(["alert.raised silence"]);
});

test.each([
  ["2026-01-02T09:30:00Z", { from: "08:00", to: "18:00" }, "2026-01-02T08:00:00Z"],
  ["2026-01-02T18:00:00Z", { from: "08:00", to: "18:00" }, undefined],
  ["2026-01-03T01:00:00Z", { from: "22:00", to: "06:00", days: [5] }, "2026-01-02T22:00:00Z"],
  ["2026-01-04T01:00:00Z", { from: "22:00", to: "06:00", days: [5] }, undefined],
  ["2026-01-05T01:00:00Z", { from: "00:00", to: "24:00", days: [1, 2] }, "2026-01-05T00:00:00Z"],
  ["2026-01-02T04:30:00Z", { from: "10:00", to: "11:00", timeZone: "Asia/Kolkata" }, "2026-01-02T04:30:00Z"],
])("at %s the schedule %j began at %s", (now, schedule, began) => {
  const all = { days: [0, 1, 2, 3, 4, 5, 6], timeZone: "UTC", ...schedule };
  const started = startOfSchedule(all, Date.parse(now));
  expect(started === undefined ? undefined : new Date(started).toISOString().replace(".000", "")).toBe(began);
});

test("a listener raises an alert as an event, to onAlert and to a URL, signed and in Slack's form", async () => {
  const { received, url } = await collector();
  const secret = "a secret of the alerts";
  const alerts: Alert[] = [];
  const clock = manualClock(Date.now());
  const { listener, reports, start } = await watchedListener({
    clock,
    retry: { attempts: 1 },
    alerts: {
      deadLetters: true,
      onAlert: (alert) => void alerts.push(alert),
      webhook: { url: `${url}/slack`, secret },
    },
  });
  const { send } = await start();
  listener.callback("A", function never() {
    throw new Error("<!channel> no & never");
  });
  expect(await send("A")).toBe(200);
  clock.advance(1000);
  await vi.waitFor(() => expect(received).toHaveLength(1));
  expect(alerts).toMatchObject([{ state: "raised", alert: "deadLetters", kind: "deadLetters" }]);
  expect(reports.filter(({ type }) => type === "alert.raised")).toHaveLength(1);
  const [{ path, headers, text }] = received as [(typeof received)[0]];
  expect(path).toBe("/slack");
  const body = JSON.parse(text) as { text: string; alert: object };
  expect(body.text).toMatch(/deadLetters\. 1 dead letters/);
  expect(body.alert).toMatchObject({ state: "raised", kind: "deadLetters" });
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${text}`;
  expect(headers["webhook-signature"]).toBe(
    `v1,${createHmac("sha256", secret).update(signed).digest("base64")}`,
  );
});

test("a dead endpoint, and an onAlert that throws, cost a warning each and stop nothing", async () => {
  const { url } = await collector(500);
  const { add, clock, told, warnings, alerts } = await manager({
    deadLetters: true,
    webhook: url,
    // A rejection within a rejection would end the process.
    onAlert: async () => {
      throw Object.assign(Promise.reject(new Error("inner")), { message: "no phone" });
    },
  });
  onTestFinished(() => alerts.stop());
  add({ type: "event.dead-lettered", attempts: 5, durationMs: 1, message: "no" });
  clock.advance(1000);
  expect(told).toEqual(["alert.raised deadLetters"]);
  await vi.waitFor(() => {
    clock.advance(30_000);
    expect(warnings).toHaveLength(2);
  });
  expect(warnings.join()).toMatch(/no phone.*could not be posted|could not be posted.*no phone/);
});

test.each([
  [{ silence: true }, /afterMs/],
  [{ silence: {} }, /afterMs/],
  [{ silence: { afterMs: 1, schedule: { from: "8" } } }, /08:30/],
  [{ silence: { afterMs: 1, schedule: { timeZone: "Mars/Base" } } }, /time zone/],
  [{ errorRate: { abov: 1 } }, /above/],
  [{ errorRate: { above: 20 } }, /above` is a number from 0 to 1, not 20/],
  [{ latency: { percentile: 950 } }, /percentile` is a number from 0 to 100, not 950/],
  [{ errorRate: [{}, {}] }, /name/],
  [{ webhook: "slack" }, /URL/],
  [{ latency: { filter: { trigger: "A" } } }, /triggerName/],
  [{ silense: true }, /silence/],
])("%j is a clear error", (options, message) => {
  expect(() => alertSettings(options as never)).toThrow(
    expect.objectContaining({ code: "ERR_OPTION", message: expect.stringMatching(message) }),
  );
});
