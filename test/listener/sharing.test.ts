import { setTimeout as pause } from "node:timers/promises";
import { type ListenerEvent, type ListenerOptions, Toolset, type ToolsetOptions } from "earshot";
import { startPlatform } from "earshot/dev";
import { expect, onTestFinished, test, vi } from "vitest";

const TRIGGER = "SLACK_RECEIVE_MESSAGE";
const socket = { quietLimitMs: 300, pongLimitMs: 300, backoff: { baseMs: 10, capMs: 50 } };
const soon = { timeout: 15_000, interval: 10 };

/** A local platform, and listeners on it that note what they receive. */
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
    const received: string[] = [];
    const reports: ListenerEvent[] = [];
    made.on("*", (report) => reports.push(report));
    return {
      ...{ made, received, reports },
      types: () => reports.map(({ type }) => type),
      /** Hears, and holds each event for as long as `held` does. */
      async receive(held: Promise<void> = Promise.resolve()) {
        made.callback(TRIGGER, async ({ payload }) => {
          received.push(String(payload.text));
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

test("listeners with one key and base URL share a connection, of any toolset, and each receives everything", async () => {
  const { platform, toolset, listener, fire } = await aPlatform();
  const shared = toolset();
  const all = [listener(shared), listener(shared), listener(toolset())];
  for (const each of all) await each.receive();
  const [first, second, third] = all;
  await fire("a", "b");
  for (const { received } of all) await vi.waitFor(() => expect(received).toEqual(["a", "b"]), soon);
  expect(platform.connections()).toHaveLength(1);
  for (const { types } of all) expect(types()).toContain("websocket.ready");

  const other = listener(toolset({ apiKey: "two" }));
  await other.receive();
  expect(platform.connections()).toHaveLength(2);
  await other.made.stop();

  // The one that connected leaves, and its toolset is closed; the others stay connected.
  await first?.made.stop();
  await second?.made.stop();
  await shared.close();
  await fire("c");
  await vi.waitFor(() => expect(third?.received).toEqual(["a", "b", "c"]), soon);
  expect(platform.connections()).toHaveLength(1);
  await third?.made.stop();
  await vi.waitFor(() => expect(platform.connections()).toHaveLength(0), soon);
  expect(first?.received).toEqual(["a", "b"]);

  const again = listener(toolset());
  await again.receive();
  await fire("d");
  await vi.waitFor(() => expect(again.received).toEqual(["d"]), soon);
  expect(platform.connections()).toHaveLength(1);
});

test("a subscriber that joins while the connection is down is ready when the subscription is confirmed, not before", async () => {
  const { platform, toolset, listener, fire } = await aPlatform();
  const first = listener(toolset());
  await first.receive();
  platform.faults.realtime.refuse(4200);
  platform.faults.realtime.dropAll("terminate");
  await vi.waitFor(() => expect(first.types()).toContain("websocket.disconnected"), soon);
  const late = listener(toolset());
  let isReady = false;
  const starting = late.receive().then(() => {
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
  await vi.waitFor(() => expect(late.received).toEqual(["live"]), soon);
  // The gap is the first one's alone: the other was not there when it began.
  await vi.waitFor(() => expect(first.received.toSorted()).toEqual(["live", "missed"]), soon);
  expect(late.types()).not.toContain("gap.opened");
  expect(platform.connections()).toHaveLength(1);
});

test("after a gap each listener fills its own, and nothing runs twice", async () => {
  const { platform, toolset, listener, fire } = await aPlatform();
  const all = [listener(toolset()), listener(toolset())];
  for (const each of all) await each.receive();
  await fire("before");
  platform.faults.realtime.refuse(4200);
  platform.faults.realtime.dropAll("terminate");
  await fire("missed");
  platform.faults.realtime.refuse(undefined);
  for (const { received, types } of all) {
    await vi.waitFor(() => expect(types()).toContain("gap.filled"), soon);
    expect(received).toEqual(["before", "missed"]);
  }
});

test("a listener that falls behind delays no other: it backfills, and loses nothing", async () => {
  const { platform, toolset, listener, fire } = await aPlatform();
  const EVENTS = 1500;
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const slow = listener(toolset(), { maxPending: 5, concurrency: 2 });
  const quick = listener(toolset());
  await slow.receive(held);
  await quick.receive();
  const texts = numbers(EVENTS);
  await fire(...texts);
  await vi.waitFor(() => expect(quick.received).toHaveLength(EVENTS), soon);
  expect(quick.received).toEqual(texts);
  expect(slow.received).toHaveLength(2);
  expect(slow.made.health().websocket).toMatchObject({ paused: true, inFlight: 1000 });
  expect(quick.made.health().websocket).toMatchObject({ paused: false, inFlight: 0 });
  expect(slow.made.health().websocket?.missingSince).toBeDefined();
  expect(platform.connections()).toHaveLength(1);
  letGo();
  await vi.waitFor(() => expect(new Set(slow.received).size).toBe(EVENTS), { ...soon, timeout: 60_000 });
  await vi.waitFor(() => expect(slow.types()).toContain("gap.filled"), soon);
  expect(slow.received).toHaveLength(EVENTS);
  expect(quick.received).toHaveLength(EVENTS);
  // A busy machine may lose their common connection; the slow listener's gap is none of the quick one's.
  const isCut = quick.types().includes("websocket.disconnected");
  if (!isCut) expect(quick.types()).not.toContain("gap.opened");
}, 90_000);

test("a permanent failure ends them all, and a later listener tries again", async () => {
  const { toolset, listener } = await aPlatform();
  const both = [listener(toolset({ apiKey: "wrong" })), listener(toolset({ apiKey: "wrong" }))];
  const ends = await Promise.allSettled(both.map(({ receive }) => receive()));
  for (const end of ends)
    expect(end).toMatchObject({ status: "rejected", reason: { code: "ERR_UNAUTHORIZED" } });
  const later = listener(toolset({ apiKey: "wrong" }));
  await expect(later.receive()).rejects.toMatchObject({ code: "ERR_UNAUTHORIZED" });
  expect(later.types()).toContain("websocket.connecting");
});

test("an inbox that stays full stops the reading; the platform then closes the connection, and nothing is lost", async () => {
  const { platform, toolset, listener } = await aPlatform();
  // More than is in flight, in the network's buffers and in what the platform lets wait for one client.
  const EVENTS = 4500;
  const filler = "x".repeat(9000);
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const slow = listener(toolset(), { maxPending: 5, concurrency: 2 });
  await slow.receive(held);
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
  expect(slow.received).toHaveLength(2);
  expect(slow.made.health()).toMatchObject({
    healthy: false,
    inbox: { full: true },
    websocket: { paused: true },
  });
  letGo();
  await vi.waitFor(() => expect(new Set(slow.received).size).toBe(EVENTS), {
    timeout: 90_000,
    interval: 100,
  });
  await vi.waitFor(() => expect(slow.types()).toContain("gap.filled"), { timeout: 30_000 });
  expect(slow.received).toHaveLength(EVENTS);
  expect(slow.types()).not.toContain("gap.unfilled");
}, 180_000);

test("an event from before the first start is not received, even if a gap follows at once", async () => {
  const { platform, toolset, listener, fire } = await aPlatform();
  await fire("old");
  const { receive, received, types } = listener(toolset());
  await receive();
  platform.faults.realtime.dropAll("terminate");
  await fire("missed");
  await vi.waitFor(() => expect(types()).toContain("gap.filled"), soon);
  expect(received).toEqual(["missed"]);
});
