import { expect, test } from "vitest";
import { type EventStatus, eventStatus } from "../../src/dev/timeline/event-status.js";

test.each<readonly [EventStatus, readonly string[]]>([
  ["fired", []],
  ["fired", ["fired"]],
  ["failing", ["fired", "webhook.failed"]],
  ["delivered", ["fired", "webhook.failed", "webhook.delivered"]],
  ["stored", ["fired", "event.stored"]],
  ["stored", ["fired", "event.stored", "webhook.delivered"]],
  ["unmatched", ["fired", "event.unmatched"]],
  ["unmatched", ["fired", "event.stored", "event.unmatched", "event.done"]],
  ["done", ["fired", "event.unmatched", "event.stored", "callback.done", "event.done"]],
  ["failing", ["fired", "event.stored", "webhook.delivered", "callback.failed"]],
  ["failing", ["fired", "event.stored", "callback.failed", "webhook.delivered"]],
  ["done", ["fired", "event.stored", "callback.failed", "callback.done", "event.done"]],
  ["done", ["fired", "event.stored", "event.done", "event.duplicate", "webhook.failed"]],
  ["dead", ["fired", "event.stored", "callback.failed", "event.dead-lettered"]],
  ["dead", ["fired", "event.stored", "event.dead-lettered", "callback.failed"]],
  ["done", ["fired", "event.stored", "event.dead-lettered", "callback.done", "event.done"]],
])("%s, after %j", (status, types) => {
  expect(eventStatus(types.map((type, at) => ({ type, at })))).toBe(status);
});
