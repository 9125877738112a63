import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Toolset } from "earshot";
import { startPlatform } from "earshot/dev";
import { sqliteInbox } from "earshot/sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.js";

const TRIGGER = "SLACK_RECEIVE_MESSAGE";

/** A listener over SQLite whose machine can sleep, and callbacks that end when they are let. */
async function aSleeper() {
  const folder = mkdtempSync(join(tmpdir(), "earshot-slept-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const platform = await startPlatform({ clock });
  onTestFinished(() => platform.stop());
  const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url });
  onTestFinished(() => toolset.close());
  await toolset.enableTrigger(TRIGGER, {});
  const path = join(folder, "inbox.db");
  const listener = toolset.createTriggerListener({
    inbox: sqliteInbox({ path }),
    clock,
    signals: false,
    concurrency: 2,
  });
  onTestFinished(() => listener.stop());
  const runs: string[] = [];
  const done: string[] = [];
  const going = new Map<string, () => void>();
  listener.callback(TRIGGER, async ({ payload }) => {
    const text = String(payload.text);
    runs.push(text);
    if (text.startsWith("slow")) await new Promise<void>((resolve) => going.set(text, resolve));
  });
  const textOf = new Map<string, string>();
  listener.on("event.done", ({ id }) => done.push(textOf.get(id) ?? id));
  await listener.start();
  return {
    runs,
    done,
    inbox: listener.inbox,
    sleep: (ms: number) => {
      aheadMs += ms;
    },
    letGo: (text: string) => going.get(text)?.(),
    async fire(text: string) {
      const { logIds } = await platform.fire(TRIGGER, { data: { text } });
      for (const id of logIds) textOf.set(id, text);
    },
  };
}

test("callbacks that the machine slept through go on under a new lease, and do not run twice", async () => {
  const { runs, done, inbox, sleep, letGo, fire } = await aSleeper();
  await fire("slow");
  await vi.waitFor(() => expect(runs).toEqual(["slow"]), { timeout: 10_000 });
  sleep(120_000);
  // The inbox looks at its leases as it takes the next ones.
  for (let n = 0; n < 5; n += 1) {
    await fire(`quick ${n}`);
    await vi.waitFor(() => expect(done).toHaveLength(n + 1), { timeout: 10_000 });
  }
  letGo("slow");
  await vi.waitFor(() => expect(done).toContain("slow"), { timeout: 10_000 });
  expect(runs.filter((text) => text === "slow")).toHaveLength(1);
  expect(await inbox.counts()).toMatchObject({ done: 6, running: 0, waiting: 0 });
});

test("callbacks that ended as the machine awoke, before the inbox was told, do not run twice", async () => {
  const { runs, done, inbox, sleep, letGo, fire } = await aSleeper();
  await fire("slow");
  await vi.waitFor(() => expect(runs).toEqual(["slow"]), { timeout: 10_000 });
  sleep(120_000);
  letGo("slow");
  await fire("quick");
  await vi.waitFor(() => expect(done.toSorted()).toEqual(["quick", "slow"]), { timeout: 10_000 });
  expect(runs.toSorted()).toEqual(["quick", "slow"]);
  expect(await inbox.counts()).toMatchObject({ done: 2, running: 0, waiting: 0 });
});
