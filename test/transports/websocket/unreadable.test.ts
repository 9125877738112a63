import { expect, test } from "vitest";
import { aServer, aSubscriber, until } from "./harness.js";

const CHUNK = "chunked-trigger_to_client";
const AFTER = { after: true };

/** Valid JSON, nested so deeply that functions which call themselves cannot walk it. */
const deep = `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`;

test("a message whose indexes come as text is delivered", async () => {
  const server = await aServer();
  const { socket, bodies, told, gaps } = aSubscriber(server);
  await socket.start();
  server.publish(CHUNK, { id: 7, index: "0", chunk: "wh", final: "false" });
  server.publish(CHUNK, { id: 7, index: "1", chunk: "ole", final: "true" });
  await until("the event", () => bodies().length === 1);
  expect(bodies()).toEqual(["whole"]);
  expect([told("warning"), gaps]).toEqual([[], []]);
});

test.each([
  ["no index", { id: "a", chunk: "x", final: true }],
  ["a negative index", { id: "a", index: -1, chunk: "x", final: true }],
  ["a huge index", { id: "a", index: 2 ** 60, chunk: "x", final: true }],
  ["no id", { index: 0, chunk: "x", final: true }],
  ["a chunk that is no text", { id: "a", index: 0, chunk: { x: 1 }, final: true }],
  ["a flag that says nothing", { id: "a", index: 0, chunk: "x", final: "maybe" }],
  ["text that is no JSON", "garbage"],
  ["nothing", null],
])("a part that cannot be read is a warning and opens a gap: %s", async (_what, data) => {
  const server = await aServer();
  const { socket, bodies, told, gaps } = aSubscriber(server);
  await socket.start();
  server.publish(CHUNK, data);
  server.publish("trigger_to_client", AFTER);
  await until("the event after it", () => bodies().length === 1);
  expect(told("warning").map(({ error }) => error.code)).toEqual(["ERR_FRAME"]);
  expect(gaps).toHaveLength(1);
});

test("a frame that cannot be read while subscribed opens a gap", async () => {
  const server = await aServer();
  const { socket, bodies, told, gaps } = aSubscriber(server);
  await socket.start();
  server.last().text('{"event":"trigger_to_client","data":');
  server.last().binary(Buffer.from("{}"));
  server.publish("trigger_to_client", AFTER);
  await until("the event after it", () => bodies().length === 1);
  expect(told("warning")).toHaveLength(2);
  expect(gaps).toHaveLength(2);
});

test.each([
  ["an event", `{"event":"trigger_to_client","data":${deep}}`],
  ["an event's text", JSON.stringify({ event: "trigger_to_client", data: deep })],
  ["a part", `{"event":"${CHUNK}","data":{"id":${deep}}}`],
  ["an error", `{"event":"pusher:error","data":{"code":${deep}}}`],
  ["an unknown event", `{"event":"unknown","data":${deep}}`],
  ["the whole frame", deep],
  ["members named __proto__", '{"event":"pusher:error","data":{"__proto__":{"code":4001}},"__proto__":null}'],
])("a frame that is nested a million times, or names a prototype, ends nothing: %s", async (_what, text) => {
  const server = await aServer();
  const { socket, bodies, told } = aSubscriber(server, { maxFrameBytes: 10_000_000 });
  await socket.start();
  server.last().text(text);
  server.publish("trigger_to_client", AFTER);
  await until("the event after it", () => bodies().includes('{"after":true}'));
  // A warning, or a delivery whose body the listener reports.
  expect(told("warning").length + bodies().length).toBe(2);
  expect(server.upgrades).toBe(1);
});

test("functions of the options that throw or reject end nothing, and each is a warning", async () => {
  const server = await aServer();
  const fault = new Error("a defect of the owner");
  let isThrowing = false;
  const { socket, told, bodies, gaps } = aSubscriber(server, {
    skipFrame: () => {
      if (isThrowing) throw fault;
      return false;
    },
    onGap: (gap) => {
      gaps.push(gap);
      return Promise.reject(fault) as unknown as undefined;
    },
  });
  await socket.start();
  isThrowing = true;
  server.publish("trigger_to_client", { first: true });
  await until("the warning of it and of its gap", () => told("warning").length === 2);
  isThrowing = false;
  server.publish("trigger_to_client", AFTER);
  await until("the event after it", () => bodies().length === 1);
  expect(gaps).toHaveLength(1);
  for (const { error } of told("warning")) expect(error.message).toContain("a defect of the owner");
});

test("a listener event that cannot be delivered is a warning of the process, and the socket goes on", async () => {
  const server = await aServer();
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on("warning", onWarning);
  const { socket, bodies } = aSubscriber(server, {
    send: () => {
      throw new Error("the reader is broken");
    },
  });
  await socket.start();
  server.publish("trigger_to_client", AFTER);
  await until("the event", () => bodies().length === 1);
  await until("the warnings", () => warnings.length >= 2);
  process.off("warning", onWarning);
  expect(warnings[0]?.message).toContain("the reader is broken");
});
