// A listener that can be killed at any instant. What it has done stands in a file, line by line, in the order in
// which it happened: `run ID` before a callback's work, `done ID` once the inbox has recorded it.
import { appendFileSync, existsSync } from "node:fs";
import { Toolset } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { readLedger } from "../crash/ledger.js";
import { sayWhatWasDone } from "../crash/receiver.js";

const LEASE_MS = 1000;

const { BASE_URL, DB, LOG, SOCKET } = process.env as Record<"BASE_URL" | "DB" | "LOG" | "SOCKET", string>;
const say = (text: string) => appendFileSync(LOG, `${text}\n`);
if (existsSync(LOG)) {
  await sayWhatWasDone(sqliteInbox({ path: DB }), LEASE_MS, readLedger(LOG).unfinished, say);
}
const toolset = new Toolset({ apiKey: "local", baseUrl: BASE_URL, tryTimeoutMs: 500, callTimeoutMs: 5000 });
const listener = toolset.createTriggerListener({
  inbox: sqliteInbox({ path: DB }),
  // The kills are the test's: no event is to blame for them.
  maxCrashes: 1_000_000,
  leaseMs: LEASE_MS,
  socket: JSON.parse(SOCKET),
});
listener.callback({}, async function work(event) {
  say(`run ${event.id}`);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
});
listener.on("event.done", ({ id }) => say(`done ${id}`));
listener.on("event.dead-lettered", ({ id, message }) => say(`dead ${id} ${message}`));
listener.on("gap.unfilled", ({ error }) => say(`unfilled ${error.message.replaceAll("\n", " ")}`));
await listener.start();
say(`up ${process.pid}`);
