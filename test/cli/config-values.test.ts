import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EarshotError } from "../../src/base/errors.js";
import { printTriggerTypes } from "../../src/catalog/print-triggers.js";
import { configOf, setting } from "../../src/cli/options/config-value.js";
import { exactNumber } from "../../src/cli/options/exact-number.js";
import { jsonObject } from "../../src/cli/options/values.js";
import { schemaFields } from "../../src/cli/schema-fields.js";
import { checkConfig } from "../../src/client/config-check.js";
import { samplePayload } from "../../src/json-schema/sample.js";
import { runs } from "../support/runs.js";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

const $defs = {
  Color: { type: "string", enum: ["1", "red", "true"] },
  Count: { type: "integer" },
  Tree: { type: "object", properties: { name: { type: "string" }, next: { $ref: "#/$defs/Tree" } } },
  "a b": { type: "integer" },
};

/** What was typed for a member, as it is sent. */
function sent(schema: object, text: string): unknown {
  return configOf({ type: "object", properties: { it: schema }, $defs }, setting(`it=${text}`, undefined), {})
    .it;
}

describe("--config: the schema decides how the value is read", () => {
  test.each([
    [{ type: "array", items: { type: "number" } }, "1,2.5,-3", [1, 2.5, -3]],
    [{ type: "array", items: { type: "integer" } }, "1, 2", [1, 2]],
    [{ type: "array", items: { type: "boolean" } }, "true,false", [true, false]],
    [{ type: "array", items: { type: "string" } }, "1,true", ["1", "true"]],
    [{ type: "array", items: { type: "string" } }, "a,,b", ["a", "", "b"]],
    [{ type: "array", items: { $ref: "#/$defs/Color" } }, "1,red", ["1", "red"]],
    [{ type: "array", items: { enum: [1, 2] } }, "1,2", [1, 2]],
    [{ type: "array", items: { type: "object" } }, '{"a":1}', [{ a: 1 }]],
    [{ type: "array", items: { type: "number" } }, "[1,2]", [1, 2]],
    [{ type: "array" }, "", []],
    [{ type: ["array", "null"], items: { type: "string" } }, "", []],
    [{ anyOf: [{ type: "array", items: { type: "integer" } }, { type: "null" }] }, "1,2", [1, 2]],
    [{ type: "list", items: { type: "int" } }, "1,2", [1, 2]],
    [{ type: "string" }, "", ""],
    [{ type: ["integer", "null"] }, "", null],
    [{ type: ["integer", "null"] }, "null", null],
    [{ type: "integer", nullable: true }, "null", null],
    [{ type: "string" }, "null", "null"],
    [{ allOf: [{ $ref: "#/$defs/Color" }] }, "1", "1"],
    [{ allOf: [{ $ref: "#/$defs/Color" }], description: "which" }, "true", "true"],
    [{ allOf: [{ $ref: "#/$defs/Count" }] }, "7", 7],
    [{ allOf: [{ type: "number" }, { type: "integer" }] }, "7", 7],
    [{ $ref: "#/$defs/a%20b" }, "7", 7],
    [{ enum: ["1", "2"] }, "1", "1"],
    [{ enum: [1, 2] }, "1", 1],
    [{ enum: ["1", 1] }, "1", "1"],
    [{ enum: [true, null] }, "null", null],
    [{ type: "enum", options: ["1", "2"] }, "2", "2"],
    [{ anyOf: [{ enum: ["1"] }, { type: "null" }] }, "1", "1"],
    [{ oneOf: [{ const: "5" }, { const: "6" }] }, "6", "6"],
    [{ const: "007" }, "007", "007"],
    [{ const: { a: 1 } }, '{"a":1}', { a: 1 }],
    [{ type: "integer" }, "-5", -5],
    [{ type: "number" }, "1e3", 1000],
    [{ type: "integer" }, "1e3", 1000],
    [{ type: "integer" }, "7.0", 7],
    [{ type: "number" }, "-0.10", -0.1],
    [{ type: "number" }, " 7 ", 7],
    [{ type: "string" }, " 7 ", " 7 "],
    [{ type: "integer" }, "007", "007"],
    [{ type: "boolean" }, "true", true],
    [{ type: "bool" }, "false", false],
    [{ type: ["string", "integer"] }, "9007199254740993", "9007199254740993"],
    [{ anyOf: [{ type: "integer" }, { type: "string" }] }, "7", 7],
    [{}, "9007199254740993", "9007199254740993"],
    [{}, "7", 7],
    [{}, "2026-01-02", "2026-01-02"],
    [{ type: "string", format: "date" }, "2026-01-02", "2026-01-02"],
    [{ type: "object" }, '{"a":{"b":[1,null]}}', { a: { b: [1, null] } }],
    [{ type: "integer" }, "9007199254740992", 9007199254740992],
  ] as const)("%j: %s", (schema, text, value) => {
    expect(sent(schema, text)).toEqual(value);
  });

  test("a member of a member is read by its own schema, at any depth, through references to the whole", () => {
    const schema = {
      type: "object",
      properties: { tree: { $ref: "#/$defs/Tree" }, "a.b": { type: "string" } },
      $defs,
    };
    const typed = [
      ["tree.next.next.next.next.name", "7"],
      ["a.b", "8"],
    ] as const;
    expect(configOf(schema, new Map(typed), {})).toEqual({
      tree: { next: { next: { next: { next: { name: "7" } } } } },
      "a.b": "8",
    });
  });

  test.each([
    [{ patternProperties: { "^x": { type: "string" } } }, "it.x1=5", { x1: "5" }],
    [{ patternProperties: { "(?<bad": { type: "string" } } }, "it.x1=5", { x1: 5 }],
    [
      { additionalProperties: { type: "object", properties: { n: { type: "string" } } } },
      "it.k.n=5",
      { k: { n: "5" } },
    ],
    [{ properties: { "a.b": { type: "string" } } }, "it.a.b=5", { "a.b": "5" }],
    [{}, "it.a.b=5", { a: { b: 5 } }],
  ] as const)("a member that only a pattern, a rule or its dots tell of: %j, %s", (schema, text, value) => {
    const config = { type: "object", properties: { it: { type: "object", ...schema } } };
    expect(configOf(config, setting(text, undefined), {})).toEqual({ it: value });
  });
});

