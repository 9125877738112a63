import { join } from "node:path";
import fc from "fast-check";
import ts from "typescript";
import { expect, test } from "vitest";
import { builtInCatalog } from "../../src/catalog/index.js";
import { printInterface, printTriggerTypes } from "../../src/catalog/print-triggers.js";
import { samplePayload } from "../../src/json-schema/sample.js";
import { printType } from "../../src/json-schema/typescript.js";
import type { JsonSchema } from "../../src/model/json.js";
import { errorsIn } from "../types/compile.js";
import { payloadSchema, seeded } from "./schemas.js";

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  types: [],
};

/** The compiler's errors for a text. */
function errorsOf(text: string): readonly string[] {
  const file = join(import.meta.dirname, "printed.ts");
  return errorsIn([file], options, new Map([[file, text]])).get(file) ?? [];
}

const tight = (schema: JsonSchema): string =>
  printType(schema)
    .replaceAll(/\/\*[\s\S]*?\*\/|\s+/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();

test.each<[JsonSchema, string]>([
  [{}, "unknown"],
  [{ type: "string", format: "email" }, "string"],
  [{ type: "integer" }, "number"],
  [{ type: ["boolean", "null"] }, "boolean | null"],
  [{ type: "string", nullable: true }, "string | null"],
  [{ const: "a" }, '"a"'],
  [{ type: "string", enum: ["a", "b", null] }, '"a" | "b" | null'],
  [{ const: { "a b": [1] } }, '{ "a b": [1] }'],
  [{ anyOf: [{ type: "string" }, { type: "null" }], default: null }, "string | null"],
  [{ type: "string", anyOf: [{ minLength: 1 }, { format: "uri" }] }, "string"],
  [{ anyOf: [{ type: "string" }, {}] }, "unknown"],
  [{ type: "array", items: { anyOf: [{ type: "string" }, { type: "number" }] } }, "(string | number)[]"],
  [{ type: "array" }, "unknown[]"],
  [
    { type: "array", items: [{ type: "string" }, { type: "number" }], minItems: 1, additionalItems: false },
    "[string, number?]",
  ],
  [
    { type: "array", prefixItems: [{ type: "string" }], items: { type: "number" }, minItems: 1 },
    "[string, ...number[]]",
  ],
  [{ type: "object" }, "Record<string, unknown>"],
  [{ type: "object", properties: {} }, "Record<string, never>"],
  [{ type: "object", additionalProperties: { type: "string" } }, "Record<string, string>"],
  [{ properties: { a: { type: "string" }, "b-c": {} }, required: ["a"] }, '{ a: string; "b-c"?: unknown; }'],
  [{ properties: { a: {} }, required: ["b"] }, "{ a?: unknown; b: unknown; }"],
  [
    { properties: { a: { type: "string" } }, additionalProperties: true },
    "{ a?: string | undefined; [name: string]: unknown; }",
  ],
  [
    {
      allOf: [
        { properties: { a: { const: 1 } } },
        { type: "object", properties: {} },
        { properties: { b: { const: 2 } } },
      ],
    },
    "({ a?: 1 | undefined; }) & ({ b?: 2 | undefined; })",
  ],
  [{ $ref: "#/$defs/a", $defs: { a: { type: "number" } } }, "number"],
  [{ $ref: "https://example.com/schema" }, "unknown"],
])("%j is %s", (schema, type) => {
  const printed = tight(schema).replaceAll(/[()]/g, "");
  expect(printed).toBe(type.replaceAll(/[()]/g, ""));
  expect(errorsOf(`export type T = ${printType(schema)};`)).toEqual([]);
});

test("a schema that contains itself is written out a few times, then it is unknown", () => {
  const printed = tight({
    properties: { next: { anyOf: [{ $ref: "#" }, { type: "null" }] } },
    required: ["next"],
  });
  expect(printed).toBe("{ next: { next: { next: { next: unknown; } | null; } | null; } | null; }");
});

test("what a schema says in words cannot end its comment", () => {
  const printed = printType({
    properties: { a: { description: "a */ b\n\n c", default: "*/", examples: ["x"], deprecated: true } },
  });
  expect(printed).toContain("   * a *\\/ b\n   * c\n   * @deprecated\n");
  expect(errorsOf(`export type T = ${printed}; export const t: T = { a: 1 };`)).toEqual([]);
});

test("a sample of a schema is of the printed type, whatever the schema says", () => {
  const schemas = fc.sample(payloadSchema, { numRuns: 250, seed: 20_250_311 });
  const lines = schemas.map((schema, index) => {
    const payload = JSON.stringify(samplePayload(schema, seeded(index)));
    return `export const sample${index}: ${printType(schema)} = ${payload};\n`;
  });
  const errors = errorsOf(lines.join(""));
  expect(errors).toEqual([]);
});

test("the printed type of a trigger takes its sample, and nothing that lacks a required member", () => {
  const text = builtInCatalog().flatMap(({ name, payload }) => {
    const sample = samplePayload(payload, seeded(1));
    const [first] = Array.isArray(payload.required) ? payload.required : [];
    const { [String(first)]: _, ...rest } = sample;
    return [
      `export const ${name}: CatalogTriggers["${name}"]["payload"] = ${JSON.stringify(sample)};`,
      "// @ts-expect-error a required member is missing",
      `export const ${name}_NOT: CatalogTriggers["${name}"]["payload"] = ${JSON.stringify(rest)};`,
    ];
  });
  expect(errorsOf(`${printInterface("CatalogTriggers", builtInCatalog())}\n${text.join("\n")}`)).toEqual([]);
});

test("an augmentation is a module that adds to the package's types", () => {
  const printed = printTriggerTypes(
    [
      {
        name: "ACME_ORDER_PLACED",
        displayName: "Order placed",
        description: "Fires when */ an order is placed.",
        config: { type: "object", properties: { shop: { type: "string" } }, required: ["shop"] },
        payload: {
          type: "object",
          properties: { id: { type: "string", description: "The order's id." } },
          required: ["id"],
        },
      },
    ],
    "http://127.0.0.1:4747",
  );
  expect(printed).toBe(`/** The triggers of http://127.0.0.1:4747. Written by \`earshot types\`. */

declare module "earshot" {
  interface PlatformTriggers {
    /** Order placed. Fires when *\\/ an order is placed. */
    ACME_ORDER_PLACED: {
      config: {
        shop: string;
      };
      payload: {
        /** The order's id. */
        id: string;
      };
    };
  }
}

// Makes this file a module: only a module adds to another one's types.
export {};
`);
});
