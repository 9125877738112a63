import { expect, test } from "vitest";
import { manualClock } from "../../support/manual-clock.js";
import type { Peer } from "../../support/pusher-server/peer.js";
import { aServer, aSubscriber, until } from "./harness.js";

/** The platform's pauses; half of each bound, so that the count does not hang on chance. */
const pauses = { backoff: { baseMs: 500, capMs: 30_000 }, random: () => 0.5 };

test.each<[string, (peer: Peer) => void]>([
  ["close code 1000", (peer) => peer.close(1000)],
  ["close code 1001", (peer) => peer.close(1001)],
  ["close code 1011", (peer) => peer.close(1011)],
  ["close code 1013", (peer) => peer.close(1013)],
  ["close code 3000", (peer) => peer.close(3000)],
  ["close code 4100", (peer) => peer.close(4100)],
  ["close code 4200", (peer) => peer.close(4200)],
  ["close code 4201", (peer) => peer.close(4201)],
  ["close code 4300", (peer) => peer.close(4300)],
  ["the end of the stream", (peer) => peer.end()],
  ["pusher:error 4200", (peer) => peer.send("pusher:error", { code: 4200, message: "come back" })],
  ["what is not a WebSocket frame", (peer) => peer.raw(Buffer.from([0xff, 0xff]))],
  [
    "text that is not a frame, and a close",
    (peer) => {
      peer.text("garbage");
      peer.close(1002);
    },
  ],
])(
  "a server that confirms and then drops is tried at most 13 times in a minute: %s",
  async (_how, drop) => {
    const server = await aServer();
    const clock = manualClock();
    const { socket, told } = aSubscriber(server, { clock, ...pauses });
    const endAt = clock.monotonic() + 60_000;
    await socket.start();
    for (let losses = 1; ; losses += 1) {
      drop(server.last());
      await until("the loss", () => told("websocket.disconnected").length >= losses);
      const pauseMs = told("websocket.disconnected").at(-1)?.retryInMs ?? 0;
      if (clock.monotonic() + pauseMs > endAt) break;
      clock.advance(pauseMs);
      await until("the next confirmation", () => told("websocket.ready").length >= losses + 1);
    }
    expect(server.upgrades).toBeGreaterThanOrEqual(7);
    expect(server.upgrades).toBeLessThanOrEqual(13);
  },
  20_000,
);

test.each([
  ["greets and never confirms", "nothing"],
  ["greets and drops once the platform has signed", "drop"],
])("a server that %s is backed off from", async (_what, subscription) => {
  const server = await aServer();
  const clock = manualClock();
  server.behavior.subscription = "nothing";
  const { socket, told } = aSubscriber(server, { clock, ...pauses });
  const starting = socket.start();
  starting.catch(() => undefined);
  const retries: (number | undefined)[] = [];
  for (let losses = 1; losses <= 8; losses += 1) {
    const subscribed = () => server.peers.at(-1)?.sent("pusher:subscribe").length === 1;
    await until("a subscription", () => server.peers.length === losses && subscribed());
    if (subscription === "drop") server.last().close(1001);
    else clock.advance(10_000);
    await until("the loss", () => told("websocket.disconnected").length === losses);
    retries.push(told("websocket.disconnected").at(-1)?.retryInMs);
    clock.advance(retries.at(-1) ?? 0);
  }
  expect(retries).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
});
