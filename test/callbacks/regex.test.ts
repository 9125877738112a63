import fc from "fast-check";
import { expect, test } from "vitest";
import { compileRegex } from "../../src/callbacks/regex/matcher.js";
import { processorMs } from "../support/processor-time.js";
import { runs } from "../support/runs.js";

const search = (pattern: string) => compileRegex(pattern, "`$regex`");

/** Patterns of the syntax that both have. */
const patterns = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(
      ..."abAB0_- é.".split(""),
      "\\.",
      "\\d",
      "\\W",
      "\\s",
      "\\S",
      "[a-c]",
      "[^a]",
      "[\\d_]",
      "[b-]",
    ),
    fc.constantFrom("^", "$", "\\b", "\\B", "", "\\u00e9", "\\x41", "\\n", "[^\\w]", "[]", "[^]"),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => a + b),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie("node"), fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?", "{0}"))
      .map(([a, count]) => `(${a})${count}`),
  ),
})).node;
const texts = fc.string({ unit: fc.constantFrom(..."abABc0_- é.\n\u2028\ud83d".split("")), maxLength: 12 });

test.each(["", "(?i)"])("%spatterns match what JavaScript's own match", (prefix) => {
  let matched = 0;
  fc.assert(
    fc.property(patterns, fc.array(texts, { minLength: 6, maxLength: 6 }), (pattern, several) => {
      const own = search(prefix + pattern);
      const builtIn = new RegExp(pattern, prefix === "" ? "" : "i");
      for (const text of several) {
        expect([pattern, text, own(text)]).toEqual([pattern, text, builtIn.test(text)]);
        matched += Number(builtIn.test(text));
      }
    }),
    { numRuns: runs(3000) },
  );
  expect(matched).toBeGreaterThan(runs(3000) / 3);
});

const evil: readonly (readonly [pattern: string, text: string])[] = [
  ["^(a+)+$", `${"a".repeat(65_000)}!`],
  ["^(a|a)*$", `${"a".repeat(65_000)}!`],
  ["^(a|aa)+$", `${"a".repeat(65_000)}!`],
  ["(.*a){12}b", "a".repeat(65_000)],
  [
    "^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
    "a".repeat(65_000),
  ],
  ["^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(65_000)],
  ["(x+x+)+y", "x".repeat(65_000)],
  ["(a|b)*a(a|b){60}c", "ab".repeat(32_000)],
  ["(a?){300}a{300}", "a".repeat(299)],
  ["\\s+$", `${" ".repeat(65_000)}x`],
  ["((((()*)*)*){10}){10}", "x"],
];

test.each(evil)("a pattern that makes others slow is searched in linear time: %s", (pattern, text) => {
  const started = processorMs();
  const own = search(pattern);
  const matches = own(text);
  // Backtracking takes hours.
  expect(processorMs() - started).toBeLessThan(4000);
  expect(matches).toBe(pattern.startsWith("(((("));
});

test("each step costs at most the states of the automaton, for texts that lead to new sets of states", () => {
  const own = search("(a|b)*a(a|b){200}c");
  let seed = 7;
  const random = Array.from({ length: 65_536 }, () => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed > 2 ** 30 ? "a" : "b";
  }).join("");
  const started = processorMs();
  expect(own(random)).toBe(false);
  expect(processorMs() - started).toBeLessThan(15_000);
});

test("of longer texts, the first 65,536 characters are searched", () => {
  expect(search("b")(`${"a".repeat(65_535)}b`)).toBe(true);
  expect(search("b")(`${"a".repeat(65_536)}b`)).toBe(false);
});

test.each([
  ["(a", "at character 3: a ) is missing"],
  ["a)", "there is a ) without its ("],
  ["[a", "a ] is missing"],
  ["[z-a]", "a range is in the wrong order"],
  ["*a", "there is nothing to repeat"],
  ["a**", "there is nothing to repeat"],
  ["^*", "a position cannot be repeated"],
  ["a{3,1}", "in the wrong order"],
  ["a{5000}", "a repetition has at most 1000"],
  ["a{", "a { as itself is \\{"],
  ["(a)\\1", "backreferences are not linear"],
  ["(?=a)", "lookaround is not linear"],
  ["(?<!a)b", "lookaround is not linear"],
  ["(?<name>a)", "a group begins with ( or (?:"],
  ["\\p{L}", "there is no \\p"],
  ["a\\", "there is no \\"],
  ["(a{100}){100}", "is too large"],
  ["((((()*)*)*){1000}){1000}", "is too large"],
  ["a".repeat(1001), "a pattern has at most 1000"],
  [`${"(".repeat(500)}${"a".repeat(10)}`, "a ) is missing"],
])("a pattern that is wrong says why: %#", (pattern, message) => {
  expect(() => search(pattern)).toThrow(expect.objectContaining({ code: "ERR_FILTER" }));
  expect(() => search(pattern)).toThrow(message);
});