test("--config: a name that is given twice is an error, as one of its values would be dropped", () => {
  expect(() => setting("labels=b", setting("labels=a", undefined))).toThrow("labels is given twice.");
});

describe("--config: nothing is rounded silently", () => {
  test.each([
    [{ type: "integer" }, "9007199254740993"],
    [{ type: "number" }, "0.12345678901234567890"],
    [{ type: "number" }, "1e400"],
    [{ type: "array", items: { type: "integer" } }, "1,9007199254740993"],
    [{ type: "array", items: { type: "integer" } }, "[9007199254740993]"],
    [{ type: "object" }, '{"id":9007199254740993}'],
    [{}, '{"id":9007199254740993}'],
  ])("%j rejects %s with a message", (schema, text) => {
    expect(() => sent(schema, text)).toThrow(/--config it has the number [\d.e]+, which would be sent as /);
  });

  test("nor in a file of JSON; digits in its texts are no numbers", async () => {
    const io = { input: () => expect.fail("stdin is not read") };
    await expect(jsonObject("--config-file", '{"id": 9007199254740993}', io)).rejects.toThrow(
      "9007199254740993",
    );
    const text = '{"id": "9007199254740993", "a\\"9007199254740993": 1.50}';
    expect(await jsonObject("--config-file", text, io)).toEqual({
      id: "9007199254740993",
      'a"9007199254740993': 1.5,
    });
  });

  test.each([["x"], ["\\n"], ['\\"']])(
    "a text of 12 megabytes of %s is read, and the numbers after it",
    async (part) => {
      const io = { input: () => expect.fail("stdin is not read") };
      const long = part.repeat(12_000_000 / part.length);
      const read = await jsonObject("--data", `{"text": "${long}", "n": 1}`, io);
      expect(read).toEqual({ text: JSON.parse(`"${long}"`), n: 1 });
      await expect(jsonObject("--data", `{"text": "${long}", "n": 1e400}`, io)).rejects.toThrow("1e400");
    },
  );

  test("a byte order mark before the JSON of a file or of stdin is skipped", async () => {
    const io = { input: async () => '\uFEFF{"owner": "acme"}' };
    expect(await jsonObject("--data", "@-", io)).toEqual({ owner: "acme" });
  });

  test(`every accepted number is the number that was typed (SEED=${seed})`, () => {
    const digits = fc.stringMatching(/^(0|[1-9]\d{0,24})(\.\d{1,24})?([eE][+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(fc.boolean(), digits, (isNegative, text) => {
        const typed = isNegative ? `-${text}` : text;
        const value = exactNumber(typed);
        if (value === undefined) return;
        expect(sameNumber(typed, String(value))).toBe(true);
      }),
      { seed, numRuns: runs(3000) },
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })),
        (value) => {
          expect(exactNumber(String(value)) === value).toBe(true);
        },
      ),
      { seed, numRuns: runs(1000) },
    );
  });
});

