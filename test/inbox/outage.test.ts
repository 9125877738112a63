import { EarshotError, type ListenerEvent } from "earshot";

import { expect, test } from "vitest";
import { ListenerEventEmitter } from "../../src/base/listener-event-emitter.js";
import { InboxHealth } from "../../src/inbox/health.js";
import { memoryInbox } from "../../src/inbox/memory/index.js";
import { steppedClock } from "../../src/testing/stepped-clock.js";

function anInboxHealth() {
  const clock = steppedClock();
  const events = new ListenerEventEmitter(clock);
  const reports: ListenerEvent[] = [];
  events.on("inbox.error", (report) => reports.push(report));
  events.on("inbox.ready", (report) => reports.push(report));
  return { health: new InboxHealth(memoryInbox(), clock, events), events, reports };
}

const away = new EarshotError("ERR_INBOX_UNAVAILABLE", "The connection was closed.");
const lost = new EarshotError("ERR_INBOX_CORRUPT", "Redis has lost events.");

test("that a store has lost events is reported, also in an outage that was reported before", () => {
  const { health, events, reports } = anInboxHealth();
  events.send({ type: "inbox.error", error: away });
  health.notStored(away);
  health.notStored(away);
  health.warned(lost);
  health.notStored(away);
  health.warned(lost);
  health.stored();
  expect(reports).toMatchObject([
    { type: "inbox.error", error: away },
    { type: "inbox.error", error: lost },
    { type: "inbox.ready", rejected: 3 },
  ]);
});

test("that dead letters were dropped is told, and is no outage", () => {
  const { health, reports } = anInboxHealth();
  const dropped = new EarshotError("ERR_DEAD_LETTERS_DROPPED", "2 dead letters were dropped.");
  health.warned(dropped);
  expect(reports).toMatchObject([{ type: "inbox.error", error: dropped }]);
  expect(health.isAway).toBe(false);
  expect(health.known(false, true)).toEqual({ ready: true });
});

test("unmatched events that became done are a warning of the listener, and no error of the inbox", () => {
  const { health, events, reports } = anInboxHealth();
  const warnings: ListenerEvent[] = [];
  events.on("warning", (report) => warnings.push(report));
  const expired = new EarshotError("ERR_UNMATCHED_EXPIRED", "2 events became done without a run.");
  health.warned(expired);
  expect(warnings).toEqual([{ type: "warning", error: expired }]);
  expect(reports).toEqual([]);
  expect(health.known(false, true)).toEqual({ ready: true });
});
