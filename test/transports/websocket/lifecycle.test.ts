import { expect, onTestFinished, test } from "vitest";
import { manualClock } from "../../support/manual-clock.js";
import { accessTo } from "../../support/pusher-server/access.js";
import type { Behavior } from "../../support/pusher-server/server.js";
import { startTcpProxy } from "../../support/tcp-proxy.js";
import { aServer, aSubscriber, until } from "./harness.js";

test.each<[string, Partial<Behavior>]>([
  ["the upgrade is under way", { upgrade: "hang" }],
  ["the greeting is awaited", { greeting: "nothing" }],
  ["the subscription is being signed", { authorization: "hang" }],
  ["the confirmation is awaited", { subscription: "nothing" }],
])("stop works while %s, and makes start reject", async (_when, behavior) => {
  const server = await aServer();
  Object.assign(server.behavior, behavior);
  const clock = manualClock();
  const { socket, fatal } = aSubscriber(server, { clock });
  const starting = socket.start();
  const reached = () =>
    behavior.authorization === undefined
      ? behavior.subscription === undefined
        ? server.upgrades === 1
        : server.peers[0]?.sent("pusher:subscribe").length === 1
      : server.authorizations.length === 1;
  await until("the step", reached);
  await socket.stop();
  await expect(starting).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });
  expect(clock.pending()).toBe(0);
  expect(socket.health()).toMatchObject({ state: "stopped", subscribed: false });
  expect(fatal).toEqual([]);
  await until("the server has noticed", () => server.open === 0);
});

test("stop works while the server is being located, and aborts the call", async () => {
  const server = await aServer();
  const signals: AbortSignal[] = [];
  const locate = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<never>(() => undefined);
  };
  const clock = manualClock();
  const { socket } = aSubscriber(server, { access: { ...accessTo(server), locate }, clock });
  const starting = socket.start();
  await socket.stop();
  await expect(starting).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(clock.pending()).toBe(0);
});

test("stop works during the pause between tries", async () => {
  const server = await aServer();
  server.behavior.upgrade = { status: 503 };
  const clock = manualClock();
  const backoff = { baseMs: 1000, capMs: 1000 };
  const { socket } = aSubscriber(server, { clock, backoff, random: () => 0.5 });
  const starting = socket.start();
  await until("the pause", () => socket.health().state === "waiting");
  expect(clock.pending()).toBe(1);
  await socket.stop();
  await expect(starting).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });
  expect(clock.pending()).toBe(0);
  expect(server.upgrades).toBe(1);
});

test("stop does not wait for a server that has gone dead", async () => {
  const server = await aServer();
  const wire = await startTcpProxy(server.port);
  onTestFinished(() => wire.stop());
  const access = accessTo(server, server.url.replace(String(server.port), String(wire.port)));
  const { socket } = aSubscriber(server, { access });
  await socket.start();
  wire.stall();
  const before = performance.now();
  await socket.stop();
  expect(performance.now() - before).toBeLessThan(3000);
});

test("stop works while paused", async () => {
  const server = await aServer();
  const { socket } = aSubscriber(server);
  await socket.start();
  socket.pause();
  for (let index = 0; index < 100; index += 1)
    server.publish("trigger_to_client", { text: "x".repeat(100_000) });
  await until("the server is held up", () => server.last().backlogBytes > 1_000_000);
  await socket.stop();
});

test("what the server sends until it has closed is still delivered", async () => {
  const server = await aServer();
  const { socket, bodies } = aSubscriber(server);
  await socket.start();
  server.publish("trigger_to_client", { last: true });
  await socket.stop();
  expect(bodies()).toEqual(['{"last":true}']);
});

test("a socket that was never started stops; one that was stopped does not start", async () => {
  const server = await aServer();
  const { socket } = aSubscriber(server);
  expect(socket.health()).toMatchObject({ state: "idle", attempts: 0, lastFrameAt: undefined });
  await socket.stop();
  await expect(socket.start()).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });
  expect(server.upgrades).toBe(0);
});

test("starting twice is starting once", async () => {
  const server = await aServer();
  const { socket } = aSubscriber(server);
  await Promise.all([socket.start(), socket.start()]);
  expect(server.upgrades).toBe(1);
});

test.each(["websocket.connecting", "websocket.ready", "websocket.disconnected", "websocket.failed"])(
  "stop may be called from within the listener event %s",
  async (type) => {
    const server = await aServer();
    server.behavior.greeted = (peer) => {
      if (type === "websocket.disconnected") peer.close(1001);
      if (type === "websocket.failed") peer.close(4001);
    };
    const clock = manualClock();
    const { socket } = aSubscriber(server, {
      clock,
      send: (report) => {
        if (report.type === type) void socket.stop();
      },
    });
    await socket.start().catch(() => undefined);
    await socket.stop();
    expect(socket.health()).toMatchObject({
      state: expect.stringMatching(/stopped|failed/),
      subscribed: false,
    });
    expect(clock.pending()).toBe(0);
    await until("the server has noticed", () => server.open === 0);
    expect(server.upgrades).toBe(type === "websocket.connecting" ? 0 : 1);
  },
);

test("after a fatal error nothing is left, and stop is harmless", async () => {
  const server = await aServer();
  const clock = manualClock();
  const { socket, fatal } = aSubscriber(server, { clock });
  await socket.start();
  server.last().close(4001);
  await until("it gives up", () => fatal.length === 1);
  expect(clock.pending()).toBe(0);
  await socket.stop();
  expect(socket.health().state).toBe("failed");
});

test("callbacks of the options that throw end nothing", async () => {
  const server = await aServer();
  const thrower = () => {
    throw new Error("a defect of the owner");
  };
  const { socket, told } = aSubscriber(server, { onGap: thrower, onFatal: thrower });
  await socket.start();
  server.last().close(4200);
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(told("warning")).toHaveLength(1);
  server.last().close(4001);
  await until("it gives up", () => socket.health().state === "failed");
  expect(told("warning")).toHaveLength(2);
});

test("invalid options are rejected at once", async () => {
  const server = await aServer();
  expect(() => aSubscriber(server, { maxInFlight: 0 })).toThrow(/`maxInFlight`/);
  expect(() => aSubscriber(server, { chunks: { maxBytes: Number.NaN } })).toThrow(/`chunks.maxBytes`/);
});