/** By whole numbers without a limit, which the code does not use. */
function sameNumber(a: string, b: string): boolean {
  const scaled = (text: string) => {
    const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
    const [whole = "", fraction = ""] = mantissa.split(".");
    return { digits: BigInt(`${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
  };
  const [one, other] = [scaled(a), scaled(b)];
  if (one.digits === 0n) return other.digits === 0n;
  const low = Math.min(one.exponent, other.exponent);
  const lift = ({ digits, exponent }: typeof one) => digits * 10n ** BigInt(exponent - low);
  return lift(one) === lift(other);
}

const recursive = [
  { $ref: "#" },
  { type: "object", properties: { child: { $ref: "#" } } },
  {
    type: "object",
    properties: { it: { $ref: "#/$defs/A" } },
    $defs: { A: { allOf: [{ $ref: "#/$defs/A" }] } },
  },
  {
    type: "object",
    properties: { it: { $ref: "#/$defs/A" } },
    $defs: { A: { anyOf: [{ $ref: "#/$defs/A" }, { $ref: "#/$defs/A" }] } },
  },
  {
    type: "object",
    properties: { it: { $ref: "#/$defs/A" } },
    $defs: { A: { type: "array", items: { $ref: "#/$defs/A" } } },
  },
  {
    type: "object",
    properties: { it: { $ref: "#/$defs/A" } },
    $defs: { A: { $ref: "#/$defs/B" }, B: { $ref: "#/$defs/A" } },
  },
  { allOf: [{ $ref: "#" }, { type: "object", properties: { it: { type: "string" } } }] },
  {
    type: "object",
    properties: {
      it: { oneOf: [{ type: "null" }, { type: "object", properties: { it: { $ref: "#/properties/it" } } }] },
    },
  },
];

/** Everything that reads a schema: none of it may end without an answer, or with a mistake of its own. */
async function readEverywhere(schema: Readonly<Record<string, unknown>>) {
  const own = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error;
    }
  };
  schemaFields(schema);
  own(() => configOf(schema, setting("it.it.it=1", setting("it=1,2", undefined)), {}));
  own(() => checkConfig("A_B", schema, { it: { it: { it: [1] } }, child: { child: 1 } }));
  own(() => samplePayload(schema, () => 0.5));
  const trigger = { name: "A_B", displayName: "", description: "", config: schema, payload: schema };
  printTriggerTypes([trigger], "here");
}

test.each(recursive.map((schema) => [JSON.stringify(schema), schema] as const))(
  "a schema that contains itself is shown, checked, sampled and typed: %s",
  async (_name, schema) => {
    await readEverywhere(schema);
  },
);

test(`whatever a schema refers to, everything that reads it terminates (SEED=${seed})`, async () => {
  const ref = fc
    .constantFrom("#", "#/$defs/A", "#/$defs/B", "#/properties/it", "#/nowhere", "other.json")
    .map(($ref) => ({ $ref }));
  const { schema } = fc.letrec<{ schema: object }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      ref,
      fc.constantFrom("string", "integer", "array", "object", "null").map((type) => ({ type })),
      fc.record({ allOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
      fc.record({
        anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }),
        description: fc.constant("x"),
      }),
      fc.record({ oneOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ type: fc.constant("array"), items: tie("schema") }),
      fc.record({
        type: fc.constant("object"),
        properties: fc.record({ it: tie("schema"), child: tie("schema") }),
      }),
      ref.map((one) => ({ ...one, allOf: [one] })),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(schema, schema, schema, async (it, A, B) => {
      await readEverywhere({ type: "object", properties: { it }, $defs: { A, B } });
    }),
    { seed, numRuns: runs(300) },
  );
});
