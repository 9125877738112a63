import { setTimeout as pause } from "node:timers/promises";
import { type ListenerEvent, type ListenerOptions, Toolset, type ToolsetOptions } from "earshot";
import { startPlatform } from "earshot/dev";
import { expect, onTestFinished, test, vi } from "vitest";

const TRIGGER = "SLACK_RECEIVE_MESSAGE";
const socket = { quietLimitMs: 300, pongLimitMs: 300, backoff: { baseMs: 10, capMs: 50 } };
const soon = { timeout: 15_000, interval: 10 };

/** A local platform, and listeners on it that note what they hear. */
async function aPlatform(apiKeys: readonly string[] = ["one", "two"]) {
  const platform = await startPlatform({ apiKeys });
  onTestFinished(() => platform.stop());
  const toolset = (options: ToolsetOptions = {}) => {
    const made = new Toolset({ apiKey: "one", baseUrl: platform.url, ...options });
    onTestFinished(() => made.close());
    return made;
  };
  await toolset().enableTrigger(TRIGGER, {});
  const listener = (from: Toolset, options: ListenerOptions = {}) => {
    const made = from.createTriggerListener({ socket, signals: false, ...options });
    onTestFinished(() => made.stop());
    const heard: string[] = [];
    const reports: ListenerEvent[] = [];
    made.on("*", (report) => reports.push(report));
    return {
      ...{ made, heard, reports },
      types: () => reports.map(({ type }) => type),
      /** Hears, and holds each event for as long as `held` does. */
      async hear(held: Promise<void> = Promise.resolve()) {
        made.callback(TRIGGER, async ({ payload }) => {
          heard.push(String(payload.text));
          await held;
        });
        await made.start();
      },
    };
  };
  const fire = async (...texts: string[]) => {
    for (const text of texts) await platform.fire(TRIGGER, { data: { text } });
  };
  return { platform, toolset, listener, fire };
}

const numbers = (count: number, first = 0) => Array.from({ length: count }, (_, n) => String(first + n));

test("listeners with one key and base URL share a connection, whatever toolset they are of, and each hears everything", async () => {
  const { platform, toolset, listener, fire } = await aPlatform();
  const shared = toolset();
  const all = [listener(shared), listener(shared), listener(toolset())];
  for (const each of all) await each.hear();
  const [first, second, third] = all;
  await fire("a", "b");
  for (const { heard } of all) await vi.waitFor(() => expect(heard).toEqual(["a", "b"]), soon);
  expect(platform.connections()).toHaveLength(1);
  for (const { types } of all) expect(types()).toContain("websocket.ready");

  const other = listener(toolset({ apiKey: "two" }));
  await other.hear();
  expect(platform.connections()).toHaveLength(2);
  await other.made.stop();

  // The one that connected leaves, and its toolset is closed; the others stay connected.
  await first?.made.stop();
  await second?.made.stop();
  await shared.close();
  await fire("c");
  await vi.waitFor(() => expect(third?.heard).toEqual(["a", "b", "c"]), soon);
  expect(platform.connections()).toHaveLength(1);
  await third?.made.stop();
  await vi.waitFor(() => expect(platform.connections()).toHaveLength(0), soon);
  expect(first?.heard).toEqual(["a", "b"]);

  const again = listener(toolset());
  await again.hear();
  await fire("d");
  await vi.waitFor(() => expect(again.heard).toEqual(["d"]), soon);
  expect(platform.connections()).toHaveLength(1);
});

test("who joins while the connection is down is ready when the subscription is confirmed, not before", async () => {
  const { platform, toolset, listener, fire } = await aPlatform();
  const first = listener(toolset());
  await first.hear();
  platform.faults.realtime.refuse(4200);
  platform.faults.realtime.dropAll("terminate");
  await vi.waitFor(() => expect(first.types()).toContain("websocket.disconnected"), soon);
  const late = listener(toolset());
  let isReady = false;
  const starting = late.hear().then(() => {
    isReady = true;
  });
  await fire("missed");
  const losses = () => late.types().filter((type) => type === "websocket.disconnected").length;
  await vi.waitFor(() => expect(losses()).toBeGreaterThanOrEqual(3), soon);
  expect(isReady).toBe(false);
  expect(late.made.health().healthy).toBe(false);
  platform.faults.realtime.refuse(undefined);
  await starting;
  expect(late.made.health().healthy).toBe(true);
  await fire("live");
  await vi.waitFor(() => expect(late.heard).toEqual(["live"]), soon);
  // The gap is the first one's alone: the other was not there when it began.
  await vi.waitFor(() => expect(first.heard.toSorted()).toEqual(["live", "missed"]), soon);
  expect(late.types()).not.toContain("gap.opened");
  expect(platform.connections()).toHaveLength(1);
});

