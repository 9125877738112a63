import { createHmac } from "node:crypto";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { manualClock } from "../../support/manual-clock.js";
import { CHANNEL, KEY, type Running, run, SECRET } from "./fixture.js";

const open: Running[] = [];
const started = async (...args: Parameters<typeof run>): Promise<Running> => {
  const running = await run(...args);
  open.push(running);
  return running;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((running) => running.close()));
});

test("the first frame has the socket id and the activity time-out, encoded twice", async () => {
  const { connect } = await started({ activityTimeoutSeconds: 7 });
  const first = await connect().next();
  expect(first.event).toBe("pusher:connection_established");
  expect(first.data).toBeTypeOf("string");
  const data = JSON.parse(first.data as string);
  expect(data).toEqual({ socket_id: expect.stringMatching(/^\d+\.\d+$/), activity_timeout: 7 });
});

test.each([
  ["/app/other?protocol=7", 4001],
  [`/app/${KEY}`, 4008],
  [`/app/${KEY}?protocol=seven`, 4006],
  [`/app/${KEY}?protocol=4`, 4007],
])("%s is upgraded, told why in an error frame, and closed with %i", async (path, code) => {
  const { connect, realtime } = await started();
  const client = connect(path);
  expect(await client.next()).toEqual({
    event: "pusher:error",
    data: { code, message: expect.any(String) },
  });
  expect((await client.closed).code).toBe(code);
  expect(realtime.connections()).toEqual([]);
});

test.each([
  ["/elsewhere", {}, 404],
  [`/app/${KEY}?protocol=7`, { origin: "https://evil.example" }, 403],
  [`/app/${KEY}?protocol=7`, { origin: "http://localhost.evil.example" }, 403],
  [`/app/${KEY}?protocol=7`, { origin: "null" }, 403],
])("%s with %o is answered %i, without an upgrade", async (path, options, status) => {
  const { connect } = await started();
  const { ws } = connect(path, options);
  const [, response] = await once(ws, "unexpected-response");
  expect(response.statusCode).toBe(status);
});

test("a page of this machine may connect", async () => {
  const { connect } = await started();
  await connect(undefined, { origin: "http://localhost:4747" }).established();
});

test("a private channel takes an HMAC that covers this connection and this channel", async () => {
  const { connect, realtime } = await started();
  const client = connect();
  const socketId = await client.established();
  const digest = createHmac("sha256", SECRET).update(`${socketId}:${CHANNEL}`).digest("hex");
  expect(realtime.authorize(socketId, CHANNEL)).toBe(`${KEY}:${digest}`);
  client.send("pusher:subscribe", { channel: CHANNEL, auth: `${KEY}:${digest}` });
  expect(await client.next()).toEqual({
    event: "pusher_internal:subscription_succeeded",
    channel: CHANNEL,
    data: "{}",
  });
  expect(realtime.connections()).toMatchObject([{ socketId, channels: [CHANNEL], client: "test 1.0.0" }]);
});

test.each<[string, (socketId: string) => string | undefined, number]>([
  ["none", () => undefined, 401],
  ["an empty one", () => "", 401],
  ["that of another connection", () => sign("1.2", CHANNEL), 403],
  ["that of another channel", (id) => sign(id, "private-pr_2_triggers"), 403],
  ["one with another secret", (id) => sign(id, CHANNEL, "guessed"), 403],
  ["a prefix of the right one", (id) => sign(id, CHANNEL).slice(0, -1), 403],
  ["the right one and more", (id) => `${sign(id, CHANNEL)}0`, 403],
  ["one under another key", (id) => sign(id, CHANNEL).replace(KEY, "app-kee"), 403],
])("authorization refused: %s", async (_name, auth, status) => {
  const { connect, realtime } = await started();
  const client = connect();
  const socketId = await client.established();
  client.send("pusher:subscribe", { channel: CHANNEL, auth: auth(socketId) });
  expect(await client.next()).toEqual({
    event: "pusher:subscription_error",
    channel: CHANNEL,
    data: { type: "AuthError", error: expect.any(String), status },
  });
  // The connection lives on, and hears nothing of the channel.
  expect(realtime.publish(CHANNEL, "trigger_to_client", "{}")).toBe(0);
  await client.roundTrip();
  expect(client.heard.map(({ event }) => event)).not.toContain("trigger_to_client");
});

