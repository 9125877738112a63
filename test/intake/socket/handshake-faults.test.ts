import { expect, test } from "vitest";
import { ApiError, EarshotError } from "../../../src/errors.js";
import { accessTo } from "../../support/pusher-server/access.js";
import { CHANNEL } from "../../support/pusher-server/server.js";
import { aServer, aSocket, until } from "./harness.js";

test("The greeting never comes", async () => {
  const server = await aServer();
  server.behaviour.greeting = "nothing";
  const { socket, told } = aSocket(server, { handshakeLimitMs: 30 });
  const starting = socket.start();
  await until("a second try", () => server.upgrades >= 2);
  server.behaviour.greeting = "greet";
  await starting;
  expect(told("socket.lost")[0]).toMatchObject({
    trouble: "timeout",
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
  server.behaviour.greeting = { text };
  const { socket, told } = aSocket(server);
  const starting = socket.start();
  await until("a second try", () => server.upgrades >= 2);
  server.behaviour.greeting = "greet";
  await starting;
  expect(told("socket.lost")[0]).toMatchObject({ trouble: "protocol" });
});

test("a greeting whose data is an object, not text, is read too", async () => {
  const server = await aServer();
  const data = { socket_id: "1.1000", activity_timeout: 30 };
  server.behaviour.greeting = { text: JSON.stringify({ event: "pusher:connection_established", data }) };
  const { socket } = aSocket(server);
  await socket.start();
  expect(server.authorisations).toEqual([{ socketId: "1.1000", channel: CHANNEL }]);
});

test("The greeting comes twice", async () => {
  const server = await aServer();
  server.behaviour.greeted = (peer) => {
    peer.send("pusher:connection_established", { socket_id: peer.socketId, activity_timeout: 120 });
  };
  const { socket, told } = aSocket(server);
  await socket.start();
  await until("the warning", () => told("warning").length === 1);
  expect(told("warning")[0]?.error.code).toBe("ERR_FRAME");
  expect(server.upgrades).toBe(1);
});

test("A second greeting has another socket id", async () => {
  const server = await aServer();
  const { socket, told, gaps } = aSocket(server);
  await socket.start();
  const first = server.last();
  first.send("pusher:connection_established", { socket_id: "9.9", activity_timeout: 120 });
  await until("a second confirmation", () => told("socket.ready").length === 2);
  expect(told("socket.lost")).toMatchObject([{ trouble: "protocol" }]);
  expect(server.authorisations.map(({ socketId }) => socketId)).toEqual([
    first.socketId,
    server.last().socketId,
  ]);
  expect(gaps).toHaveLength(1);
});

test("Authorisation is answered with 401", async () => {
  const server = await aServer();
  server.behaviour.authorisation = { status: 401 };
  const { socket, told, fatal } = aSocket(server);
  await expect(socket.start()).rejects.toMatchObject({ code: "ERR_UNAUTHORIZED" });
  expect(fatal.map(({ code }) => code)).toEqual(["ERR_UNAUTHORIZED"]);
  expect(told("socket.lost")).toMatchObject([{ trouble: "authorisation", retryInMs: undefined }]);
  expect(told("socket.failed")).toHaveLength(1);
  expect(socket.health()).toMatchObject({ state: "failed", subscribed: false });
  await until("the connection is closed", () => server.open === 0);
  expect(server.upgrades).toBe(1);
});

test("Authorisation is answered with 403", async () => {
  const server = await aServer();
  server.behaviour.authorisation = { status: 403 };
  const { socket, fatal } = aSocket(server);
  await expect(socket.start()).rejects.toMatchObject({
    code: "ERR_REALTIME_CHANNEL",
    message: expect.stringContaining(CHANNEL),
    cause: expect.any(ApiError),
  });
  expect(fatal).toHaveLength(1);
});

test.each([408, 429, 500, 503])("Authorisation is answered with 408, 429 or 5xx: %i", async (status) => {
  const server = await aServer();
  server.behaviour.authorisation = { status };
  const { socket, told, fatal } = aSocket(server);
  const starting = socket.start();
  await until("three tries", () => server.authorisations.length >= 3);
  server.behaviour.authorisation = "sign";
  await starting;
  expect(told("socket.lost")[0]).toMatchObject({ trouble: "authorisation", retryInMs: 0 });
  expect(fatal).toEqual([]);
});

test("Authorisation fails in the network", async () => {
  const server = await aServer();
  const good = accessTo(server);
  let asked = 0;
  const authorise: typeof good.authorise = async (...words) => {
    asked += 1;
    if (asked < 3) throw new ApiError("ERR_NETWORK", "The platform could not be reached.");
    return good.authorise(...words);
  };
  const { socket, told } = aSocket(server, { access: { ...good, authorise } });
  await socket.start();
  expect(told("socket.lost").map(({ trouble }) => trouble)).toEqual(["authorisation", "authorisation"]);
});

test("Authorisation is never answered", async () => {
  const server = await aServer();
  server.behaviour.authorisation = "hang";
  const { socket, told } = aSocket(server, { accessLimitMs: 30 });
  const starting = socket.start();
  await until("a second try", () => server.authorisations.length >= 2);
  server.behaviour.authorisation = "sign";
  await starting;
  expect(told("socket.lost")[0]).toMatchObject({
    trouble: "timeout",
    detail: expect.stringContaining("sign"),
  });
});

test("The subscription is never confirmed", async () => {
  const server = await aServer();
  server.behaviour.subscription = "nothing";
  const { socket, told } = aSocket(server, { handshakeLimitMs: 30 });
  const starting = socket.start();
  await until("a second try", () => server.upgrades >= 2);
  server.behaviour.subscription = "confirm";
  await starting;
  expect(told("socket.lost")[0]).toMatchObject({
    trouble: "timeout",
    detail: expect.stringContaining("confirm"),
  });
});

test("The server refuses the signature", async () => {
  const server = await aServer();
  server.behaviour.authorisation = "wrong";
  const { socket, told, fatal } = aSocket(server);
  await expect(socket.start()).rejects.toMatchObject({ code: "ERR_REALTIME_CHANNEL" });
  expect(told("socket.lost").map(({ trouble }) => trouble)).toEqual(Array(3).fill("authorisation"));
  expect(server.authorisations).toHaveLength(3);
  expect(fatal).toHaveLength(1);
});

test("a signature that is refused once, as when a key is rotated, is asked for again", async () => {
  const server = await aServer();
  server.behaviour.authorisation = "wrong";
  const { socket, fatal } = aSocket(server);
  const starting = socket.start();
  await until("the first refusal", () => server.upgrades === 2);
  server.behaviour.authorisation = "sign";
  await starting;
  expect(fatal).toEqual([]);
});

test("The server refuses the subscription for another reason", async () => {
  const server = await aServer();
  server.behaviour.subscription = { error: "busy", status: 503 };
  const { socket, told, fatal } = aSocket(server);
  const starting = socket.start();
  await until("five tries", () => server.upgrades >= 5);
  server.behaviour.subscription = "confirm";
  await starting;
  expect(told("socket.lost")[0]).toMatchObject({
    trouble: "authorisation",
    detail: expect.stringContaining("busy"),
  });
  expect(fatal).toEqual([]);
});

test("The platform cannot say where the server is", async () => {
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
  const { socket, told } = aSocket(server, { access: { ...good, locate } });
  await socket.start();
  expect(told("socket.lost").map(({ trouble }) => trouble)).toEqual(["dns", "http", "timeout", "other"]);
});

test("The platform never says where the server is", async () => {
  const server = await aServer();
  const good = accessTo(server);
  const signals: AbortSignal[] = [];
  const locate: typeof good.locate = (signal) => {
    signals.push(signal);
    return signals.length === 1 ? new Promise(() => undefined) : good.locate(signal);
  };
  const { socket, told } = aSocket(server, { access: { ...good, locate }, accessLimitMs: 30 });
  await socket.start();
  expect(told("socket.lost")).toMatchObject([{ trouble: "timeout" }]);
  expect(signals[0]?.aborted).toBe(true);
});

test("The platform refuses the key when asked where the server is", async () => {
  const server = await aServer();
  const locate = async () => {
    throw new ApiError("ERR_UNAUTHORIZED", "The key is wrong.", { status: 401 });
  };
  const { socket, fatal } = aSocket(server, { access: { ...accessTo(server), locate } });
  await expect(socket.start()).rejects.toMatchObject({ code: "ERR_UNAUTHORIZED" });
  expect(fatal).toHaveLength(1);
  expect(server.upgrades).toBe(0);
});
