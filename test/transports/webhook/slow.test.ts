import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test } from "vitest";
import { compile, type Program, run } from "../../support/program.js";

const SLOW_CLIENTS = 2000;
/** Longer than a slow head or body is waited for: those that are given up come again. */
const MEASURE_MS = 12_000;
const LEAST_SAMPLES = 200;
const secret = "a secret of some length";

/** So many connections that each send a byte a second, for ever: half of them a head, half a body. */
function slowClients(port: number, count: number) {
  const sockets: (Socket | undefined)[] = Array.from({ length: count });
  const sentBy: number[] = Array.from({ length: count }, () => 0);
  let givenUp = 0;
  let over = false;
  const dial = (at: number) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const gone = () => {
      if (sockets[at] !== socket) return;
      sockets[at] = undefined;
      givenUp += 1;
      if (!over) dial(at);
    };
    sockets[at] = socket;
    sentBy[at] = 0;
    socket.on("error", () => {});
    socket.on("close", gone).on("end", () => socket.destroy());
    socket.resume();
    if (at % 2 === 0) socket.write("POST /webhook HTTP/1.1\r\nhost: x\r\nx-long: ");
    else socket.write("POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n");
  };
  for (let at = 0; at < count; at += 1) dial(at);
  // Every socket's turn is once a second.
  let turn = 0;
  const timer = setInterval(() => {
    for (let at = turn % 50; at < count; at += 50) {
      const socket = sockets[at];
      if (socket === undefined || socket.connecting || !socket.writable) continue;
      socket.write("x");
      sentBy[at] = (sentBy[at] ?? 0) + 1;
    }
    turn += 1;
  }, 20);
  const stop = () => {
    over = true;
    clearInterval(timer);
    for (const socket of sockets) socket?.destroy();
  };
  onTestFinished(stop);
  return {
    givenUp: () => givenUp,
    dribbling: () => sentBy.filter((sent) => sent >= 2).length,
    open: () => sockets.filter((socket) => socket?.readyState === "open").length,
  };
}

/** A delivery of a good client, over a connection of its own. @returns milliseconds until its answer */
function deliver(port: number): Promise<number> {
  const { headers, body } = signedWebhook({ secret, triggerName: "ACME_X", payload: { n: 1 } });
  const lines = Object.entries({ ...headers, "content-length": String(body.length) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => {
      socket.write(`POST /webhook HTTP/1.1\r\nhost: x\r\n${head}\r\n${body}`);
    });
    socket.once("data", (bytes) => {
      const took = performance.now() - from;
      socket.destroy();
      if (bytes.toString("latin1").startsWith("HTTP/1.1 200 ")) resolve(took);
      else reject(new Error(`A good client was told ${bytes.toString("latin1")}`));
    });
    socket.once("error", reject);
  });
}

const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;
const portOf = async (program: Program) => Number((await program.line(/^up /)).split(" ")[1]);

test(`${SLOW_CLIENTS} clients at a byte a second do not make a good one wait twice its usual time`, {
  timeout: 180_000,
}, async () => {
  const file = await compile(join(import.meta.dirname, "receiver.ts"), "slow-receiver");
  // Two of the same, one of them left in peace, asked in turn: what else the machine does hits both alike.
  const [quiet, busy] = await Promise.all([1, 2].map(() => portOf(run(file, [], { SECRET: secret }))));
  if (quiet === undefined || busy === undefined) expect.fail();
  const slow = slowClients(busy, SLOW_CLIENTS);
  await expect.poll(slow.dribbling, { timeout: 60_000, interval: 100 }).toBeGreaterThan(SLOW_CLIENTS * 0.9);

  for (let warm = 0; warm < 50; warm += 1) await Promise.all([deliver(quiet), deliver(busy)]);
  const usual: number[] = [];
  const beset: number[] = [];
  const openNow: number[] = [];
  for (
    const end = performance.now() + MEASURE_MS;
    performance.now() < end || usual.length < LEAST_SAMPLES;
  ) {
    const turns = [async () => usual.push(await deliver(quiet)), async () => beset.push(await deliver(busy))];
    for (const turn of usual.length % 2 === 0 ? turns : turns.reverse()) await turn();
    openNow.push(slow.open());
  }
  expect(median(openNow), "slow connections open").toBeGreaterThan(SLOW_CLIENTS * 0.9);
  expect(slow.givenUp(), "slow connections that were given up meanwhile").toBeGreaterThan(SLOW_CLIENTS / 2);
  const ratio = median(beset) / median(usual);
  expect(ratio, `${median(usual)} ms became ${median(beset)} ms, of ${usual.length}`).toBeLessThan(2);
});
