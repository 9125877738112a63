import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidError } from "../../src/base/errors.js";
import { checkConfig } from "../../src/client/config-check.js";
import type { JsonSchema } from "../../src/model/json.js";

const NAME = "GITHUB_STAR_ADDED_EVENT";

function problemsOf(schema: JsonSchema, config: unknown): string[] {
  try {
    checkConfig(NAME, schema, config);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    expect(error.code).toBe("ERR_TRIGGER_CONFIG");
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

const star: JsonSchema = {
  type: "object",
  title: "GithubStarAddedConfig",
  properties: {
    owner: { type: "string", description: "Owner of the repository", title: "Owner", examples: ["acme"] },
    repo: { type: "string", description: "Name of the\n repository" },
    interval: { type: "number", default: 1, minimum: 1, description: "Minutes between polls" },
  },
  required: ["owner", "repo", "interval"],
};

test("a config that fits is sent as it is: defaults are not filled in", () => {
  expect(checkConfig(NAME, star, { owner: "acme", repo: "site" })).toEqual({ owner: "acme", repo: "site" });
});

test("every problem is listed, one a line, with its path and what the schema says of it", () => {
  const error = (() => {
    try {
      return checkConfig(NAME, star, { owner: 5, reop: "site", interval: 0 });
    } catch (thrown) {
      return thrown as InvalidError;
    }
  })();
  expect(error).toBeInstanceOf(InvalidError);
  expect((error as InvalidError).message.split("\n")).toEqual([
    "The config of GITHUB_STAR_ADDED_EVENT has 4 problems:",
    "- repo is required (Name of the repository)",
    "- owner must be a string, not the number 5 (Owner of the repository)",
    "- reop is not a known key; did you mean repo?",
    "- interval must be at least 1, not 0 (Minutes between polls)",
  ]);
  expect((error as InvalidError).problems[1]).toEqual({
    path: "owner",
    message: "must be a string, not the number 5",
    description: "Owner of the repository",
  });
});

test.each<[string, JsonSchema, unknown, string[]]>([
  ["missing", { type: "object", properties: { a: {} }, required: ["a"] }, {}, ["a: is required"]],
  [
    "missing, undefined",
    { properties: { a: { type: "string" } }, required: ["a"] },
    { a: undefined },
    ["a: is required"],
  ],
  ["missing, without a property", { type: "object", required: ["a"] }, {}, ["a: is required"]],
  [
    "wrong type",
    { properties: { a: { type: "boolean" } } },
    { a: "yes" },
    ["a: must be true or false, not a string"],
  ],
  [
    "whole number",
    { properties: { a: { type: "integer" } } },
    { a: 1.5 },
    ["a: must be a whole number, not the number 1.5"],
  ],
  ["null", { properties: { a: { type: "string" } } }, { a: null }, ["a: must be a string, not null"]],
  [
    "several types",
    { properties: { a: { type: ["string", "null"] } } },
    { a: 1 },
    ["a: must be a string or null, not the number 1"],
  ],
  [
    "enum",
    { properties: { a: { enum: ["open", "closed"] } } },
    { a: "opne" },
    ['a: must be one of "open", "closed"; did you mean "open"?'],
  ],
  [
    "enum, a number",
    { properties: { a: { enum: [1, 2] } } },
    { a: 3 },
    ["a: must be one of 1, 2, not the number 3"],
  ],
  ["const", { properties: { a: { const: "x" } } }, { a: 3 }, ['a: must be "x", not the number 3']],
  [
    "minimum",
    { properties: { a: { type: "number", minimum: 0 } } },
    { a: -1 },
    ["a: must be at least 0, not -1"],
  ],
  [
    "exclusive",
    { properties: { a: { type: "number", exclusiveMinimum: 0 } } },
    { a: 0 },
    ["a: must be more than 0, not 0"],
  ],
  [
    "exclusive, draft 4",
    { properties: { a: { type: "number", maximum: 9, exclusiveMaximum: true } } },
    { a: 9 },
    ["a: must be less than 9, not 9"],
  ],
  [
    "multiple",
    { properties: { a: { type: "number", multipleOf: 0.1 } } },
    { a: 0.25 },
    ["a: must be a multiple of 0.1, not 0.25"],
  ],
  ["empty", { properties: { a: { type: "string", minLength: 1 } } }, { a: "" }, ["a: must not be empty"]],
  [
    "too long",
    { properties: { a: { type: "string", maxLength: 2 } } },
    { a: "abc" },
    ["a: must have at most 2 characters, not 3"],
  ],
  [
    "pattern",
    { properties: { a: { type: "string", pattern: "^C[A-Z0-9]+$" } } },
    { a: "general" },
    ["a: must match ^C[A-Z0-9]+$"],
  ],
  [
    "too few items",
    { properties: { a: { type: "array", minItems: 2 } } },
    { a: [1] },
    ["a: must have at least 2 items, not 1"],
  ],
  [
    "twice",
    { properties: { a: { type: "array", uniqueItems: true } } },
    { a: [1, 1] },
    ["a: must not have an item twice"],
  ],
  [
    "items",
    { properties: { a: { type: "array", items: { properties: { "b c": { type: "string" } } } } } },
    { a: [{}, { "b c": 1 }] },
    ['a[1]["b c"]: must be a string, not the number 1'],
  ],
  [
    "nested",
    { properties: { a: { type: "object", properties: { b: { type: "string" } }, required: ["b"] } } },
    { a: {} },
    ["a.b: is required"],
  ],
  [
    "unknown key, refused",
    { properties: { a: {} }, additionalProperties: false },
    { zzz: 1 },
    ["zzz: is not a known key; known are a"],
  ],
  [
    "unknown key, refused, near",
    { properties: { labels: {} }, additionalProperties: false },
    { lables: 1 },
    ["lables: is not a known key; did you mean labels?"],
  ],
  [
    "all of",
    { allOf: [{ properties: { a: { type: "string" } } }, { properties: { b: {} }, required: ["b"] }] },
    { a: 1 },
    ["a: must be a string, not the number 1", "b: is required"],
  ],
  [
    "any of, by kind",
    { properties: { a: { anyOf: [{ type: "string", minLength: 3 }, { type: "null" }] } } },
    { a: "ab" },
    ["a: must have at least 3 characters, not 2"],
  ],
  [
    "any of, no kind",
    { properties: { a: { anyOf: [{ type: "string" }, { type: "null" }] } } },
    { a: 1 },
    ["a: must be a string or null, not the number 1"],
  ],
  [
    "one of constants",
    { properties: { a: { oneOf: [{ const: "x" }, { const: "y" }] } } },
    { a: "z" },
    ['a: must be "x" or "y", not a string'],
  ],
  [
    "a reference",
    { properties: { a: { $ref: "#/$defs/Name" } }, $defs: { Name: { type: "string" } } },
    { a: 1 },
    ["a: must be a string, not the number 1"],
  ],
  [
    "a reference, draft 7",
    { properties: { a: { $ref: "#/definitions/a~1b" } }, definitions: { "a/b": { type: "string" } } },
    { a: 1 },
    ["a: must be a string, not the number 1"],
  ],
  ["not an object", { type: "object" }, "text", [": must be an object, not a string"]],
  ["a list", { type: "object" }, [], [": must be an object, not a list"]],
])("a problem: %s", (_, schema, config, problems) => {
  expect(problemsOf(schema, config)).toEqual(problems);
});

test.each<[string, JsonSchema, unknown]>([
  ["required, but with a default", { properties: { a: { default: 1 } }, required: ["a"] }, {}],
  ["a key that the schema is silent about", { properties: { owner: {} } }, { owner: "a", somethingElse: 1 }],
  ["a key like one that is given", { properties: { repo: {} } }, { repo: "a", repos: "b" }],
  ["more keys by name", { properties: { repo: {} }, additionalProperties: true }, { reop: 1 }],
  [
    "more keys by schema",
    { properties: { repo: {} }, additionalProperties: { type: "string" } },
    { reop: 1 },
  ],
  ["an unknown format", { properties: { a: { type: "string", format: "email" } } }, { a: "not one" }],
  [
    "a pattern of another language",
    { properties: { a: { type: "string", pattern: "(?P<x>a)" } } },
    { a: "b" },
  ],
  ["fractions", { properties: { a: { type: "number", multipleOf: 0.1 } } }, { a: 0.3 }],
  [
    "a key that another part knows",
    { allOf: [{ properties: { label: {} } }, { properties: { labels: {} } }] },
    { label: 1 },
  ],
  ["two of oneOf", { properties: { a: { oneOf: [{ type: "string" }, { format: "email" }] } } }, { a: "x@y" }],
  ["an empty enum", { properties: { a: { enum: [] } } }, { a: 1 }],
  ["an emoji is one character", { properties: { a: { type: "string", maxLength: 1 } } }, { a: "🌟" }],
  ["a reference to nowhere", { properties: { a: { $ref: "#/$defs/Nobody" } } }, { a: 1 }],
  ["a reference outside", { properties: { a: { $ref: "https://example.com/schema" } } }, { a: 1 }],
  [
    "conditions that are not read",
    JSON.parse('{"if": {"properties": {"a": {}}}, "then": {"required": ["b"]}, "not": {}}'),
    { a: 1 },
  ],
  ["an empty schema", {}, { a: 1 }],
])("no problem: %s", (_, schema, config) => {
  expect(problemsOf(schema, config)).toEqual([]);
});

test.each<[string, JsonSchema, unknown, string[]]>([
  [
    "a bare map of properties, required inside, enum with options",
    {
      channel_id: { type: "string", required: true },
      message_type: { type: "enum", options: ["all", "direct"] },
    },
    { message_type: "dirct" },
    ["channel_id: is required", 'message_type: must be one of "all", "direct"; did you mean "direct"?'],
  ],
  [
    "a bare map with a property called type",
    { type: { type: "string", required: true }, properties: { type: "array" } },
    { properties: 1 },
    ["type: is required", "properties: must be a list, not the number 1"],
  ],
  [
    "required inside a property of a proper schema",
    {
      type: "object",
      properties: { a: { type: "string", required: true }, b: { type: "string", required: false } },
    },
    {},
    ["a: is required"],
  ],
  ["nullable", { properties: { a: { type: "string", nullable: true } } }, { a: null }, []],
  ["nullable enum", { properties: { a: { type: "string", enum: ["x"], nullable: true } } }, { a: null }, []],
  [
    "types of other languages",
    { properties: { a: { type: "int" }, b: { type: "Bool" } } },
    { a: "1", b: 1 },
    ["a: must be a whole number, not a string", "b: must be true or false, not the number 1"],
  ],
  ["a type nobody knows", { properties: { a: { type: "channel" } } }, { a: 1 }, []],
  [
    "a property that is its type's name",
    { type: "object", properties: { id: "string" } },
    { id: 1 },
    ["id: must be a string, not the number 1"],
  ],
  ["required that is no list", { type: "object", properties: { a: {} }, required: true }, {}, []],
])("a quirk: %s", (_, schema, config, problems) => {
  expect(problemsOf(schema, config)).toEqual(problems);
});

test("a schema that contains itself ends", () => {
  const schema = {
    $ref: "#/$defs/Node",
    $defs: { Node: { properties: { next: { $ref: "#/$defs/Node" }, v: { type: "string" } } } },
  };
  expect(problemsOf(schema, { next: { next: { v: 1 } } })).toEqual([
    "next.next.v: must be a string, not the number 1",
  ]);
  // One that is nothing but itself says nothing, and stops nothing.
  expect(
    problemsOf({ $ref: "#/$defs/a", $defs: { a: { allOf: [{ $ref: "#/$defs/a" }] } } }, { x: 1 }),
  ).toEqual([]);
  expect(problemsOf({ $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/a" } } }, { x: 1 })).toEqual([]);
});

test("what cannot be written as JSON is a problem, and what can is sent as JSON will carry it", () => {
  const round: Record<string, unknown> = {};
  round.self = round;
  expect(problemsOf({}, round)[0]).toMatch(/^: cannot be written as JSON/);
  expect(problemsOf({}, { big: 1n })[0]).toMatch(/^: cannot be written as JSON/);
  const at = new Date(0);
  expect(checkConfig(NAME, { properties: { at: { type: "string" } } }, { at, none: undefined })).toEqual({
    at: "1970-01-01T00:00:00.000Z",
  });
});

test("values do not show in messages: a config may hold secrets", () => {
  const problems = problemsOf(
    { properties: { a: { type: "number" }, b: { enum: ["x"] }, c: { type: "string", pattern: "^x" } } },
    { a: "hunter2", b: "hunter2", c: "hunter2" },
  );
  expect(problems).toHaveLength(3);
  expect(problems.join()).not.toContain("hunter2");
});

test("keys of the prototype are keys like others", () => {
  const config = JSON.parse('{"__proto__": 1, "constructor": 2}');
  expect(problemsOf({ properties: { a: {} }, additionalProperties: false }, config)).toHaveLength(2);
  expect(problemsOf({ required: ["toString"], type: "object" }, {})).toEqual(["toString: is required"]);
});

test("no schema, however strange, throws anything but the config's problems", () => {
  const keyword = fc.constantFrom(
    "type",
    "properties",
    "required",
    "enum",
    "options",
    "items",
    "anyOf",
    "allOf",
    "$ref",
    "nullable",
    "minimum",
    "pattern",
    "additionalProperties",
    "default",
    "const",
  );
  const schema = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small" },
      fc.jsonValue(),
      fc.dictionary(fc.oneof(keyword, fc.string()), tie("any"), { maxKeys: 5 }),
    ),
  })).any;
  fc.assert(
    fc.property(schema, fc.dictionary(fc.string(), fc.jsonValue()), (strange, config) => {
      if (typeof strange !== "object" || strange === null || Array.isArray(strange)) return;
      problemsOf(strange as JsonSchema, config);
    }),
  );
});
