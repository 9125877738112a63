import { expect, test } from "vitest";
import { heapBytes } from "../../support/heap.js";
import { manualClock } from "../../support/manual-clock.js";
import { runs } from "../../support/runs.js";
import { aServer, aSubscriber, until } from "./harness.js";

function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

const RECONNECTS = runs(1000, 400);
test(`${RECONNECTS} reconnects leave no timer, no listener, no socket and no byte behind`, async () => {
  const server = await aServer();
  const clock = manualClock();
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on("warning", onWarning);
  const before = resources();
  const ends = [
    () => server.last().close(1001),
    () => server.last().end(),
    () => server.last().close(4150),
    () => server.last().send("pusher:error", { code: 4200, message: "move" }),
    () => server.last().raw(Buffer.from([0xff, 0xff])),
  ];
  let ready = 0;
  const { socket } = aSubscriber(server, {
    clock,
    onGap: () => undefined,
    send: (report) => {
      if (report.type === "websocket.ready") ready += 1;
      // The protocol's second after 4150, and the pauses once too much haste was asked for.
      if (report.type === "websocket.disconnected" && report.retryInMs)
        queueMicrotask(() => clock.advance(60_000));
    },
  });
  await socket.start();
  const timers = clock.pending();
  const reconnect = async (times: number) => {
    for (let round = 0; round < times; round += 1) {
      const wanted = ready + 1;
      ends[round % ends.length]?.();
      await until(`confirmation ${wanted}`, () => ready === wanted);
    }
    // The test server remembers whom it has met; that is not what is measured.
    (server.peers as unknown[]).splice(0, server.peers.length - 1);
    (server.authorizations as unknown[]).length = 0;
    await until("one connection stands", () => server.open === 1);
    return heapBytes();
  };
  // What is compiled and cached on the way is there by then.
  let heapBefore = await reconnect(RECONNECTS);
  let rounds = 1;
  let grownBytes = Number.POSITIVE_INFINITY;
  // A reconnect that left but one timer or socket behind would leave more than 1 KiB, each, in every round. What the
  // runtime compiles or caches late is in one round only.
  while (grownBytes >= RECONNECTS * 800 && rounds < 5) {
    const heapAfter = await reconnect(RECONNECTS);
    grownBytes = heapAfter - heapBefore;
    heapBefore = heapAfter;
    rounds += 1;
    process.stdout.write(
      `${RECONNECTS} reconnects: the heap has grown by ${Math.round(grownBytes / 1024)} KiB\n`,
    );
  }
  expect(grownBytes).toBeLessThan(RECONNECTS * 800);
  expect(clock.pending()).toBe(timers);
  expect(server.upgrades).toBe(rounds * RECONNECTS + 1);
  await until("one connection stands", () => server.open === 1);
  await socket.stop();
  expect(clock.pending()).toBe(0);
  await until("nothing stands", () => server.open === 0);
  const left = () =>
    [...resources()].filter(([kind, count]) => /TCP|TLS/.test(kind) && count > (before.get(kind) ?? 0));
  await until("all sockets are gone", () => left().length === 0);
  // Node warns where listeners pile up on one emitter.
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
}, 90_000);

test("there is one connection at a time: the old one is dropped before the next is dialed", async () => {
  const server = await aServer();
  const { socket, told } = aSubscriber(server);
  await socket.start();
  for (let round = 1; round <= 50; round += 1) {
    // The server keeps its end open: only the client ends these.
    server
      .last()
      .send("pusher:connection_established", { socket_id: `other.${round}`, activity_timeout: 120 });
    await until("a further confirmation", () => told("websocket.ready").length === round + 1);
    await until("the old one is closed", () => server.open === 1);
  }
  expect(server.mostOpen).toBeLessThanOrEqual(2);
});
