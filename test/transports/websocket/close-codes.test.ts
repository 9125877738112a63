import { expect, onTestFinished, test } from "vitest";
import { manualClock } from "../../support/manual-clock.js";
import { accessTo } from "../../support/pusher-server/access.js";
import { startTcpProxy } from "../../support/tcp-proxy.js";
import { aServer, aSubscriber, until } from "./harness.js";

test.each([4000, 4001, 4004, 4007, 4099])("The server closes with 4000 to 4099: %i", async (code) => {
  const server = await aServer();
  const { socket, told, fatal } = aSubscriber(server);
  await socket.start();
  server.last().close(code, "go away");
  await until("it gives up", () => fatal.length === 1);
  expect(fatal[0]).toMatchObject({
    code: "ERR_REALTIME_REFUSED",
    message: expect.stringContaining("go away"),
  });
  expect(told("websocket.disconnected")).toMatchObject([
    { reason: "closed", closeCode: code, retryInMs: undefined },
  ]);
  expect(told("websocket.failed")).toHaveLength(1);
  expect(socket.health()).toMatchObject({ state: "failed", missingSince: expect.any(Number) });
  expect(server.upgrades).toBe(1);
});

test("an application that does not exist makes start reject", async () => {
  const server = await aServer();
  const { socket } = aSubscriber(server, {
    access: accessTo(server, server.url.replace("app-key", "other")),
  });
  await expect(socket.start()).rejects.toMatchObject({ code: "ERR_REALTIME_REFUSED" });
});

test("The server closes with 4009", async () => {
  const server = await aServer();
  const { socket, told } = aSubscriber(server);
  await socket.start();
  server.last().close(4009, "not authorized in time");
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "authorization", closeCode: 4009 }]);
  expect(server.authorizations).toHaveLength(2);
});

test.each([4100, 4199])("The server closes with 4100 to 4199: %i", async (code) => {
  const server = await aServer();
  const clock = manualClock();
  const { socket, told } = aSubscriber(server, { clock });
  await socket.start();
  server.last().close(code);
  await until("the loss", () => told("websocket.disconnected").length === 1);
  expect(told("websocket.disconnected")).toMatchObject([
    { reason: "closed", closeCode: code, retryInMs: 1000 },
  ]);
  expect(socket.health().state).toBe("waiting");
  expect(clock.pending()).toBe(1);
  clock.advance(999);
  expect(told("websocket.connecting")).toHaveLength(1);
  clock.advance(1);
  expect(told("websocket.connecting")[1]).toMatchObject({ attempt: 1, reason: "backoff-over" });
  await until("a second confirmation", () => told("websocket.ready").length === 2);
});

test.each([4200, 4201, 4202, 4299])("The server closes with 4200 to 4299: %i", async (code) => {
  const server = await aServer();
  // Pauses would be long, and no time passes.
  const backoff = { baseMs: 60_000, capMs: 60_000 };
  const { socket, told } = aSubscriber(server, { clock: manualClock(), backoff, random: () => 0.5 });
  await socket.start();
  for (let round = 1; round <= 5; round += 1) {
    server.last().close(code);
    await until("a further confirmation", () => told("websocket.ready").length === round + 1);
  }
  expect(told("websocket.disconnected").map(({ retryInMs }) => retryInMs)).toEqual([0, 0, 0, 0, 0]);
  expect(told("websocket.connecting")[1]).toMatchObject({ reason: "closed" });
  server.last().close(code);
  await until("the sixth loss", () => told("websocket.disconnected").length === 6);
  expect(told("websocket.disconnected")[5]).toMatchObject({ retryInMs: 30_000 });
});

test.each([1000, 1001, 1011, 3000, 4300, 4999])("The server closes with any other code: %i", async (code) => {
  const server = await aServer();
  const clock = manualClock();
  const { socket, told, gaps } = aSubscriber(server, {
    clock,
    backoff: { baseMs: 800, capMs: 800 },
    random: () => 0.5,
  });
  await socket.start();
  server.last().close(code);
  await until("the loss", () => told("websocket.disconnected").length === 1);
  expect(told("websocket.disconnected")).toMatchObject([
    { reason: "closed", closeCode: code, retryInMs: 400 },
  ]);
  clock.advance(400);
  await until("the gap", () => gaps.length === 1);
});

