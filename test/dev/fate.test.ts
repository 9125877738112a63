import { expect, test } from "vitest";
import { type Fate, fateOf } from "../../src/dev/ways/fate.js";

test.each<readonly [Fate, readonly string[]]>([
  ["fired", []],
  ["fired", ["fired"]],
  ["failing", ["fired", "webhook.failed"]],
  ["delivered", ["fired", "webhook.failed", "webhook.delivered"]],
  ["kept", ["fired", "event.kept"]],
  ["kept", ["fired", "event.kept", "webhook.delivered"]],
  ["unheard", ["fired", "event.unmatched"]],
  ["unheard", ["fired", "event.kept", "event.unmatched", "record.done"]],
  ["done", ["fired", "event.unmatched", "event.kept", "callback.done", "record.done"]],
  ["failing", ["fired", "event.kept", "webhook.delivered", "callback.failed"]],
  ["failing", ["fired", "event.kept", "callback.failed", "webhook.delivered"]],
  ["done", ["fired", "event.kept", "callback.failed", "callback.done", "record.done"]],
  ["done", ["fired", "event.kept", "record.done", "event.seen", "webhook.failed"]],
  ["dead", ["fired", "event.kept", "callback.failed", "record.dead"]],
  ["dead", ["fired", "event.kept", "record.dead", "callback.failed"]],
  ["done", ["fired", "event.kept", "record.dead", "callback.done", "record.done"]],
])("%s, after %j", (fate, types) => {
  expect(fateOf(types.map((type, at) => ({ type, at })))).toBe(fate);
});
