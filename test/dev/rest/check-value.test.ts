import fc from "fast-check";
import { expect, test } from "vitest";
import { checkValue, problemText } from "../../../src/dev/check-value.js";
import { builtInCatalog } from "../../../src/dev/index.js";
import { samplePayload } from "../../../src/json-schema/sample.js";

const problems = async (value: unknown, schema: Record<string, unknown>) =>
  (await checkValue(value, schema)).map(problemText);

const text = { type: "string" };

test.each<[string, unknown, Record<string, unknown>, string[]]>([
  ["a type", 7, text, ["expected string, received number"]],
  ["several types", null, { type: ["string", "null"] }, []],
  ["an array is no object", [], { type: "object" }, ["expected object, received array"]],
  ["missing", {}, { type: "object", properties: { a: text }, required: ["a"] }, ["a: is missing"]],
  [
    "missing, where the type is left unsaid",
    {},
    { properties: { a: text }, required: ["a"] },
    ["a: is missing"],
  ],
  ["missing, but with a default", {}, { properties: { a: { ...text, default: "x" } }, required: ["a"] }, []],
  [
    "deep",
    { a: [{ b: 1 }] },
    { properties: { a: { type: "array", items: { type: "object", properties: { b: text } } } } },
    ["a[0].b: expected string, received number"],
  ],
  [
    "unknown members",
    { a: 1, b: 2, c: 3 },
    { properties: { a: {} }, additionalProperties: false },
    ["b: is not known", "c: is not known"],
  ],
  ["enum", { a: "z" }, { properties: { a: { ...text, enum: ["x", "y"] } } }, ['a: expected one of "x"|"y"']],
  ["pattern", "abc", { ...text, pattern: "^x" }, ["must match pattern /^x/"]],
  ["a format is a note", "abc", { ...text, format: "email" }, []],
  [
    "a property called format is a property",
    { format: 1 },
    { properties: { format: text } },
    ["format: expected string, received number"],
  ],
  ["minimum", 0, { type: "number", minimum: 1 }, ["Too small: expected number to be >=1"]],
  ["multipleOf", 0.3, { type: "number", multipleOf: 0.1 }, []],
  [
    "anyOf",
    7,
    { anyOf: [text, { type: "null" }] },
    ["fits none of what it may be: expected string, received number; expected null, received number"],
  ],
  [
    "a reference",
    { a: 1 },
    { properties: { a: { $ref: "#/$defs/t" } }, $defs: { t: text } },
    ["a: expected string, received number"],
  ],
  ["a reference to nowhere", 7, { $ref: "#/$defs/none" }, []],
  ["a pattern of another dialect", "abc", { ...text, pattern: "(?<" }, []],
])("%s", async (_name, value, schema, expected) => {
  expect(await problems(value, schema)).toEqual(expected);
});

test("a schema that contains itself, even many times over, comes to an end", async () => {
  const branches = Array.from({ length: 4 }, () => ({ $ref: "#" }));
  const schema = { anyOf: branches, allOf: branches, properties: { a: { $ref: "#" } } };
  expect(await problems({ a: {} }, schema)).toEqual([]);
});

test("whatever the value and the schema, nothing is thrown", async () => {
  const keyword = fc.constantFrom(
    "type",
    "enum",
    "required",
    "properties",
    "items",
    "anyOf",
    "minimum",
    "$ref",
  );
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.dictionary(keyword, fc.jsonValue()), async (value, schema) => {
      expect(Array.isArray(await checkValue(value, schema))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("every made-up payload of the catalog is what its schema describes", async () => {
  for (const { name, payload } of builtInCatalog()) {
    expect(await problems(samplePayload(payload, Math.random), payload), name).toEqual([]);
  }
});
