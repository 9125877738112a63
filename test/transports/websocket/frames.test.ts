import { expect, onTestFinished, test } from "vitest";
import { accessTo } from "../../support/pusher-server/access.js";
import { encodeTextFrame } from "../../support/pusher-server/peer.js";
import { CHANNEL } from "../../support/pusher-server/server.js";
import { startTcpProxy } from "../../support/tcp-proxy.js";
import { aServer, aSubscriber, until } from "./harness.js";

test.each([
  "",
  "not json",
  "null",
  "7",
  '"text"',
  "[]",
  "{}",
  '{"event":7}',
  '{"event":null,"data":"{}"}',
  '{"data":"{}"}',
  `{"event":"trigger_to_client","data":${"[".repeat(20_000)}`,
])("A frame is not JSON or names no event: %#", async (text) => {
  const server = await aServer();
  const { socket, told, bodies } = aSubscriber(server);
  await socket.start();
  server.last().text(text);
  server.publish("trigger_to_client", { after: true });
  await until("the event after it", () => bodies().length === 1);
  expect(bodies()).toEqual(['{"after":true}']);
  expect(told("warning").map(({ error }) => error.code)).toEqual(["ERR_FRAME"]);
  expect(told("warning")[0]?.error.message.length).toBeLessThan(300);
  expect(server.upgrades).toBe(1);
});

test("A frame is binary", async () => {
  const server = await aServer();
  const { socket, told, bodies } = aSubscriber(server);
  await socket.start();
  server.last().binary(Buffer.from('{"event":"trigger_to_client","data":"{}"}'));
  server.publish("trigger_to_client", { after: true });
  await until("the event after it", () => bodies().length === 1);
  expect(bodies()).toEqual(['{"after":true}']);
  expect(told("warning")[0]?.error).toMatchObject({
    code: "ERR_FRAME",
    message: expect.stringContaining("41 bytes"),
  });
});

test("An event is unknown or for another channel", async () => {
  const server = await aServer();
  const { socket, told, bodies } = aSubscriber(server);
  await socket.start();
  server.last().send("something_else", {}, CHANNEL);
  server.last().send("hasOwnProperty", {}, CHANNEL);
  server.last().send("pusher_internal:subscription_succeeded", {}, "private-other");
  server.last().send("trigger_to_client", { for: "another" }, "private-other");
  server
    .last()
    .send("chunked-trigger_to_client", { id: "a", index: 0, chunk: "x", final: true }, "private-other");
  // These are part of the protocol and of no interest.
  server.last().send("pusher_internal:subscription_count", { subscription_count: 2 }, CHANNEL);
  server.last().send("pusher:cache_miss", {}, CHANNEL);
  server.publish("trigger_to_client", { after: true });
  await until("the event after it", () => bodies().length === 1);
  expect(bodies()).toEqual(['{"after":true}']);
  expect(told("warning").map(({ error }) => error.code)).toEqual(Array(5).fill("ERR_FRAME"));
});

test.each([
  ["text that is not JSON", '"data":"{not json"', "{not json"],
  ["empty text", '"data":""', ""],
  ["a number", '"data":7', "7"],
  ["null", '"data":null', "null"],
  ["a list", '"data":[1,2]', "[1,2]"],
  ["an object", '"data":{"log_id":"a"}', '{"log_id":"a"}'],
])("The data of an event cannot be read: %s", async (_what, data, body) => {
  const server = await aServer();
  const { socket, told, bodies } = aSubscriber(server);
  await socket.start();
  server.last().text(`{"event":"trigger_to_client","channel":"${CHANNEL}",${data}}`);
  await until("the delivery", () => bodies().length === 1);
  expect(bodies()).toEqual([body]);
  expect(told("warning")).toEqual([]);
});

test("an event without data is delivered whole", async () => {
  const server = await aServer();
  const { socket, bodies } = aSubscriber(server);
  await socket.start();
  const text = `{"event":"trigger_to_client","channel":"${CHANNEL}"}`;
  server.last().text(text);
  await until("the delivery", () => bodies().length === 1);
  expect(bodies()).toEqual([text]);
});

test.each(["null", '""'])(
  "a frame whose channel is %s is for the only channel, and is not lost",
  async (channel) => {
    const server = await aServer();
    server.behavior.subscription = "nothing";
    const { socket, told, bodies } = aSubscriber(server);
    const starting = socket.start();
    await until("the client subscribes", () => server.peers[0]?.sent("pusher:subscribe").length === 1);
    server.last().text(`{"event":"pusher_internal:subscription_succeeded","channel":${channel},"data":"{}"}`);
    await starting;
    server.last().text(`{"event":"trigger_to_client","channel":${channel},"data":"{}"}`);
    await until("the delivery", () => bodies().length === 1);
    expect(told("warning")).toEqual([]);
  },
);

