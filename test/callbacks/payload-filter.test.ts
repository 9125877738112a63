import fc from "fast-check";
import { expect, test } from "vitest";
import { parseFilter } from "../../src/callbacks/parse-filter.js";
import { TriggerListener } from "../../src/index.js";
import { github } from "../../src/verify/index.js";
import { runs } from "../support/runs.js";
import { patterns, payloads } from "./patterns.js";
import { selects } from "./reference-filter.js";

const issue = {
  action: "opened",
  stars: 120,
  at: "2026-03-01T10:00:00Z",
  note: null,
  $browser: "Firefox",
  tags: ["ai", "agents"],
  issue: {
    title: "Fix the crash",
    labels: [
      { name: "bug", color: "red" },
      { name: "p1", color: "blue" },
    ],
  },
};
const matches = (payload: unknown, of: unknown = issue) =>
  parseFilter({ payload }).testPayload?.(of) as boolean;

test.each<[object, boolean]>([
  [{ stars: { $gte: 120, $lt: 121 } }, true],
  [{ stars: { $gt: 120 } }, false],
  [{ stars: { $lte: 120 } }, true],
  [{ stars: { $gt: "1" } }, false],
  [{ at: { $gt: "2026-02" } }, true],
  [{ action: { $in: ["opened", "reopened"] } }, true],
  [{ action: { $nin: ["opened"] } }, false],
  [{ absent: { $nin: ["opened"] } }, true],
  [{ tags: { $in: [["ai", "agents"]] } }, true],
  [{ note: { $exists: true } }, true],
  [{ absent: { $exists: false } }, true],
  [{ absent: { deeper: { $exists: false } } }, true],
  [{ toString: { $exists: false } }, true],
  [{ tags: { $contains: "ai" } }, true],
  [{ tags: { $contains: "a" } }, false],
  [{ tags: { $contains: { $startsWith: "ag" } } }, true],
  [{ issue: { title: { $contains: "crash" } } }, true],
  [{ issue: { title: { $startsWith: "Fix" } } }, true],
  [{ issue: { title: { $regex: "(?i)^fix\\b" } } }, true],
  [{ stars: { $regex: "1" } }, false],
  [{ issue: { labels: { name: "bug" } } }, true],
  [{ issue: { labels: { name: "bug", color: "blue" } } }, false],
  [{ issue: { labels: { name: { $in: ["p1"] }, color: "blue" } } }, true],
  [{ issue: { labels: { 1: { name: "p1" } } } }, true],
  [{ issue: { labels: { 0: { name: { $not: "bug" } } } } }, false],
  [{ issue: { labels: { $not: { name: "bug" } } } }, false],
  [{ $$browser: "Firefox" }, true],
  [{ $$browser: { $startsWith: "Chrome" } }, false],
  [{ $or: [{ stars: 1 }, { action: "opened" }], tags: ["ai", "agents"] }, true],
  [{ $and: [{ stars: 120 }, { $not: { action: "opened" } }] }, false],
  [{ action: { $or: ["closed", { $startsWith: "open" }] } }, true],
])("%j", (payload, expected) => {
  expect(matches(payload)).toBe(expected);
  expect(selects(payload, issue)).toBe(expected);
});

test("a payload that is text or bytes has no members, and operators on the whole work", () => {
  expect(matches({ $contains: "order" }, "an order")).toBe(true);
  expect(matches({ a: 1 }, "an order")).toBe(false);
  expect(matches({ a: { $exists: false } }, new Uint8Array(3))).toBe(true);
});

test("any pattern selects what the reference evaluator selects", () => {
  let selected = 0;
  fc.assert(
    fc.property(patterns, fc.array(payloads, { minLength: 5, maxLength: 5 }), (pattern, several) => {
      const test = parseFilter({ payload: pattern }).testPayload;
      for (const payload of several) {
        expect(test?.(payload)).toBe(selects(pattern, payload));
        selected += Number(selects(pattern, payload));
      }
    }),
    { numRuns: runs(2000) },
  );
  expect(selected).toBeGreaterThan(runs(2000) / 4);
});

test.each<[unknown, string]>([
  [{ stars: { $gte: null } }, "`payload.stars.$gte` is a number or a string, not null."],
  [{ stars: { $gte: Number.NaN } }, "not NaN."],
  [{ stars: { $gtt: 1 } }, "`payload.stars` has `$gtt`, which is no operator. Did you mean `$gt`?"],
  [{ stars: { $between: 1 } }, "The operators are $gt, $gte,"],
  [{ $set: { plan: "pro" } }, "A property of that name is `$$set`."],
  [{ action: { $in: "opened" } }, "`payload.action.$in` is a list, not a string."],
  [{ action: { $in: [] } }, "`payload.action.$in` is an empty list"],
  [{ action: { $in: [/a/] } }, "`payload.action.$in[0]` is a value of the kind RegExp"],
  [{ action: { $exists: "yes" } }, "`payload.action.$exists` is true or false, not a string."],
  [{ action: { $startsWith: 1 } }, "`payload.action.$startsWith` is a string, not 1."],
  [{ action: { $regex: /a/ } }, "`payload.action.$regex` is the pattern as a string"],
  [{ $or: [{ a: { $regex: "(" } }] }, "`payload.$or[0].a.$regex` is not a pattern, at character 2"],
  [{ $not: undefined }, "`payload.$not` is undefined"],
  [{ constructor: { $constructor: 1 } }, "which is no operator"],
])("a pattern that is wrong says what and where: %#", (payload, message) => {
  expect(() => parseFilter({ payload })).toThrow(expect.objectContaining({ code: "ERR_FILTER" }));
  expect(() => parseFilter({ payload })).toThrow(message);
});

test("filters are typed by the payload of their trigger", () => {
  const listener = new TriggerListener({
    webhook: { routes: { "/github": github({ secrets: "s3cret-s3cret-s3cret" }) } },
  });
  const run = () => undefined;
  const triggerName = "GITHUB_STAR_ADDED_EVENT";
  listener.callback(
    { triggerName, payload: { starred_by: { $in: ["ada"], $regex: "^a" } } },
    ({ payload }) => {
      payload.starred_by.trim();
    },
  );
  listener.callback(
    { triggerName, payload: { $or: [{ starred_by: "ada" }, { action: { $not: "deleted" } }] } },
    run,
  );
  listener.callback({ triggerName: "ACME_ORDER", payload: { total: { $gt: 5 } } }, run);
  listener.callback({ payload: { anything: { within: [1] } } }, run);
  // @ts-expect-error a text, not a number
  listener.callback({ triggerName, payload: { starred_by: 5 } }, run);
  // @ts-expect-error a text is not compared with a number
  listener.callback({ triggerName, payload: { starred_by: { $gt: 5 } } }, run);
  // @ts-expect-error no such member
  listener.callback({ triggerName, payload: { stared_by: "ada" } }, run);
  // @ts-expect-error no such operator
  expect(() => listener.callback({ triggerName, payload: { starred_by: { $inn: ["ada"] } } }, run)).toThrow(
    "$in",
  );
});
