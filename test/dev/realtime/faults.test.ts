import { afterEach, beforeEach, expect, test } from "vitest";
import { type ManualClock, manualClock } from "../../support/manual-clock.js";
import { CHANNEL, type Client, type Running, run } from "./fixture.js";

let clock: ManualClock;
let running: Running;
let client: Client;

beforeEach(async () => {
  clock = manualClock();
  running = await run({}, clock);
  client = running.connect();
  await client.subscribed(running.realtime);
});

afterEach(() => running.close());

const publish = (...bodies: number[]) => {
  for (const body of bodies) running.realtime.publish(CHANNEL, "trigger_to_client", JSON.stringify(body));
};

/** The bodies heard up to now. */
const bodies = async (): Promise<number[]> => {
  await client.roundTrip();
  return client.heard
    .filter(({ event }) => event === "trigger_to_client")
    .map(({ data }) => JSON.parse(data as string) as number);
};

test("duplicate: the next n arrive twice", async () => {
  running.realtime.faults.duplicate(2);
  publish(1, 2, 3);
  expect(await bodies()).toEqual([1, 1, 2, 2, 3]);
});

test("lose: the next n do not arrive", async () => {
  running.realtime.faults.lose(2);
  publish(1, 2, 3);
  expect(await bodies()).toEqual([3]);
});

test("a message that nobody would have got is not counted", async () => {
  running.realtime.faults.lose(1);
  running.realtime.publish("private-nobody", "trigger_to_client", "0");
  publish(1, 2);
  expect(await bodies()).toEqual([2]);
});

test("reorder: the next n arrive last first, once all have come", async () => {
  running.realtime.faults.reorder(3);
  publish(1, 2);
  expect(await bodies()).toEqual([]);
  publish(3, 4);
  expect(await bodies()).toEqual([3, 2, 1, 4]);
});

test("reorder(0) lets go of what is held", async () => {
  running.realtime.faults.reorder(3);
  publish(1, 2);
  running.realtime.faults.reorder(0);
  expect(await bodies()).toEqual([2, 1]);
});

test("delay: events arrive late and in order; reset sends what is still to come", async () => {
  running.realtime.faults.delay(500);
  publish(1);
  clock.advance(300);
  publish(2);
  expect(await bodies()).toEqual([]);
  clock.advance(200);
  expect(await bodies()).toEqual([1]);
  running.realtime.faults.reset();
  expect(await bodies()).toEqual([1, 2]);
  expect(clock.pending(), "the connection's own timer alone").toBe(1);
});

test("dropAll: a close frame with the code, or the connection cut without a word", async () => {
  expect(running.realtime.faults.dropAll("close", 4202)).toBe(1);
  expect((await client.closed).code).toBe(4202);
  const second = running.connect();
  await second.established();
  running.realtime.faults.dropAll("terminate");
  expect((await second.closed).code, "no close frame came").toBe(1006);
  await expect.poll(() => running.realtime.connections()).toEqual([]);
});

test("silence: the connection stays open and nothing is said on it until it ends", async () => {
  running.realtime.faults.silence(true);
  publish(1);
  client.send("pusher:ping");
  client.ws.ping();
  const late = running.connect();
  // Longer than any time limit of the protocol: a dead path closes nothing.
  clock.advance(600_000);
  await expect.poll(() => running.realtime.connections()).toHaveLength(2);
  expect(client.ws.readyState).toBe(client.ws.OPEN);
  running.realtime.faults.silence(false);
  publish(2);
  expect(await bodies()).toEqual([2]);
  expect(
    client.heard.filter(({ event }) => event === "pusher:pong"),
    "the unanswered one is gone",
  ).toHaveLength(1);
  await late.roundTrip();
  expect(late.heard.map(({ event }) => event)).toEqual(["pusher:pong"]);
});

test("refuse: new connections are turned away with the code until it is lifted", async () => {
  running.realtime.faults.refuse(4004);
  const refused = running.connect();
  expect(await refused.next()).toMatchObject({ event: "pusher:error", data: { code: 4004 } });
  expect((await refused.closed).code).toBe(4004);
  running.realtime.faults.refuse(undefined);
  await running.connect().established();
});

test("say: any frame at all", async () => {
  running.realtime.faults.say('{"event":"pusher:error","data":{"code":4004,"message":"no"}}');
  expect(await client.next()).toEqual({ event: "pusher:error", data: { code: 4004, message: "no" } });
});

test("current tells what is in force", () => {
  const { faults } = running.realtime;
  faults.lose(1);
  faults.duplicate(2);
  faults.delay(3);
  faults.refuse(4100);
  expect(faults.current()).toEqual({
    silent: false,
    refuseCode: 4100,
    toLose: 1,
    toDuplicate: 2,
    toReorder: 0,
    delayMs: 3,
  });
  faults.reset();
  expect(faults.current()).toMatchObject({ refuseCode: undefined, toLose: 0, toDuplicate: 0, delayMs: 0 });
});