function sign(socketId: string, channel: string, secret = SECRET): string {
  return `${KEY}:${createHmac("sha256", secret).update(`${socketId}:${channel}`).digest("hex")}`;
}

test("subscribe's data may be text, and a public channel needs no authorization", async () => {
  const { connect } = await started();
  const client = connect();
  await client.established();
  client.send("pusher:subscribe", JSON.stringify({ channel: "news" }));
  expect(await client.next()).toMatchObject({
    event: "pusher_internal:subscription_succeeded",
    channel: "news",
  });
});

test("an event's data arrives as text, on the channel's subscribers alone", async () => {
  const { connect, realtime } = await started();
  const [one, two, outsider] = [connect(), connect(), connect()];
  await Promise.all([one.subscribed(realtime), two.subscribed(realtime), outsider.established()]);
  const data = JSON.stringify({ text: "naïve ☂ 🦔", payload: { n: 0 } });
  expect(realtime.publish(CHANNEL, "trigger_to_client", data)).toBe(2);
  const frame = { event: "trigger_to_client", channel: CHANNEL, data };
  expect(await one.next()).toEqual(frame);
  expect(await two.next()).toEqual(frame);
  await outsider.roundTrip();
  expect(outsider.heard).toHaveLength(2);
});

test("after unsubscribe nothing comes any more", async () => {
  const { connect, realtime } = await started();
  const client = connect();
  await client.subscribed(realtime);
  client.send("pusher:unsubscribe", { channel: CHANNEL });
  await client.roundTrip();
  expect(realtime.publish(CHANNEL, "trigger_to_client", "{}")).toBe(0);
  expect(realtime.connections()).toMatchObject([{ channels: [] }]);
});

test("a connection that is gone is on no channel any more", async () => {
  const { connect, realtime } = await started();
  const client = connect();
  await client.subscribed(realtime);
  client.ws.terminate();
  await expect.poll(() => realtime.connections()).toEqual([]);
  expect(realtime.publish(CHANNEL, "trigger_to_client", "{}")).toBe(0);
});

test.each([
  ["not json", "{"],
  ["no event", "{}"],
  ["null", "null"],
  ["an unknown event", '{"event":"hello"}'],
  ["a subscription without channel", '{"event":"pusher:subscribe","data":"nonsense"}'],
])("a frame that is wrong (%s) is answered with an error, and the connection lives", async (_name, text) => {
  const { connect } = await started();
  const client = connect();
  await client.established();
  client.ws.send(text);
  expect(await client.next()).toMatchObject({ event: "pusher:error", data: { code: 4300 } });
  await client.roundTrip();
});

test("client events are refused with 4301", async () => {
  const { connect } = await started();
  const client = connect();
  await client.established();
  client.send("client-hello");
  expect(await client.next()).toMatchObject({ event: "pusher:error", data: { code: 4301 } });
});

test("a frame over the limit ends its connection with 1009, and no other", async () => {
  const { connect } = await started({ maxPayloadBytes: 1000 });
  const [loud, other] = [connect(), connect()];
  await Promise.all([loud.established(), other.established()]);
  loud.ws.send("x".repeat(1001));
  expect((await loud.closed).code).toBe(1009);
  await other.roundTrip();
});

test("a WebSocket ping gets its pong", async () => {
  const { connect } = await started();
  const { ws } = connect();
  await once(ws, "open");
  ws.ping("hi");
  const [data] = await once(ws, "pong");
  expect(data.toString()).toBe("hi");
});

test("a silent client is pinged after the activity time-out and closed with 4201 30 s later", async () => {
  const clock = manualClock();
  const { connect } = await started({ activityTimeoutSeconds: 10 }, clock);
  const client = connect();
  await client.established();
  clock.advance(9999);
  await client.roundTrip();
  // That was heard: the limit counts from it.
  clock.advance(9999);
  expect(client.heard.some(({ event }) => event === "pusher:ping")).toBe(false);
  clock.advance(1);
  expect(await client.next()).toEqual({ event: "pusher:ping", data: "{}" });
  clock.advance(29_999);
  expect(client.ws.readyState).toBe(client.ws.OPEN);
  clock.advance(1);
  expect((await client.closed).code).toBe(4201);
});

test("a client that answers the ping stays", async () => {
  const clock = manualClock();
  const { connect } = await started({ activityTimeoutSeconds: 10 }, clock);
  const client = connect();
  await client.established();
  for (let round = 0; round < 3; round += 1) {
    clock.advance(10_000);
    expect(await client.next()).toMatchObject({ event: "pusher:ping" });
    client.send("pusher:pong");
    await client.roundTrip();
    clock.advance(9999);
  }
  expect(client.ws.readyState).toBe(client.ws.OPEN);
});

