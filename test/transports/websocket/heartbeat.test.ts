import { expect, onTestFinished, test } from "vitest";
import { type ManualClock, manualClock } from "../../support/manual-clock.js";
import { accessTo } from "../../support/pusher-server/access.js";
import type { PusherServer } from "../../support/pusher-server/server.js";
import { startTcpProxy } from "../../support/tcp-proxy.js";
import { aServer, aSubscriber, type Subject, until } from "./harness.js";

/** Lets simulated time pass in small steps, and every ping of a step be answered before the next. */
async function live(clock: ManualClock, server: PusherServer, { socket }: Subject, forMs: number) {
  for (let passed = 0; passed < forMs; passed += 10_000) {
    const pings = server.last().sent("pusher:ping").length;
    const heard = socket.health().lastFrameAt ?? 0;
    const before = clock.now();
    clock.advance(10_000);
    const asked = () => server.last().sent("pusher:ping").length > pings;
    // Whether a ping goes out in this step is told by the time since the last frame.
    if (before + 10_000 - heard >= 120_000) {
      await until("the ping", asked);
      await until("the pong", () => (socket.health().lastFrameAt ?? 0) > heard);
    }
  }
}

test("a server's pings are answered, those of WebSocket itself too", async () => {
  const server = await aServer();
  const { socket } = aSubscriber(server);
  await socket.start();
  server.last().send("pusher:ping", {});
  server.last().text(JSON.stringify({ event: "pusher:ping" }));
  server.last().controlPing();
  await until("two pongs", () => server.last().sent("pusher:pong").length === 2);
});

test("an hour of quiet with pongs never replaces the connection", async () => {
  const server = await aServer();
  const clock = manualClock();
  const subject = aSubscriber(server, { clock });
  await subject.socket.start();
  await live(clock, server, subject, 3_600_000);
  expect(server.upgrades).toBe(1);
  expect(subject.told("websocket.disconnected")).toEqual([]);
  expect(subject.socket.health()).toMatchObject({ state: "ready", healthy: true });
  expect(server.last().sent("pusher:ping").length).toBe(30);
});

test("The connection goes silent", async () => {
  const server = await aServer();
  const wire = await startTcpProxy(server.port);
  onTestFinished(() => wire.stop());
  const clock = manualClock();
  const access = accessTo(server, server.url.replace(String(server.port), String(wire.port)));
  const { socket, told, gaps } = aSubscriber(server, { clock, access });
  await socket.start();
  const heardAt = socket.health().lastFrameAt;
  wire.stall();
  clock.advance(120_000);
  expect(socket.health()).toMatchObject({ state: "ready", healthy: true });
  clock.advance(29_999);
  expect(told("websocket.disconnected")).toEqual([]);
  clock.advance(1);
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "silent", retryInMs: 0 }]);
  expect(told("websocket.connecting")[1]).toMatchObject({ reason: "no-pong" });
  wire.flow();
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(gaps).toMatchObject([{ from: heardAt, to: clock.now() }]);
});

test("a connection whose server does not answer is replaced within its activity limit and 30 s", async () => {
  const server = await aServer();
  server.behavior.activityTimeout = 20;
  server.behavior.pongs = false;
  const clock = manualClock();
  const { socket, told } = aSubscriber(server, { clock });
  await socket.start();
  clock.advance(20_000);
  await until("the ping", () => server.last().sent("pusher:ping").length === 1);
  clock.advance(30_000);
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "silent" }]);
  await until("a second confirmation", () => told("websocket.ready").length === 2);
});

test("any frame counts as a heartbeat", async () => {
  const server = await aServer();
  server.behavior.pongs = false;
  const clock = manualClock();
  const { socket, told, deliveries } = aSubscriber(server, { clock });
  await socket.start();
  for (let minute = 1; minute <= 30; minute += 1) {
    clock.advance(60_000);
    server.publish("trigger_to_client", { minute });
    await until("the event", () => deliveries.length === minute);
  }
  expect(told("websocket.disconnected")).toEqual([]);
  expect(server.last().sent("pusher:ping")).toEqual([]);
});

test.each([
  [30, 30_000],
  [600, 120_000],
  [0, 120_000],
  [-5, 120_000],
  ["30", 120_000],
  [null, 120_000],
  [0.001, 1000],
])("an activity_timeout of %j has us ping after %i ms of quiet", async (activityTimeout, quietMs) => {
  const server = await aServer();
  server.behavior.activityTimeout = activityTimeout;
  const clock = manualClock();
  const { socket } = aSubscriber(server, { clock });
  await socket.start();
  clock.advance(quietMs - 1);
  server.last().send("pusher:pong", {});
  const heard = socket.health().lastFrameAt;
  await until("the frame", () => socket.health().lastFrameAt !== heard);
  expect(server.last().sent("pusher:ping")).toEqual([]);
  clock.advance(quietMs);
  await until("the ping", () => server.last().sent("pusher:ping").length === 1);
});

test("The machine sleeps and its clock shows it", async () => {
  const server = await aServer();
  const clock = manualClock();
  const { socket, told, gaps } = aSubscriber(server, { clock });
  await socket.start();
  const heardAt = socket.health().lastFrameAt;
  clock.jump(3_600_000);
  expect(socket.health().healthy).toBe(false);
  clock.advance(10_000);
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "slept", retryInMs: 0 }]);
  expect(told("websocket.connecting")[1]).toMatchObject({ reason: "slept" });
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(gaps).toMatchObject([{ from: heardAt, to: clock.now() }]);
});

test("The machine sleeps and its timers show it", async () => {
  const server = await aServer();
  const clock = manualClock();
  const { socket, told } = aSubscriber(server, { clock });
  await socket.start();
  clock.stall(3_600_000);
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "slept" }]);
  await until("a second confirmation", () => told("websocket.ready").length === 2);
});

test("small corrections of the machine's clock, and large ones backwards, change nothing", async () => {
  const server = await aServer();
  const clock = manualClock();
  const subject = aSubscriber(server, { clock });
  await subject.socket.start();
  for (const byMs of [5000, -5000, 20_000, -3_600_000]) {
    clock.jump(byMs);
    clock.advance(10_000);
  }
  expect(subject.told("websocket.disconnected")).toEqual([]);
  expect(subject.socket.health().healthy).toBe(true);
});

test("a busy process that looks late, but not asleep, reads received frames before it decides", async () => {
  const server = await aServer();
  const clock = manualClock();
  const { socket, told } = aSubscriber(server, { clock });
  await socket.start();
  clock.advance(120_000);
  // The pong is on its way, and the process is busy until after the limit.
  clock.advance(19_999);
  clock.stall(15_000);
  expect(told("websocket.disconnected")).toEqual([]);
  const heard = socket.health().lastFrameAt ?? 0;
  await until("the pong is read", () => (socket.health().lastFrameAt ?? 0) > heard);
  clock.advance(100_000);
  expect(told("websocket.disconnected")).toEqual([]);
});