test("an event that comes before the confirmation is not lost", async () => {
  const server = await aServer();
  server.behavior.subscription = "nothing";
  const { socket, bodies } = aSubscriber(server);
  const starting = socket.start();
  await until("the client subscribes", () => server.peers[0]?.sent("pusher:subscribe").length === 1);
  server.last().send("trigger_to_client", { early: true }, CHANNEL);
  server.last().send("pusher_internal:subscription_succeeded", {}, CHANNEL);
  await starting;
  expect(bodies()).toEqual(['{"early":true}']);
});

test("Bad frames come in floods", async () => {
  const server = await aServer();
  const { socket, told, bodies } = aSubscriber(server);
  await socket.start();
  for (let count = 0; count < 20_000; count += 1) server.last().text("garbage");
  server.publish("trigger_to_client", { after: true });
  await until("the event after them", () => bodies().length === 1);
  await socket.stop();
  const messages = told("warning").map(({ error }) => error.message);
  const further = messages.map((message) => Number(/and (\d+) more/.exec(message)?.[1] ?? 0));
  expect(messages.length).toBeLessThan(200);
  expect(messages.length + further.reduce((sum, count) => sum + count, 0)).toBe(20_000);
});

test("A frame is larger than the limit", async () => {
  const server = await aServer();
  const { socket, told, bodies, gaps } = aSubscriber(server, { maxFrameBytes: 1000 });
  await socket.start();
  server.publish("trigger_to_client", { large: "x".repeat(1000) });
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(told("websocket.disconnected")).toMatchObject([
    { reason: "protocol", detail: expect.stringContaining("size") },
  ]);
  expect(gaps).toHaveLength(1);
  expect(bodies()).toEqual([]);
});

test("Bytes are corrupted on their way", async () => {
  const server = await aServer();
  const wire = await startTcpProxy(server.port);
  onTestFinished(() => wire.stop());
  const access = accessTo(server, server.url.replace(String(server.port), String(wire.port)));
  const { socket, told, bodies } = aSubscriber(server, { access });
  await socket.start();
  // Bits that RFC 6455 reserves, set in the first byte of a frame.
  wire.corrupt((bytes) => Buffer.concat([Buffer.from([(bytes[0] ?? 0) | 0x70]), bytes.subarray(1)]));
  server.publish("trigger_to_client", { lost: true });
  await until("the loss", () => told("websocket.disconnected").length >= 1);
  wire.corrupt(undefined);
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(told("websocket.disconnected")[0]).toMatchObject({ reason: "protocol" });
  server.publish("trigger_to_client", { after: true });
  await until("the event after it", () => bodies().length === 1);
});

test("text that is not UTF-8 ends the connection", async () => {
  const server = await aServer();
  const { socket, told } = aSubscriber(server);
  await socket.start();
  server.last().raw(Buffer.from([0x81, 0x02, 0xc3, 0x28]));
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(told("websocket.disconnected")).toMatchObject([
    { reason: "protocol", detail: expect.stringContaining("UTF-8") },
  ]);
});

test("Frames come cut at any byte", async () => {
  const server = await aServer();
  const { socket, bodies } = aSubscriber(server);
  await socket.start();
  const texts = ["short", "☃".repeat(60), "long".repeat(100)];
  const frames = texts.map((text) =>
    encodeTextFrame(JSON.stringify({ event: "trigger_to_client", channel: CHANNEL, data: text })),
  );
  const bytes = Buffer.concat(frames);
  for (let at = 0; at < bytes.length; at += 1) {
    server.last().raw(bytes.subarray(at, at + 1));
    if (at % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until("all events", () => bodies().length === texts.length);
  expect(bodies()).toEqual(texts);
});

test("Pings come in floods and the pongs are not read", async () => {
  const server = await aServer();
  const { socket, bodies } = aSubscriber(server);
  await socket.start();
  const peer = server.last();
  peer.read(false);
  const pings = 80_000;
  for (let count = 0; count < pings; count += 1) {
    // The longest payload that a control frame has, and the answer repeats it: 10 MB in all.
    peer.controlPing("p".repeat(125));
    if (count % 1000 === 0) {
      peer.text('{"event":"pusher:ping","data":"{}"}');
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  server.publish("trigger_to_client", { after: true });
  await until("the event after them", () => bodies().length === 1);
  peer.read(true);
  const mark = peer.controlPongs;
  peer.controlPing("last");
  await until("an answer to a ping that is read", () => peer.controlPongs > mark);
  await socket.stop();
  await until("everything has been read", () => server.open === 0);
  expect(peer.controlPongs).toBeLessThan(pings);
  expect(server.upgrades).toBe(1);
});
