import { expect, test } from "vitest";
import { manualClock } from "../../support/manual-clock.js";
import { aServer, aSubscriber, until } from "./harness.js";

test("a gap is from the last frame received to the next confirmation, however many tries it takes", async () => {
  const server = await aServer();
  const clock = manualClock();
  const backoff = { baseMs: 1000, capMs: 1000 };
  const { socket, told, gaps, deliveries } = aSubscriber(server, { clock, backoff, random: () => 0.999_999 });
  await socket.start();
  clock.advance(5000);
  server.publish("trigger_to_client", {});
  await until("the event", () => deliveries.length === 1);
  const from = clock.now();
  clock.advance(3000);
  server.behavior.authorization = { status: 500 };
  server.last().close(1001);
  for (let losses = 1; losses <= 3; losses += 1) {
    await until("a loss", () => told("websocket.disconnected").length === losses);
    expect(socket.health()).toMatchObject({ missingSince: from, subscribed: false, lastGap: undefined });
    if (losses === 3) server.behavior.authorization = "sign";
    clock.advance(1000);
  }
  await until("the gap", () => gaps.length === 1);
  expect(gaps).toEqual([{ from, to: clock.now(), detail: expect.stringContaining("1001") }]);
  expect(socket.health()).toMatchObject({ missingSince: undefined, lastGap: gaps[0], attempts: 0 });
  expect(socket.health().lastDisconnect).toMatchObject({ reason: "authorization" });
});

test("each loss of a confirmed subscription is a gap of its own", async () => {
  const server = await aServer();
  const { socket, told, gaps } = aSubscriber(server);
  await socket.start();
  for (let round = 1; round <= 4; round += 1) {
    server.last().close(1001);
    await until("a further confirmation", () => told("websocket.ready").length === round + 1);
  }
  expect(gaps).toHaveLength(4);
  for (const { from, to } of gaps) expect(from).toBeLessThanOrEqual(to);
});

test("a gap never ends before it begins, though the machine's clock was set back", async () => {
  const server = await aServer();
  const clock = manualClock();
  const { socket, gaps } = aSubscriber(server, { clock });
  await socket.start();
  clock.jump(-3_600_000);
  server.last().close(4200);
  await until("the gap", () => gaps.length === 1);
  expect(gaps[0]).toMatchObject({ from: clock.now(), to: clock.now() });
});