test("after a gap each fills its own, and nothing runs twice", async () => {
  const { platform, toolset, listener, fire } = await aPlatform();
  const all = [listener(toolset()), listener(toolset())];
  for (const each of all) await each.hear();
  await fire("before");
  platform.faults.realtime.refuse(4200);
  platform.faults.realtime.dropAll("terminate");
  await fire("missed");
  platform.faults.realtime.refuse(undefined);
  for (const { heard, types } of all) {
    await vi.waitFor(() => expect(types()).toContain("gap.filled"), soon);
    expect(heard).toEqual(["before", "missed"]);
  }
});

test("a listener that falls behind holds up no other: it catches up by itself, and loses nothing", async () => {
  const { platform, toolset, listener, fire } = await aPlatform();
  const EVENTS = 1500;
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const slow = listener(toolset(), { maxPending: 5, concurrency: 2 });
  const quick = listener(toolset());
  await slow.hear(held);
  await quick.hear();
  const texts = numbers(EVENTS);
  await fire(...texts);
  await vi.waitFor(() => expect(quick.heard).toHaveLength(EVENTS), soon);
  expect(quick.heard).toEqual(texts);
  expect(slow.heard).toHaveLength(2);
  expect(slow.made.health().websocket).toMatchObject({ paused: true, inFlight: 1000 });
  expect(quick.made.health().websocket).toMatchObject({ paused: false, inFlight: 0 });
  expect(slow.made.health().websocket?.missingSince).toBeDefined();
  expect(platform.connections()).toHaveLength(1);
  letGo();
  await vi.waitFor(() => expect(new Set(slow.heard).size).toBe(EVENTS), { ...soon, timeout: 60_000 });
  await vi.waitFor(() => expect(slow.types()).toContain("gap.filled"), soon);
  expect(slow.heard).toHaveLength(EVENTS);
  expect(quick.heard).toHaveLength(EVENTS);
  expect(quick.types()).not.toContain("gap.opened");
}, 90_000);

test("what cannot heal ends them all, and who comes later tries anew", async () => {
  const { toolset, listener } = await aPlatform();
  const both = [listener(toolset({ apiKey: "wrong" })), listener(toolset({ apiKey: "wrong" }))];
  const ends = await Promise.allSettled(both.map(({ hear }) => hear()));
  for (const end of ends)
    expect(end).toMatchObject({ status: "rejected", reason: { code: "ERR_UNAUTHORIZED" } });
  const later = listener(toolset({ apiKey: "wrong" }));
  await expect(later.hear()).rejects.toMatchObject({ code: "ERR_UNAUTHORIZED" });
  expect(later.types()).toContain("websocket.connecting");
});

test("an inbox that stays full stops the reading; the platform cuts us off for it, and nothing is lost", async () => {
  const { platform, toolset, listener } = await aPlatform();
  // More than is in flight, in the network's buffers and in what the platform lets wait for one client.
  const EVENTS = 4500;
  const filler = "x".repeat(9000);
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const slow = listener(toolset(), { maxPending: 5, concurrency: 2 });
  await slow.hear(held);
  for (const text of numbers(EVENTS)) {
    await platform.fire(TRIGGER, { data: { text, filler }, originalData: {} });
    // As fast as a reader could read that did.
    if (Number(text) % 50 === 0) await pause(1);
  }
  const losses = () => slow.reports.filter((report) => report.type === "websocket.disconnected");
  await vi.waitFor(() => expect(losses()).toMatchObject([{ reason: "back-pressure" }]), {
    timeout: 30_000,
    interval: 50,
  });
  expect(slow.types()).toContain("inbox.full");
  expect(slow.heard).toHaveLength(2);
  expect(slow.made.health()).toMatchObject({
    healthy: false,
    inbox: { full: true },
    websocket: { paused: true },
  });
  letGo();
  await vi.waitFor(() => expect(new Set(slow.heard).size).toBe(EVENTS), { timeout: 90_000, interval: 100 });
  await vi.waitFor(() => expect(slow.types()).toContain("gap.filled"), { timeout: 30_000 });
  expect(slow.heard).toHaveLength(EVENTS);
  expect(slow.types()).not.toContain("gap.unfilled");
}, 180_000);

test("what fired before the very first start is nobody's to hear, though a gap follows at once", async () => {
  const { platform, toolset, listener, fire } = await aPlatform();
  await fire("old");
  const { hear, heard, types } = listener(toolset());
  await hear();
  platform.faults.realtime.dropAll("terminate");
  await fire("missed");
  await vi.waitFor(() => expect(types()).toContain("gap.filled"), soon);
  expect(heard).toEqual(["missed"]);
});
