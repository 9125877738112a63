import fc from "fast-check";
import { expect, test } from "vitest";
import { samplePayload } from "../../../src/dev/catalogue/sample.js";
import { checkValue, problemText } from "../../../src/dev/check-value.js";
import { builtInCatalogue } from "../../../src/dev/index.js";

const problems = (value: unknown, schema: Record<string, unknown>) =>
  checkValue(value, schema).map(problemText);

test.each<[string, unknown, Record<string, unknown>, string[]]>([
  ["a type", 7, { type: "string" }, ["is to be string, not number"]],
  ["several types", null, { type: ["string", "null"] }, []],
  ["nullable", null, { type: "string", nullable: true }, []],
  ["an integer", 1.5, { type: "integer" }, ["is to be integer, not number"]],
  ["an array is no object", [], { type: "object" }, ["is to be object, not array"]],
  ["missing", {}, { required: ["a"] }, ["a: is missing"]],
  ["inherited is missing", {}, { required: ["toString"] }, ["toString: is missing"]],
  [
    "deep",
    { a: [{ b: 1 }] },
    { properties: { a: { items: { properties: { b: { type: "string" } } } } } },
    ["a[0].b: is to be string, not number"],
  ],
  [
    "unknown members",
    { a: 1, b: 2 },
    { properties: { a: {} }, additionalProperties: false },
    ["b: is not known; there are a"],
  ],
  [
    "described members",
    { a: 1 },
    { additionalProperties: { type: "string" } },
    ["a: is to be string, not number"],
  ],
  ["enum", "z", { enum: ["x", { y: 1 }] }, ['is to be one of "x", {"y":1}']],
  ["enum by value", { y: 1 }, { enum: ["x", { y: 1 }] }, []],
  ["const", 1, { const: 2 }, ["is to be 2"]],
  ["minLength", "", { minLength: 1 }, ["is empty"]],
  ["maxLength counts characters", "🦔🦔", { maxLength: 2 }, []],
  ["pattern", "abc", { pattern: "^x" }, ["is to match ^x"]],
  ["a pattern of another dialect", "abc", { pattern: "(?<" }, []],
  ["minimum", 0, { minimum: 1 }, ["is to be 1 or more"]],
  ["exclusiveMaximum", 1, { exclusiveMaximum: 1 }, ["is to be less than 1"]],
  ["multipleOf", 0.3, { multipleOf: 0.1 }, []],
  [
    "items",
    [1, 1],
    { minItems: 3, uniqueItems: true },
    ["is to have 3 items or more", "is to have no item twice"],
  ],
  [
    "anyOf",
    7,
    { anyOf: [{ type: "string" }, { type: "null" }] },
    ["fits none of what it may be: is to be string, not number; is to be null, not number"],
  ],
  ["oneOf", 7, { oneOf: [{ minimum: 1 }, { minimum: 2 }] }, ["fits more than one of what it may be"]],
  ["allOf", 7, { allOf: [{ minimum: 8 }, { minimum: 9 }] }, ["is to be 8 or more", "is to be 9 or more"]],
  [
    "a reference",
    { a: 1 },
    { properties: { a: { $ref: "#/$defs/t" } }, $defs: { t: { type: "string" } } },
    ["a: is to be string, not number"],
  ],
  ["a reference to nowhere", 7, { $ref: "#/$defs/none" }, []],
])("%s", (_name, value, schema, expected) => {
  expect(problems(value, schema)).toEqual(expected);
});

test("a problem brings along what the schema says the value is for", () => {
  const schema = {
    properties: { owner: { type: "string", description: "Who owns it." } },
    required: ["owner"],
  };
  expect(checkValue({}, schema)).toEqual([
    { path: "owner", message: "is missing", description: "Who owns it." },
  ]);
  expect(checkValue({ owner: 1 }, schema)[0]?.description).toBe("Who owns it.");
});

test("a schema that contains itself, even many times over, comes to an end", () => {
  const branches = Array.from({ length: 4 }, () => ({ $ref: "#" }));
  const startMs = performance.now();
  checkValue({ a: {} }, { anyOf: branches, allOf: branches, properties: { a: { $ref: "#" } } });
  expect(performance.now() - startMs).toBeLessThan(2_000);
});

test("whatever the value and the schema, nothing is thrown", () => {
  const keyword = fc.constantFrom(
    "type",
    "enum",
    "required",
    "properties",
    "items",
    "anyOf",
    "minimum",
    "pattern",
    "$ref",
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.dictionary(keyword, fc.jsonValue()), (value, schema) => {
      expect(Array.isArray(checkValue(value, schema))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("every made-up payload of the catalogue is what its schema describes", () => {
  for (const { name, payload } of builtInCatalogue) {
    expect(problems(samplePayload(payload, Math.random), payload), name).toEqual([]);
  }
});
