// A callback of 10 s, and 1,000 deliveries a second at the door: how fast are they acknowledged, beside a bare
// node:http server that answers 200, and how much memory does it take?
//
//   node --import ./test/support/run-typescript.mjs bench/slow-callback/run.ts
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { type Case, measure, type Row } from "./measure.js";

const load = { callbackMs: 10_000, perSecond: 1000, seconds: Number(process.env.SECONDS ?? 30) };
/** Room for the 10,000 callbacks that run at any time. */
const room = { concurrency: 20_000, maxPending: 20_000 };
/** Before each of the others, so that what else this machine does falls on both. */
const bare: Case = { name: "bare node:http", kind: "bare", ...load };
const cases: readonly Case[] = [
  { name: "memory, room for all callbacks", kind: "memory", options: room, ...load },
  { name: "SQLite, room for all callbacks", kind: "sqlite", options: room, ...load },
  // 100 callbacks at a time: after 10,000 events the door answers 503.
  { name: "memory, default options", kind: "memory", ...load },
  { name: "SQLite, default options", kind: "sqlite", ...load },
];

const rows: Row[] = [];
for (const each of cases.flatMap((one) => [bare, one])) {
  const row = await measure(each);
  rows.push(row);
  const { name, acknowledged, refused, failed, p50Ms, p99Ms, acknowledgedP99Ms, running, rssMb, liveMb } =
    row;
  console.log(
    `${name}: ${acknowledged} × 200, ${refused} × 503, ${failed} failed; p50 ${p50Ms} ms, p99 ${p99Ms} ms (of the 200s ${acknowledgedP99Ms} ms); ${running} callbacks running; memory ${Math.max(...rssMb)} MB at the most, of it in use ${liveMb.join(" MB, then ")} MB`,
  );
}
const [cpu] = cpus();
writeFileSync(
  new URL("../results/slow-callback.json", import.meta.url),
  `${JSON.stringify({ measuredAt: new Date().toISOString(), node: process.version, cpu: cpu?.model, cpus: cpus().length, loadAverage: loadavg(), ...load, rows }, undefined, 2)}\n`,
);
