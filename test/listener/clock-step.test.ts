import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { ClockSteps } from "../../src/inbox/sqlite/clock-steps.js";
import { manualClock } from "../support/manual-clock.js";

const secret = "a secret of some length";

test("a wall clock that steps forward ends no lease of a running process: its event runs once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "earshot-step-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let aheadMs = 0;
  const clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const runs: string[] = [];
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const start = async (name: string, pollMs: number) => {
    const listener = new TriggerListener({
      inbox: sqliteInbox({ path: join(folder, "events.db"), pollMs }),
      clock,
      signals: false,
      leaseMs: 3000,
      webhook: { port: 0, host: "127.0.0.1", secrets: secret },
    });
    onTestFinished(() => listener.stop({ timeoutMs: 0 }));
    listener.callback("A", async () => {
      runs.push(name);
      await released;
    });
    await listener.start();
    return listener;
  };
  const first = await start("first", 1000);
  const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: {}, logId: "log_1" });
  const { url } = first.health().webhook ?? expect.fail();
  expect((await fetch(`${url}/webhook`, { method: "POST", headers, body })).status).toBe(200);
  await vi.waitFor(() => expect(runs).toEqual(["first"]));
  const second = await start("second", 20);
  await sleep(200);
  aheadMs = 3_600_000;
  await sleep(1500);
  release();
  await vi.waitFor(async () => expect(await second.inbox.counts()).toMatchObject({ done: 1, running: 0 }));
  expect(runs).toEqual(["first"]);
});

test("a step of the clock counts for one lease, so that a process that died is noticed after it", () => {
  const clock = manualClock();
  const steps = new ClockSteps(clock, 60_000);
  clock.advance(3_600_000);
  expect(steps.stepMs).toBe(0);
  clock.jump(3_600_000);
  expect(steps.stepMs).toBe(3_600_000);
  clock.advance(59_000);
  clock.jump(60_000);
  expect(steps.stepMs).toBe(3_660_000);
  clock.advance(60_000);
  expect(steps.stepMs).toBe(0);
  clock.setNow(clock.now() - 3_600_000);
  expect(steps.stepMs).toBe(0);
});