test("connections beyond the most are turned away with 4100", async () => {
  const { connect } = await started({ maxConnections: 1 });
  await connect().established();
  const second = connect();
  expect(await second.next()).toMatchObject({ event: "pusher:error", data: { code: 4100 } });
  expect((await second.closed).code).toBe(4100);
});

test("a client that does not read is let go with 4100, and others still hear everything", async () => {
  const { connect, realtime } = await started({ maxBufferedBytes: 256 * 1024 });
  const [deaf, quick] = [connect(), connect()];
  await Promise.all([deaf.subscribed(realtime), quick.subscribed(realtime)]);
  deaf.ws.pause();
  const data = JSON.stringify("x".repeat(9000));
  const behind = () => {
    const counts = realtime.connections().map(({ sent }) => sent);
    return Math.max(...counts) > Math.min(...counts);
  };
  for (let sent = 0; !behind(); sent += 1) {
    expect(sent, "20,000 messages of 9 kB and still nobody was let go").toBeLessThan(20_000);
    realtime.publish(CHANNEL, "trigger_to_client", data);
    await quick.next();
  }
  deaf.ws.resume();
  expect((await deaf.closed).code).toBe(4100);
  await quick.roundTrip();
  expect(realtime.connections()).toHaveLength(1);
});

/** Fills what a client that does not read takes, until the server would have its writer wait. */
function crowd(realtime: Running["realtime"]): Promise<unknown> {
  const data = JSON.stringify("x".repeat(9000));
  for (let sent = 0; sent < 20_000; sent += 1) {
    const room = realtime.drained();
    if (room !== undefined) return room;
    realtime.publish(CHANNEL, "trigger_to_client", data);
  }
  throw new Error("20,000 messages of 9 kB and still there is room");
}

test("whoever fires much waits until a client has read, and it misses nothing", async () => {
  const clock = manualClock();
  const { connect, realtime } = await started({ maxBufferedBytes: 64 * 1024 * 1024 }, clock);
  const client = connect();
  await client.subscribed(realtime);
  expect(realtime.drained(), "nothing waits").toBeUndefined();
  client.ws.pause();
  const room = crowd(realtime);
  const sent = realtime.connections()[0]?.sent;
  const early = Promise.race([
    room.then(() => "room"),
    new Promise((resolve) => setTimeout(resolve, 50, "none")),
  ]);
  expect(await early).toBe("none");
  client.ws.resume();
  await room;
  expect(realtime.drained()).toBeUndefined();
  await client.roundTrip();
  expect(client.heard.filter(({ event }) => event === "trigger_to_client")).toHaveLength(sent as number);
});

test("a client that does not read is waited for a second, and not again while it reads nothing", async () => {
  const clock = manualClock();
  const { connect, realtime } = await started({ maxBufferedBytes: 64 * 1024 * 1024 }, clock);
  const deaf = connect();
  await deaf.subscribed(realtime);
  deaf.ws.pause();
  const room = crowd(realtime);
  clock.advance(1_000);
  expect(realtime.drained()).toBeUndefined();
  await room;
  deaf.ws.terminate();
});

test("nobody waits for a client that has gone", async () => {
  const { connect, realtime } = await started({ maxBufferedBytes: 64 * 1024 * 1024 }, manualClock());
  const leaving = connect();
  await leaving.subscribed(realtime);
  leaving.ws.pause();
  const room = crowd(realtime);
  leaving.ws.terminate();
  await room;
});

test("close says 1001 to everybody and takes nobody new", async () => {
  const { connect, realtime } = await started();
  const client = connect();
  await client.established();
  await realtime.close();
  expect((await client.closed).code).toBe(1001);
  const late = connect();
  const [, response] = await once(late.ws, "unexpected-response");
  expect(response.statusCode).toBe(503);
});

test("news tell of connections and subscriptions", async () => {
  const { connect, realtime } = await started();
  const types: string[] = [];
  const off = realtime.on(({ type }) => types.push(type));
  const client = connect();
  await client.subscribed(realtime);
  client.ws.terminate();
  await expect.poll(() => types).toEqual(["connected", "subscribed", "disconnected"]);
  off();
  await connect().established();
  expect(types).toHaveLength(3);
});
