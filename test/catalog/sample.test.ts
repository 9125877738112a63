import { type Schema, Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { samplePayload } from "../../src/json-schema/sample.js";
import type { JsonObject, JsonSchema } from "../../src/model/json.js";
import { runs } from "../support/runs.js";
import { payloadSchema, seeded } from "./schemas.js";

const sample = (properties: JsonSchema, seed = 1): JsonObject =>
  samplePayload({ type: "object", properties, required: Object.keys(properties) }, seeded(seed));

const validator = (schema: JsonSchema) => z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

/** What is wrong with a payload. Some intersections zod cannot merge; another validator judges of those. */
function problemOf(schema: JsonSchema, payload: unknown): string | undefined {
  try {
    return validator(schema).safeParse(payload).error?.message;
  } catch {
    const { valid, errors } = new Validator(schema as Schema, "7").validate(payload);
    return valid ? undefined : JSON.stringify(errors);
  }
}

test("a sample matches its schema, whatever the schema says", () => {
  fc.assert(
    fc.property(payloadSchema, fc.nat(), (schema, seed) => {
      const payload = samplePayload(schema, seeded(seed));
      expect(problemOf(schema, payload), JSON.stringify(payload)).toBeUndefined();
    }),
    { numRuns: runs(500) },
  );
});

test("the same numbers give the same sample, other numbers another", () => {
  const schema = {
    type: "object",
    properties: { id: { type: "string", format: "uuid" }, at: { type: "string", format: "date-time" } },
  };
  expect(samplePayload(schema, seeded(7))).toEqual(samplePayload(schema, seeded(7)));
  expect(samplePayload(schema, seeded(7))).not.toEqual(samplePayload(schema, seeded(8)));
});

test("what may be missing or null is there, so that a sample shows what may come", () => {
  const schema = {
    type: "object",
    properties: {
      note: { anyOf: [{ type: "string", examples: ["hello"] }, { type: "null" }], default: null },
      old: { type: "string", nullable: true, example: "draft 4" },
      either: { type: ["null", "boolean"] },
    },
  };
  const payload = samplePayload(schema, seeded(1));
  expect(payload).toMatchObject({ note: "hello", old: "draft 4", either: expect.any(Boolean) });
});

test("an example of the wrong type is not used", () => {
  expect(sample({ count: { type: "integer", examples: ["12"], minimum: 3, maximum: 3 } })).toEqual({
    count: 3,
  });
});

test("a reference keeps what stands beside it", () => {
  const payload = samplePayload(
    { properties: { by: { $ref: "#/$defs/name", examples: ["mona"] } }, $defs: { name: { type: "string" } } },
    seeded(1),
  );
  expect(payload).toEqual({ by: "mona" });
});

test("draft 4's exclusive bounds are kept", () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const { n } = sample(
      { n: { type: "integer", minimum: 1, maximum: 3, exclusiveMinimum: true, exclusiveMaximum: true } },
      seed,
    );
    expect(n).toBe(2);
  }
});

test("what two schemas of an allOf say counts together", () => {
  const allOf = [
    { type: "number", minimum: 2, maximum: 9, enum: [1, 4, 5, 8] },
    { type: "integer", minimum: 5, enum: [4, 5, 8, 9], maximum: 7 },
    { description: "a number" },
  ];
  expect(sample({ n: { allOf } })).toEqual({ n: 5 });
  const objects = {
    allOf: [
      { properties: { a: { minimum: 3 } }, required: ["a"] },
      { properties: { a: { type: "integer", minimum: 1, maximum: 3 } } },
    ],
  };
  expect(sample({ it: objects })).toEqual({ it: { a: 3 } });
});

test("a member that nothing can match is left out where it may be", () => {
  const loop = { type: "object", properties: { next: { $ref: "#/$defs/loop" } }, required: ["next"] };
  expect(
    samplePayload(
      { properties: { a: { $ref: "#/$defs/loop" }, b: { const: 1 } }, $defs: { loop } },
      seeded(1),
    ),
  ).toEqual({
    b: 1,
  });
});

test("a type list with null is a way out of a circle", () => {
  const list = {
    type: ["object", "null"],
    properties: { next: { $ref: "#/$defs/list" } },
    required: ["next"],
  };
  let { list: at } = samplePayload(
    { properties: { list: { $ref: "#/$defs/list" } }, $defs: { list } },
    seeded(1),
  ) as { list: { next: unknown } | null };
  let length = 0;
  for (; at !== null; at = at.next as typeof at) length += 1;
  expect(length).toBeGreaterThan(2);
});

test("items that have to differ do", () => {
  const { tags } = sample({
    tags: { type: "array", uniqueItems: true, minItems: 3, items: { enum: ["a", "b", "c"] } },
  });
  expect([...(tags as string[])].sort()).toEqual(["a", "b", "c"]);
});

test("a member named like a property of objects is a member", () => {
  const payload = samplePayload(
    JSON.parse('{"properties":{"__proto__":{"const":1},"toString":{"const":2}}}'),
    seeded(1),
  );
  expect(Object.entries(payload)).toEqual([
    ["__proto__", 1],
    ["toString", 2],
  ]);
});

test("the catalog's own examples cannot be changed through a sample", () => {
  const example = { inner: { list: [1] } };
  const payload = sample({ it: { type: "object", examples: [example] } }) as { it: typeof example };
  payload.it.inner.list.push(2);
  expect(example.inner.list).toEqual([1]);
});

test("a schema that contains itself everywhere stays small", () => {
  const node: JsonSchema = {
    type: "object",
    properties: Object.fromEntries("abcdefgh".split("").map((key) => [key, { $ref: "#" }])),
  };
  expect(JSON.stringify(samplePayload(node, seeded(1))).length).toBeLessThan(50_000);
});

test.each([
  ["itself", { type: "object", properties: { next: { $ref: "#" } }, required: ["next"] }],
  [
    "a circle of references",
    { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } },
  ],
  ["a string", { type: "string" }],
  ["a reference to nothing", { properties: { a: { $ref: "#/$defs/none" } } }],
])("a schema that requires %s is refused", (_, schema) => {
  expect(() => samplePayload(schema, seeded(1))).toThrow(expect.objectContaining({ code: "ERR_CATALOG" }));
});