test.each([
  { code: 4001, retryInMs: undefined },
  { code: 4009, retryInMs: 0 },
  { code: 4100, retryInMs: 1000 },
  { code: 4200, retryInMs: 0 },
])("The server reports a closing error and does not close: $code", async ({ code, retryInMs }) => {
  const server = await aServer();
  const { socket, told, fatal } = aSubscriber(server, { clock: manualClock() });
  await socket.start();
  server.last().send("pusher:error", { code, message: "as told" });
  await until("the loss", () => told("websocket.disconnected").length === 1);
  expect(told("websocket.disconnected")).toMatchObject([
    { closeCode: code, retryInMs, detail: expect.stringContaining("as told") },
  ]);
  expect(fatal).toHaveLength(code === 4001 ? 1 : 0);
  await until("the connection is closed", () => server.peers[0]?.closed !== undefined);
});

test("The server reports another error", async () => {
  const server = await aServer();
  const { socket, told, deliveries } = aSubscriber(server);
  await socket.start();
  server.last().send("pusher:error", { code: 4301, message: "too fast" });
  server.last().send("pusher:error", { code: null, message: "odd" });
  server.last().text(JSON.stringify({ event: "pusher:error" }));
  server.publish("trigger_to_client", {});
  await until("the event after it", () => deliveries.length === 1);
  expect(told("warning").map(({ error }) => error.code)).toEqual(["ERR_FRAME", "ERR_FRAME", "ERR_FRAME"]);
  expect(told("websocket.disconnected")).toEqual([]);
});

test("an error without a code while subscribing is a rejection", async () => {
  const server = await aServer();
  server.behavior.subscription = "nothing";
  const { socket, told } = aSubscriber(server);
  const starting = socket.start();
  await until("the client subscribes", () => server.peers[0]?.sent("pusher:subscribe").length === 1);
  server.behavior.subscription = "confirm";
  server.last().send("pusher:error", { code: null, message: "Auth value is invalid" });
  await starting;
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "authorization" }]);
});

test("The connection is reset", async () => {
  const server = await aServer();
  const wire = await startTcpProxy(server.port);
  onTestFinished(() => wire.stop());
  const access = accessTo(server, server.url.replace(String(server.port), String(wire.port)));
  const { socket, told, gaps } = aSubscriber(server, { access });
  await socket.start();
  wire.reset();
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "reset", closeCode: undefined }]);
  expect(gaps).toHaveLength(1);
});

test("The connection ends without a close frame", async () => {
  const server = await aServer();
  const { socket, told } = aSubscriber(server);
  await socket.start();
  server.last().end();
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "closed", closeCode: undefined }]);
});

test("the backoff grows until a confirmed subscription has stood for 30 s, and only then begins anew", async () => {
  const server = await aServer();
  const clock = manualClock();
  const backoff = { baseMs: 500, capMs: 30_000 };
  const { socket, told } = aSubscriber(server, { clock, backoff, random: () => 0.999_999 });
  await socket.start();
  // The server accepts and greets each time, which is not enough.
  server.behavior.subscription = { error: "busy", status: 503 };
  server.last().close(1001);
  const pauses: (number | undefined)[] = [];
  for (let losses = 1; losses <= 9; losses += 1) {
    await until("a loss", () => told("websocket.disconnected").length === losses);
    const retryInMs = told("websocket.disconnected").at(-1)?.retryInMs;
    pauses.push(retryInMs);
    if (losses === 8) server.behavior.subscription = "confirm";
    if (losses < 9) clock.advance(retryInMs ?? 0);
    if (losses === 8) {
      await until("a confirmation", () => told("websocket.ready").length === 2);
      clock.advance(30_000);
      server.last().close(1001);
    }
  }
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 500]);
  expect(told("websocket.connecting").map(({ attempt }) => attempt)).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8]);
});
