import { expect, test } from "vitest";
import { manualClock } from "../../support/manual-clock.js";
import type { PusherServer } from "../../support/pusher-server/server.js";
import { aServer, aSubscriber, until } from "./harness.js";

const EVENT = "chunked-trigger_to_client";

/** Publishes a text in parts of `size`, in the order given (default: from first to last). */
function publishInParts(
  server: PusherServer,
  id: string,
  text: string,
  size: number,
  order?: readonly number[],
) {
  const count = Math.ceil(text.length / size);
  for (const index of order ?? [...Array(count).keys()]) {
    const chunk = text.slice(index * size, (index + 1) * size);
    server.publish(EVENT, { id, index, chunk, final: index === count - 1 });
  }
}

test("a large event comes out as one delivery, its text as it was", async () => {
  const server = await aServer();
  const { socket, bodies } = aSubscriber(server);
  await socket.start();
  const text = JSON.stringify({ payload: "☃🎉".repeat(20_000) });
  publishInParts(
    server,
    "one",
    text,
    9001,
    [4, 0, 4, 2, 1, 1, 3, 0, 6, 5, 7, 8].filter((at) => at * 9001 < text.length),
  );
  server.publish("trigger_to_client", { after: true });
  await until("the event after it", () => bodies().includes('{"after":true}'));
  expect(bodies()).toEqual([text, '{"after":true}']);
});

test("A part of a large message is not in the form of one", async () => {
  const server = await aServer();
  const { socket, told, bodies } = aSubscriber(server);
  await socket.start();
  server.publish(EVENT, { id: "a", index: -1, chunk: "x", final: true });
  server.publish(EVENT, "nonsense");
  publishInParts(server, "a", "whole", 2);
  await until("the event", () => bodies().length === 1);
  expect(bodies()).toEqual(["whole"]);
  expect(told("warning").map(({ error }) => error.code)).toEqual(["ERR_FRAME", "ERR_FRAME"]);
});

test("A part of a large message never comes", async () => {
  const server = await aServer();
  const clock = manualClock();
  const { socket, told, bodies, gaps } = aSubscriber(server, { clock });
  await socket.start();
  const from = clock.now();
  publishInParts(server, "torn", "a message in parts", 5, [0, 1, 3]);
  server.publish("trigger_to_client", {});
  await until("the event after it", () => bodies().length === 1);
  expect(socket.health().missingSince).toBe(from);
  clock.advance(59_999);
  expect(told("warning")).toEqual([]);
  clock.advance(1);
  expect(told("warning").map(({ error }) => error.code)).toEqual(["ERR_CHUNKS"]);
  expect(gaps).toMatchObject([{ from, to: from + 60_000 }]);
  expect(socket.health()).toMatchObject({ missingSince: undefined, lastGap: gaps[0] });
});

test("Parts of a large message contradict each other", async () => {
  const server = await aServer();
  const { socket, told, gaps, bodies } = aSubscriber(server);
  await socket.start();
  server.publish(EVENT, { id: "a", index: 0, chunk: "x", final: false });
  server.publish(EVENT, { id: "a", index: 0, chunk: "y", final: false });
  publishInParts(server, "b", "whole", 2);
  await until("the message after it", () => bodies().length === 1);
  expect(told("warning").map(({ error }) => error.code)).toEqual(["ERR_CHUNKS"]);
  expect(gaps).toHaveLength(1);
});

test("Parts of large messages come in floods", async () => {
  const server = await aServer();
  const { socket, told, gaps, bodies } = aSubscriber(server, { chunks: { maxMessages: 50 } });
  await socket.start();
  const parts = 5_000;
  for (let count = 0; count < parts; count += 1) {
    server.publish(EVENT, { id: `hostile-${count}`, index: 1, chunk: "x", final: false });
  }
  publishInParts(server, "real", "the message", 3);
  await until("the real message", () => bodies().length === 1);
  expect(bodies()).toEqual(["the message"]);
  await socket.stop();
  expect(told("warning").length).toBeLessThan(100);
  expect(gaps.length).toBeLessThan(100);
  const further = told("warning").map(({ error }) => Number(/and (\d+) more/.exec(error.message)?.[1] ?? 0));
  const warned = told("warning").length + further.reduce((sum, count) => sum + count, 0);
  expect(warned).toBe(parts - 50 + 1);
});

test("a message whose parts come over two connections is whole all the same", async () => {
  const server = await aServer();
  const { socket, told, bodies } = aSubscriber(server);
  await socket.start();
  publishInParts(server, "a", "a message in parts", 5, [0, 1]);
  server.publish("trigger_to_client", {});
  await until("the event after them", () => bodies().length === 1);
  server.last().close(4200);
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  publishInParts(server, "a", "a message in parts", 5, [2, 3]);
  await until("the message", () => bodies().length === 2);
  expect(bodies()[1]).toBe("a message in parts");
});

test("stopping with a message unfinished is a gap, not a warning", async () => {
  const server = await aServer();
  const { socket, told, gaps, bodies } = aSubscriber(server);
  await socket.start();
  publishInParts(server, "a", "a message in parts", 5, [0, 1]);
  server.publish("trigger_to_client", {});
  await until("the event after them", () => bodies().length === 1);
  await socket.stop();
  expect(gaps).toHaveLength(1);
  expect(told("warning")).toEqual([]);
});
