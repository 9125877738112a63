import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../support/free-port.js";
import { manualClock } from "../../support/manual-clock.js";
import { accessTo } from "../../support/pusher-server/access.js";
import { CHANNEL } from "../../support/pusher-server/server.js";
import { aServer, aSubscriber, until } from "./harness.js";

/** Access that names a bad place first and the server afterwards: each fault here must heal. */
function firstAt(server: Awaited<ReturnType<typeof aServer>>, url: string) {
  let asked = 0;
  const good = accessTo(server);
  return {
    ...good,
    locate: async () => {
      asked += 1;
      return { url: asked === 1 ? url : server.url, channel: CHANNEL };
    },
  };
}

test("The host name does not resolve", async () => {
  const server = await aServer();
  const { socket, told } = aSubscriber(server, {
    access: firstAt(server, "ws://nowhere.invalid/app/app-key"),
  });
  await socket.start();
  expect(told("websocket.disconnected")).toMatchObject([
    { reason: "dns", closeCode: undefined, retryInMs: 0 },
  ]);
});

test("The port is closed", async () => {
  const server = await aServer();
  const access = firstAt(server, `ws://localhost:${await freePort()}/app/app-key`);
  const { socket, told } = aSubscriber(server, { access });
  await socket.start();
  expect(told("websocket.disconnected")).toMatchObject([
    { reason: "refused", detail: expect.stringContaining("ECONNREFUSED") },
  ]);
});

test("The certificate is not valid", async () => {
  const server = await aServer();
  const secure = await aServer({ tls: true });
  const { socket, told } = aSubscriber(server, { access: firstAt(server, secure.url) });
  await socket.start();
  expect(told("websocket.disconnected")).toMatchObject([
    { reason: "tls", detail: expect.stringContaining("self-signed") },
  ]);
  expect(secure.upgrades).toBe(0);
});

test("The URL is not one of a WebSocket", async () => {
  const server = await aServer();
  for (const url of ["nonsense", "ftp://127.0.0.1/app", ""]) {
    const { socket, told } = aSubscriber(server, { access: firstAt(server, url) });
    await socket.start();
    expect(told("websocket.disconnected")).toMatchObject([{ reason: "other" }]);
  }
});

test.each([400, 401, 404, 429, 500, 503])("The upgrade gets HTTP 4xx or 5xx: %i", async (status) => {
  const server = await aServer();
  server.behavior.upgrade = { status };
  const { socket, told } = aSubscriber(server);
  const starting = socket.start();
  await until("three tries", () => server.upgrades >= 3);
  server.behavior.upgrade = "accept";
  await starting;
  expect(told("websocket.disconnected")[0]).toMatchObject({
    reason: "http",
    detail: expect.stringContaining(`${status}`),
  });
});

test("a Retry-After on the upgrade is waited for, and no more than five minutes of it", async () => {
  const server = await aServer();
  const clock = manualClock();
  server.behavior.upgrade = { status: 503, headers: { "retry-after": "7" } };
  const { socket, told } = aSubscriber(server, { clock });
  const starting = socket.start();
  await until("the loss", () => told("websocket.disconnected").length === 1);
  expect(told("websocket.disconnected")[0]).toMatchObject({ reason: "http", retryInMs: 7000 });
  server.behavior.upgrade = { status: 503, headers: { "retry-after": "86400" } };
  clock.advance(6999);
  expect(told("websocket.connecting")).toHaveLength(1);
  clock.advance(1);
  await until("the second loss", () => told("websocket.disconnected").length === 2);
  expect(told("websocket.disconnected")[1]).toMatchObject({ retryInMs: 300_000 });
  server.behavior.upgrade = "accept";
  clock.advance(300_000);
  await starting;
});

test("The upgrade gets no response", async () => {
  const server = await aServer();
  server.behavior.upgrade = "hang";
  const { socket, told } = aSubscriber(server, { handshakeLimitMs: 30 });
  const starting = socket.start();
  await until("a second try", () => server.upgrades >= 2);
  server.behavior.upgrade = "accept";
  await starting;
  expect(told("websocket.disconnected")[0]).toMatchObject({
    reason: "timeout",
    detail: expect.stringContaining("30 ms"),
  });
});

test("The response to the upgrade is not HTTP", async () => {
  const server = await aServer();
  const stranger = createServer((stream) => {
    stream.on("error", () => undefined);
    stream.resume();
    stream.end("SSH-2.0-OpenSSH_9.6\r\n");
  });
  await new Promise<void>((resolve) => {
    stranger.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(async () => {
    await new Promise((resolve) => stranger.close(resolve));
  });
  const { port } = stranger.address() as AddressInfo;
  const { socket, told } = aSubscriber(server, { access: firstAt(server, `ws://127.0.0.1:${port}/`) });
  await socket.start();
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "protocol" }]);
});

test("a fault before the first confirmation is no gap", async () => {
  const server = await aServer();
  server.behavior.upgrade = { status: 500 };
  const { socket, gaps } = aSubscriber(server);
  const starting = socket.start();
  await until("a try", () => server.upgrades >= 1);
  server.behavior.upgrade = "accept";
  await starting;
  expect(gaps).toEqual([]);
});
