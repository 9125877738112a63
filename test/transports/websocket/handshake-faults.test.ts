import { expect, test } from "vitest";
import { ApiError, EarshotError } from "../../../src/base/errors.js";
import { accessTo } from "../../support/pusher-server/access.js";
import { CHANNEL } from "../../support/pusher-server/server.js";
import { aServer, aSubscriber, until } from "./harness.js";

test("The greeting never comes", async () => {
  const server = await aServer();
  server.behavior.greeting = "nothing";
  const { socket, told } = aSubscriber(server, { handshakeLimitMs: 30 });
  const starting = socket.start();
  await until("a second try", () => server.upgrades >= 2);
  server.behavior.greeting = "greet";
  await starting;
  expect(told("websocket.disconnected")[0]).toMatchObject({
    reason: "timeout",
    detail: expect.stringContaining("greet"),
  });
});

test.each([
  JSON.stringify({ event: "pusher:connection_established", data: "{}" }),
  JSON.stringify({ event: "pusher:connection_established", data: "not json" }),
  JSON.stringify({ event: "pusher:connection_established", data: { socket_id: 7 } }),
  JSON.stringify({ event: "pusher:connection_established" }),
])("The greeting has no socket id: %s", async (text) => {
  const server = await aServer();
  server.behavior.greeting = { text };
  const { socket, told } = aSubscriber(server);
  const starting = socket.start();
  await until("a second try", () => server.upgrades >= 2);
  server.behavior.greeting = "greet";
  await starting;
  expect(told("websocket.disconnected")[0]).toMatchObject({ reason: "protocol" });
});

test("a greeting whose data is an object, not text, is read too", async () => {
  const server = await aServer();
  const data = { socket_id: "1.1000", activity_timeout: 30 };
  server.behavior.greeting = { text: JSON.stringify({ event: "pusher:connection_established", data }) };
  const { socket } = aSubscriber(server);
  await socket.start();
  expect(server.authorizations).toEqual([{ socketId: "1.1000", channel: CHANNEL }]);
});

test("The greeting comes twice", async () => {
  const server = await aServer();
  server.behavior.greeted = (peer) => {
    peer.send("pusher:connection_established", { socket_id: peer.socketId, activity_timeout: 120 });
  };
  const { socket, told } = aSubscriber(server);
  await socket.start();
  await until("the warning", () => told("warning").length === 1);
  expect(told("warning")[0]?.error.code).toBe("ERR_FRAME");
  expect(server.upgrades).toBe(1);
});

test("A second greeting has another socket id", async () => {
  const server = await aServer();
  const { socket, told, gaps } = aSubscriber(server);
  await socket.start();
  const first = server.last();
  first.send("pusher:connection_established", { socket_id: "9.9", activity_timeout: 120 });
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "protocol" }]);
  expect(server.authorizations.map(({ socketId }) => socketId)).toEqual([
    first.socketId,
    server.last().socketId,
  ]);
  expect(gaps).toHaveLength(1);
});

test("Authorization gets 401", async () => {
  const server = await aServer();
  server.behavior.authorization = { status: 401 };
  const { socket, told, fatal } = aSubscriber(server);
  await expect(socket.start()).rejects.toMatchObject({ code: "ERR_UNAUTHORIZED" });
  expect(fatal.map(({ code }) => code)).toEqual(["ERR_UNAUTHORIZED"]);
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "authorization", retryInMs: undefined }]);
  expect(told("websocket.failed")).toHaveLength(1);
  expect(socket.health()).toMatchObject({ state: "failed", subscribed: false });
  await until("the connection is closed", () => server.open === 0);
  expect(server.upgrades).toBe(1);
});

test("Authorization gets 403", async () => {
  const server = await aServer();
  server.behavior.authorization = { status: 403 };
  const { socket, fatal } = aSubscriber(server);
  await expect(socket.start()).rejects.toMatchObject({
    code: "ERR_REALTIME_CHANNEL",
    message: expect.stringContaining(CHANNEL),
    cause: expect.any(ApiError),
  });
  expect(fatal).toHaveLength(1);
});

test.each([408, 429, 500, 503])("Authorization gets 408, 429 or 5xx: %i", async (status) => {
  const server = await aServer();
  server.behavior.authorization = { status };
  const { socket, told, fatal } = aSubscriber(server);
  const starting = socket.start();
  await until("three tries", () => server.authorizations.length >= 3);
  server.behavior.authorization = "sign";
  await starting;
  expect(told("websocket.disconnected")[0]).toMatchObject({ reason: "authorization", retryInMs: 0 });
  expect(fatal).toEqual([]);
});

