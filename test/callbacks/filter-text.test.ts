import fc from "fast-check";
import { expect, test } from "vitest";
import { filterFromText } from "../../src/callbacks/filter-text.js";
import { filterToText } from "../../src/callbacks/filter-to-text.js";
import { runs } from "../support/runs.js";
import { patterns, payloads } from "./patterns.js";
import { selects } from "./reference-filter.js";

test.each<[string, object]>([
  ['state = "open"', { state: "open" }],
  ["stars >= 100 and stars < 1e6", { stars: { $gte: 100, $lt: 1e6 } }],
  ['a.n > 1 and a.n < 5 and b = "x"', { a: { n: { $gt: 1, $lt: 5 } }, b: "x" }],
  ['action in ["opened", "closed"]', { action: { $in: ["opened", "closed"] } }],
  ["action not in [1]", { action: { $nin: [1] } }],
  ["note exists and other not exists", { note: { $exists: true }, other: { $exists: false } }],
  ['labels[].name = "bug"', { labels: { $contains: { name: "bug" } } }],
  ['labels[0].name != "bug"', { labels: { 0: { name: { $not: "bug" } } } }],
  ['labels has (name = "bug" and color = "red")', { labels: { name: "bug", color: "red" } }],
  ['tags contains "ai"', { tags: { $contains: "ai" } }],
  [
    'title matches "(?i)^fix" or title startsWith "Fix"',
    { $or: [{ title: { $regex: "(?i)^fix" } }, { title: { $startsWith: "Fix" } }] },
  ],
  ["(a = 1 or b = 2) and c = 3", { $or: [{ a: 1 }, { b: 2 }], c: 3 }],
  ["a.b = 1 and (a.c = 2)", { a: { b: 1 }, $and: [{ a: { c: 2 } }] }],
  ["not (a = true)", { $not: { a: true } }],
  ['. contains "order"', { $contains: "order" }],
  ['$browser = "Firefox"', { $$browser: "Firefox" }],
  ['["not"] = null and ["odd name"].x = {}', { not: null, "odd name": { x: {} } }],
  ['state has (. = "open" or . startsWith "re")', { state: { $or: ["open", { $startsWith: "re" }] } }],
  ["list = [1, [2]]", { list: [1, [2]] }],
])("%s", (text, filter) => {
  expect(filterFromText(text)).toEqual(filter);
  expect(filterToText(filter as never)).toBe(text.replace("1e6", "1000000"));
});

test("single quotes, == and missing blanks are read too", () => {
  expect(filterFromText(`a=='it\\'s "x"' and b in['y']`)).toEqual({ a: `it's "x"`, b: { $in: ["y"] } });
});

test("two conditions that cannot be one object are both kept", () => {
  expect(filterFromText('t contains "a" and t contains "b"')).toEqual({
    t: { $contains: "a" },
    $and: [{ t: { $contains: "b" } }],
  });
});

test("a filter's text selects what the filter selects, and stays the same text", () => {
  fc.assert(
    fc.property(patterns, fc.array(payloads, { minLength: 5, maxLength: 5 }), (pattern, several) => {
      const text = filterToText(pattern);
      const again = filterFromText(text);
      for (const payload of several) {
        expect([text, selects(again, payload)]).toEqual([text, selects(pattern, payload)]);
      }
      const settled = filterToText(again);
      expect(filterToText(filterFromText(settled))).toBe(settled);
    }),
    { numRuns: runs(2000) },
  );
});

test.each([
  ["", "1 to 10000 characters"],
  ["state = open", "at character 9, before `open`: expected a value: a string in quotes"],
  ["state contain 'x'", "did you mean `contains`"],
  ["state =", "at its end: expected a value"],
  ["state = 'x' state", "expected `and`, `or` or the end"],
  ["(state = 'x'", "expected `and`, `or` or `)`"],
  ["in = 5", 'a property: one named `in` is ["in"]'],
  ["5 = 5", "expected a property of the payload"],
  ["a not = 5", "expected `in` or `exists` after `not`"],
  ["a in 5", "`payload.a.$in` is a list, not 5."],
  ["a matches '('", "`payload.a.$regex` is not a pattern"],
  ["a = 'x\\q'", "the escapes of JSON"],
  ["a = 01", "a value"],
  [`${"(".repeat(200)}a = 1${")".repeat(200)}`, "at most 100 levels"],
  [`${"not ".repeat(200)}a = 1`, "at most 100 levels"],
  [`a${".a".repeat(200)} = 1`, "more than 100 levels deep"],
  [`a = ${"[".repeat(200)}${"]".repeat(200)}`, "at most 100 levels"],
])("an expression that is wrong says where: %#", (text, message) => {
  expect(() => filterFromText(text)).toThrow(expect.objectContaining({ code: "ERR_FILTER" }));
  expect(() => filterFromText(text)).toThrow(message);
});

test("any text is read, or rejected with ERR_FILTER", () => {
  const words = fc.constantFrom(
    ..."a . [ ] ( ) = != < 'x' \" 1 in not and or has exists contains , { } : \\ $".split(" "),
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
      try {
        filterFromText(parts.join(" "));
      } catch (error) {
        expect(error).toMatchObject({ code: "ERR_FILTER" });
      }
    }),
    { numRuns: runs(3000) },
  );
});
