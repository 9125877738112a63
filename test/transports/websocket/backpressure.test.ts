import { expect, test } from "vitest";
import { EarshotError } from "../../../src/base/errors.js";
import { manualClock } from "../../support/manual-clock.js";
import { aServer, aSubscriber, until } from "./harness.js";

/** So much text that it cannot all lie in the network. */
const LARGE = "x".repeat(100_000);

test("a paused socket leaves events in the network, and has them all when it goes on", async () => {
  const server = await aServer();
  const { socket, deliveries } = aSubscriber(server);
  await socket.start();
  socket.pause();
  expect(socket.health()).toMatchObject({ paused: true, subscribed: true });
  for (let index = 0; index < 300; index += 1) server.publish("trigger_to_client", { index, LARGE });
  // The server's own buffer is proof that the client does not read: the network is full.
  await until("the server is held up", () => server.last().backlogBytes > 1_000_000);
  expect(deliveries.length).toBeLessThan(10);
  socket.resume();
  await until("all events", () => deliveries.length === 300);
  expect(deliveries.map(({ body }) => JSON.parse(String(body)).index)).toEqual([...Array(300).keys()]);
  expect(server.upgrades).toBe(1);
});

test("it stops reading by itself when too many deliveries are in flight, and goes on at half", async () => {
  const server = await aServer();
  const keep: (() => void)[] = [];
  let most = 0;
  const onDelivery = () =>
    new Promise<void>((resolve) => {
      keep.push(resolve);
      most = Math.max(most, socket.health().inFlight);
    });
  const { socket } = aSubscriber(server, { onDelivery, maxInFlight: 10 });
  await socket.start();
  for (let index = 0; index < 200; index += 1) server.publish("trigger_to_client", { index, LARGE });
  await until("it is full", () => socket.health().paused);
  // What was read already is still delivered: a read of the network is 64 KiB, less than one of these events.
  expect(keep.length).toBeLessThan(13);
  let kept = 0;
  while (kept < 200) {
    await until("a further delivery", () => keep.length > 0);
    keep.shift()?.();
    kept += 1;
  }
  await until("nothing is in flight", () => socket.health().inFlight === 0);
  expect(socket.health()).toMatchObject({ paused: false, inFlight: 0 });
  expect(most).toBeLessThan(13);
  expect(server.upgrades).toBe(1);
});

test("an onDelivery that returns nothing is never in flight", async () => {
  const server = await aServer();
  const { socket, deliveries } = aSubscriber(server, { maxInFlight: 1 });
  await socket.start();
  for (let index = 0; index < 50; index += 1) server.publish("trigger_to_client", { index });
  await until("all events", () => deliveries.length === 50);
  expect(socket.health()).toMatchObject({ paused: false, inFlight: 0 });
});

test("silence while paused is not a dead connection, and the server still gets pings", async () => {
  const server = await aServer();
  const clock = manualClock();
  const { socket, told } = aSubscriber(server, { clock });
  await socket.start();
  socket.pause();
  for (let minute = 0; minute < 60; minute += 1) clock.advance(60_000);
  expect(told("websocket.disconnected")).toEqual([]);
  await until("pings", () => server.last().sent("pusher:ping").length >= 25);
  socket.resume();
  clock.advance(119_999);
  expect(told("websocket.disconnected")).toEqual([]);
  expect(server.upgrades).toBe(1);
});

test("The server closes while we do not read", async () => {
  const server = await aServer();
  const { socket, told, gaps } = aSubscriber(server);
  await socket.start();
  socket.pause();
  server.last().close(4201, "pong not received");
  await until("the server has closed", () => server.last().closed !== undefined || server.last().closing);
  socket.resume();
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(told("websocket.disconnected")).toMatchObject([{ reason: "back-pressure", closeCode: 4201 }]);
  expect(gaps).toHaveLength(1);
});

test("a connection that comes about while paused is not read once it is confirmed", async () => {
  const server = await aServer();
  const { socket, deliveries } = aSubscriber(server);
  socket.pause();
  await socket.start();
  for (let index = 0; index < 100; index += 1) server.publish("trigger_to_client", { index, LARGE });
  await until("the server is held up", () => server.last().backlogBytes > 1_000_000);
  expect(deliveries.length).toBeLessThan(10);
  socket.resume();
  await until("all events", () => deliveries.length === 100);
});

test("a long pause does not age the parts of a message", async () => {
  const server = await aServer();
  const clock = manualClock();
  const { socket, told, bodies } = aSubscriber(server, { clock });
  await socket.start();
  const part = (index: number, final: boolean) => ({ id: "a", index, chunk: `${index}`, final });
  server.publish("chunked-trigger_to_client", part(0, false));
  server.publish("trigger_to_client", {});
  await until("the event after it", () => bodies().length === 1);
  socket.pause();
  for (let step = 0; step < 60; step += 1) clock.advance(10_000);
  expect(told("warning")).toEqual([]);
  server.publish("chunked-trigger_to_client", part(1, true));
  socket.resume();
  await until("the message", () => bodies().length === 2);
  expect(bodies()[1]).toBe("01");
});

test.each([
  ["rejects", async () => Promise.reject(new Error("the disk is full"))],
  [
    "throws",
    () => {
      throw new Error("the disk is full");
    },
  ],
])("A delivery cannot be stored: onDelivery %s", async (_how, fail) => {
  const server = await aServer();
  let count = 0;
  const onDelivery = () => {
    count += 1;
    return count === 1 ? fail() : undefined;
  };
  const { socket, told, gaps } = aSubscriber(server, { onDelivery });
  await socket.start();
  server.publish("trigger_to_client", { lost: true });
  server.publish("trigger_to_client", { after: true });
  await until("both", () => count === 2 && told("warning").length === 1);
  expect(told("warning")[0]?.error).toMatchObject({
    code: "ERR_INBOX_UNAVAILABLE",
    message: expect.stringContaining("the disk is full"),
  });
  expect(gaps).toHaveLength(1);
  expect(socket.health().inFlight).toBe(0);
});

test("an EarshotError from onDelivery is reported unchanged", async () => {
  const server = await aServer();
  const error = new EarshotError("ERR_INBOX_FULL", "There is no space left.");
  const { socket, told } = aSubscriber(server, { onDelivery: () => Promise.reject(error) });
  await socket.start();
  server.publish("trigger_to_client", {});
  await until("the warning", () => told("warning").length === 1);
  expect(told("warning")[0]?.error).toBe(error);
});

test("a delivery that fails after the stop leaves no timer", async () => {
  const server = await aServer();
  const clock = manualClock();
  let reject: (error: Error) => void = () => undefined;
  const onDelivery = () =>
    new Promise<void>((_resolve, no) => {
      reject = no;
    });
  const { socket, told } = aSubscriber(server, { onDelivery, clock });
  await socket.start();
  server.publish("trigger_to_client", {});
  await until("it is in flight", () => socket.health().inFlight === 1);
  await socket.stop();
  reject(new Error("too late"));
  await until("the warning", () => told("warning").length === 1);
  expect(clock.pending()).toBe(0);
});
