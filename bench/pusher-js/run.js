// What two clients hear of the same events, from the same server, over the same link with the same faults:
// `node --import ./test/support/run-typescript.mjs bench/pusher-js/run.js`. Writes bench/results/gaps.json, and the
// table of docs/realtime.md from it.
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Toolset } from "../../src/index.js";
import { cuts } from "../../test/durability/gap/cuts.js";
import { aFixture, calls, socket, TRIGGER } from "../../test/durability/gap/fixture.js";
import { pusherClient } from "./pusher-client.js";
import { writeTable } from "./table.js";

const CUTS = 10;
/** Events go out all the time, so many of them so often: about 80 a second. */
const BURST = 5;
const BURST_MS = 50;
/** Milliseconds: one of each, in turn. */
const LENGTHS = [10, 30, 100, 300, 600, 1000, 1500, 2000, 3000, 5000];
/** So long may pass after the last event before what has not come counts as lost, milliseconds. */
const LAST_CALL_MS = 20_000;
const LAST_CALL_WITHOUT_NEWS_MS = 3000;

const titles = {
  none: "nothing goes wrong",
  reset: "the connection is reset (RST)",
  finished: "the connection is ended (FIN)",
  silent: "the network drops all packets",
  dropped: "the server drops the connection",
  closed: "the server closes, and rejects for a while",
  restarted: "the server restarts",
  slept: "the machine sleeps",
  unauthorized: "authorization fails for a while",
};

const rows = [];
for (const [way, title] of Object.entries(titles)) {
  const row = { fault: way, title, ...(await measure(way === "none" ? sleepOnly : cuts[way])) };
  rows.push(row);
  process.stderr.write(`${JSON.stringify(row)}\n`);
}
const { versions } = process;
const results = {
  measured: new Date().toISOString().slice(0, 10),
  node: versions.node,
  pusherJs: rows[0].pusherJs.version,
  cutsEach: CUTS,
  rows: rows.map(({ pusherJs: { version: _, ...pusherJs }, ...row }) => ({ ...row, pusherJs })),
};
writeFileSync(new URL("../results/gaps.json", import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
writeTable(results);
process.exit(0);

async function sleepOnly(_world, forMs) {
  await sleep(forMs);
}

async function measure(cut) {
  const world = await aFixture();
  const { appKey, id } = world.platform.project;
  const ours = new Map();
  const theirs = new Map();
  const count = (heard, text) => heard.set(text, (heard.get(text) ?? 0) + 1);
  const toolset = new Toolset({ apiKey: "local", baseUrl: world.baseUrl, ...calls });
  const listener = toolset.createTriggerListener({ socket, clock: world.clock, signals: false });
  listener.on("*", () => undefined);
  listener.callback(TRIGGER, ({ payload }) => count(ours, String(payload.text)));
  await listener.start();
  const pusher = await pusherClient({
    port: world.network.port,
    key: appKey,
    channel: `private-${id}_triggers`,
    auth: `${world.baseUrl}/api/v3/internal/sdk/realtime/auth`,
    // The same limits on silence as ours.
    quietLimitMs: socket.quietLimitMs,
    pongLimitMs: socket.pongLimitMs,
    onEvent: (text) => count(theirs, text),
  });
  let over = false;
  const firing = (async () => {
    while (!over) {
      await world.fire(BURST);
      await sleep(BURST_MS);
    }
  })();
  for (let n = 0; n < CUTS; n += 1) {
    // Both have the time to come back before the next one.
    await sleep(1500);
    await cut(world, LENGTHS[n % LENGTHS.length]);
  }
  await sleep(1500);
  over = true;
  await firing;
  const end = performance.now() + LAST_CALL_MS;
  const missing = () => 2 * world.fired.length - ours.size - theirs.size;
  let still = performance.now();
  for (let before = missing(); before > 0 && performance.now() < end; before = missing()) {
    await sleep(50);
    if (missing() < before) still = performance.now();
    if (ours.size === world.fired.length && performance.now() - still > LAST_CALL_WITHOUT_NEWS_MS) break;
  }
  const { version } = pusher;
  pusher.close();
  await listener.stop();
  await toolset.close();
  const fired = world.fired.length;
  await world.close();
  return {
    fired,
    pusherJs: { version, ...tally(theirs, fired) },
    earshot: tally(ours, fired),
  };
}

function tally(heard, fired) {
  const twice = [...heard.values()].filter((times) => times > 1).length;
  return { heard: heard.size, lost: fired - heard.size, twice };
}
