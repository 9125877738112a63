// A receiver that can be killed at any instant. What it has done stands in a file, line by line, in the order in
// which it happened: `run ID` before a callback's work, `done ID` once the inbox has recorded it.
import { appendFileSync, existsSync } from "node:fs";
import { type Inbox, TriggerListener } from "earshot";
import { systemClock } from "../../../src/base/clock.js";
import { readLedger } from "./ledger.js";

export async function receive(makeInbox: () => Inbox, leaseMs: number): Promise<void> {
  const { PORT, LOG, SECRET } = process.env as Record<"PORT" | "LOG" | "SECRET", string>;
  const say = (text: string) => appendFileSync(LOG, `${text}\n`);
  if (existsSync(LOG)) await sayWhatWasDone(makeInbox(), leaseMs, readLedger(LOG).unfinished, say);
  const inbox = makeInbox();
  const listener = new TriggerListener({
    inbox,
    // The kills are the test's: no event is to blame for them.
    maxCrashes: 1_000_000,
    leaseMs,
    webhook: { port: Number(PORT), host: "127.0.0.1", secrets: SECRET },
  });
  listener.callback({}, async function work(event) {
    say(`run ${event.id}`);
    // Long enough for a kill to fall into it now and then.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  });
  listener.on("event.done", ({ id }) => say(`done ${id}`));
  listener.on("event.dead-lettered", ({ id, message }) => say(`dead ${id} ${message}`));
  listener.on("inbox.error", ({ error }) => say(`trouble ${error.message.replaceAll("\n", " ")}`));
  await listener.start();
  say(`up ${process.pid}`);
}

/** A kill may fall between the inbox's record and the line of it: then the inbox is asked, before anything runs again. */
export async function sayWhatWasDone(
  inbox: Inbox,
  leaseMs: number,
  ids: readonly string[],
  say: (text: string) => void,
): Promise<void> {
  if (ids.length === 0) return;
  await inbox.open({
    clock: systemClock,
    dedupeWindowMs: 3_600_000,
    maxPending: 10_000,
    leaseMs,
    warn: () => undefined,
  });
  for await (const { id } of inbox.find({ ids, state: "done" })) say(`done ${id}`);
  await inbox.close();
}
