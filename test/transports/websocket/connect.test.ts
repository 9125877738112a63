import { expect, test } from "vitest";
import { CHANNEL } from "../../support/pusher-server/server.js";
import { aServer, aSubscriber, until } from "./harness.js";

test("start resolves when the subscription is confirmed, and not before", async () => {
  const server = await aServer();
  server.behavior.subscription = "nothing";
  const { socket, told } = aSubscriber(server);
  let started = false;
  const starting = socket.start().then(() => {
    started = true;
  });
  await until("the client subscribes", () => server.peers[0]?.sent("pusher:subscribe").length === 1);
  server.last().send("pusher_internal:subscription_succeeded", {}, "private-other");
  await until("the frame for another channel", () => told("warning").length === 1);
  expect(started).toBe(false);
  expect(socket.health()).toMatchObject({ state: "subscribing", subscribed: false, healthy: false });
  server.last().send("pusher_internal:subscription_succeeded", {}, CHANNEL);
  await starting;
  expect(socket.health()).toMatchObject({ state: "ready", subscribed: true, healthy: true, attempts: 0 });
  expect(told("websocket.connecting")).toEqual([
    { type: "websocket.connecting", attempt: 1, reason: "start" },
  ]);
  expect(told("websocket.ready")).toEqual([
    { type: "websocket.ready", socketId: server.last().socketId, channel: CHANNEL },
  ]);
});

test("events are delivered as text, in order, with the time they came", async () => {
  const server = await aServer();
  const { socket, deliveries } = aSubscriber(server);
  await socket.start();
  const before = Date.now();
  for (let index = 0; index < 100; index += 1) server.publish("trigger_to_client", { index, text: "ß ☃ 🎉" });
  await until("100 events", () => deliveries.length === 100);
  expect(deliveries.map(({ body }) => JSON.parse(String(body)).index)).toEqual([...Array(100).keys()]);
  expect(deliveries[7]).toEqual({
    source: "websocket",
    body: JSON.stringify({ index: 7, text: "ß ☃ 🎉" }),
    receivedAt: expect.any(Number),
  });
  expect(deliveries[0]?.receivedAt).toBeGreaterThanOrEqual(before);
  expect(socket.health().lastEventAt).toBe(deliveries.at(-1)?.receivedAt);
});

test("stop unsubscribes, closes with a close frame, and resolves when the server has closed too", async () => {
  const server = await aServer();
  const { socket } = aSubscriber(server);
  await socket.start();
  await Promise.all([socket.stop(), socket.stop()]);
  await until("the server has noticed", () => server.open === 0);
  expect(server.last().sent("pusher:unsubscribe")).toHaveLength(1);
  expect(server.last().closed).toEqual({ code: 1000 });
  expect(socket.health()).toMatchObject({ state: "stopped", subscribed: false });
});