test("Authorization fails in the network", async () => {
  const server = await aServer();
  const good = accessTo(server);
  let asked = 0;
  const authorize: typeof good.authorize = async (...words) => {
    asked += 1;
    if (asked < 3) throw new ApiError("ERR_NETWORK", "The platform could not be reached.");
    return good.authorize(...words);
  };
  const { socket, told } = aSubscriber(server, { access: { ...good, authorize } });
  await socket.start();
  expect(told("websocket.disconnected").map(({ reason }) => reason)).toEqual([
    "authorization",
    "authorization",
  ]);
});

test("Authorization gets no response", async () => {
  const server = await aServer();
  server.behavior.authorization = "hang";
  const { socket, told } = aSubscriber(server, { accessLimitMs: 30 });
  const starting = socket.start();
  await until("a second try", () => server.authorizations.length >= 2);
  server.behavior.authorization = "sign";
  await starting;
  expect(told("websocket.disconnected")[0]).toMatchObject({
    reason: "timeout",
    detail: expect.stringContaining("sign"),
  });
});

test("The subscription is never confirmed", async () => {
  const server = await aServer();
  server.behavior.subscription = "nothing";
  const { socket, told } = aSubscriber(server, { handshakeLimitMs: 500 });
  const starting = socket.start();
  await until("a second try", () => server.upgrades >= 2);
  server.behavior.subscription = "confirm";
  await starting;
  expect(told("websocket.disconnected")[0]).toMatchObject({
    reason: "timeout",
    detail: expect.stringContaining("confirm"),
  });
});

test("The server rejects the signature", async () => {
  const server = await aServer();
  server.behavior.authorization = "wrong";
  const { socket, told, fatal } = aSubscriber(server);
  await expect(socket.start()).rejects.toMatchObject({ code: "ERR_REALTIME_CHANNEL" });
  expect(told("websocket.disconnected").map(({ reason }) => reason)).toEqual(Array(3).fill("authorization"));
  expect(server.authorizations).toHaveLength(3);
  expect(fatal).toHaveLength(1);
});

test("a signature that is rejected once, as when a key is rotated, is requested again", async () => {
  const server = await aServer();
  server.behavior.authorization = "wrong";
  const { socket, fatal } = aSubscriber(server);
  const starting = socket.start();
  await until("the first refusal", () => server.upgrades === 2);
  server.behavior.authorization = "sign";
  await starting;
  expect(fatal).toEqual([]);
});

test("The server rejects the subscription for another reason", async () => {
  const server = await aServer();
  server.behavior.subscription = { error: "busy", status: 503 };
  const { socket, told, fatal } = aSubscriber(server);
  const starting = socket.start();
  await until("five tries", () => server.upgrades >= 5);
  server.behavior.subscription = "confirm";
  await starting;
  expect(told("websocket.disconnected")[0]).toMatchObject({
    reason: "authorization",
    detail: expect.stringContaining("busy"),
  });
  expect(fatal).toEqual([]);
});

test("Locating the server fails", async () => {
  const server = await aServer();
  const good = accessTo(server);
  const errors: unknown[] = [
    new ApiError("ERR_NETWORK", "no answer", { cause: Object.assign(new Error("x"), { code: "EAI_AGAIN" }) }),
    new ApiError("ERR_API", "down", { status: 503 }),
    new EarshotError("ERR_TIMEOUT", "too slow"),
    new TypeError("a defect"),
  ];
  const locate: typeof good.locate = async (signal) => {
    const error = errors.shift();
    if (error !== undefined) throw error;
    return good.locate(signal);
  };
  const { socket, told } = aSubscriber(server, { access: { ...good, locate } });
  await socket.start();
  expect(told("websocket.disconnected").map(({ reason }) => reason)).toEqual([
    "dns",
    "http",
    "timeout",
    "other",
  ]);
});

test("Locating the server gets no response", async () => {
  const server = await aServer();
  const good = accessTo(server);
  const signals: AbortSignal[] = [];
  const locate: typeof good.locate = (signal) => {
    signals.push(signal);
    return signals.length === 1 ? new Promise(() => undefined) : good.locate(signal);
  };
  const { socket, told } = aSubscriber(server, { access: { ...good, locate }, accessLimitMs: 30 });
  await socket.start();
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "timeout" }]);
  expect(signals[0]?.aborted).toBe(true);
});

test("The platform rejects the key when the server is located", async () => {
  const server = await aServer();
  const locate = async () => {
    throw new ApiError("ERR_UNAUTHORIZED", "The key is wrong.", { status: 401 });
  };
  const { socket, fatal } = aSubscriber(server, { access: { ...accessTo(server), locate } });
  await expect(socket.start()).rejects.toMatchObject({ code: "ERR_UNAUTHORIZED" });
  expect(fatal).toHaveLength(1);
  expect(server.upgrades).toBe(0);
});
