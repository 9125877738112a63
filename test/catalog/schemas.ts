import fc from "fast-check";
import { isJsonObject, type JsonSchema } from "../../src/model/json.js";

/** Mulberry32: small, and the same everywhere. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const formats = [
  "date-time",
  "date",
  "time",
  "duration",
  "email",
  "hostname",
  "uri",
  "uuid",
  "ipv4",
  "ipv6",
  "base64",
];

const texts = fc.oneof(
  fc.record({ type: fc.constant("string") }),
  fc.constantFrom(...formats).map((format) => ({ type: "string", format })),
  fc
    .tuple(fc.nat(30), fc.nat(30))
    .map(([a, b]) => ({ type: "string", minLength: Math.min(a, b), maxLength: Math.max(a, b) })),
  fc.array(fc.string(), { minLength: 1, maxLength: 3 }).map((examples) => ({ type: "string", examples })),
  fc.string().map((byDefault) => ({ type: "string", default: byDefault })),
  fc
    .uniqueArray(fc.string(), { minLength: 1, maxLength: 4 })
    .map((values) => ({ type: "string", enum: values })),
  fc.string().map((value) => ({ const: value })),
);

const range = fc.tuple(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: 3, max: 5000 }));
const numbers = fc.oneof(
  fc.constantFrom(
    { type: "integer" },
    { type: "number" },
    { type: "integer", minimum: 0 },
    { type: "number", maximum: -3 },
  ),
  fc
    .tuple(range, fc.boolean(), fc.boolean(), fc.constantFrom("integer", "number"))
    .map(([[low, span], openLow, openHigh, type]) => ({
      type,
      [openLow ? "exclusiveMinimum" : "minimum"]: low,
      [openHigh ? "exclusiveMaximum" : "maximum"]: low + span,
    })),
  fc
    .tuple(
      fc.constantFrom(1, 5, 7, 0.5, 0.25),
      fc.integer({ min: -100, max: 100 }),
      fc.constantFrom("integer", "number"),
    )
    .map(([multipleOf, minimum, type]) => ({ type, multipleOf, minimum, maximum: minimum + 60 })),
  fc.integer().map((value) => ({ type: "integer", examples: ["not a number", value] })),
);

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const { schema: anySchema } = fc.letrec<{ schema: JsonSchema; object: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    texts,
    numbers,
    fc.constantFrom(
      { type: "boolean" },
      { type: "null" },
      {},
      { type: ["string", "null"] },
      { type: ["null", "integer"] },
    ),
    fc.constantFrom(
      { $ref: "#/definitions/leaf" },
      { $ref: "#/definitions/tree" },
      { $ref: "#/definitions/chain" },
    ),
    tie("object"),
    fc.tuple(tie("schema"), fc.nat(3), fc.nat(3)).map(([items, a, b]) => ({
      type: "array",
      items,
      minItems: Math.min(a, b),
      maxItems: Math.max(a, b),
    })),
    fc
      .array(tie("schema"), { minLength: 1, maxLength: 3 })
      .map((items) => ({ type: "array", items, minItems: items.length })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    tie("schema").map((schema) => ({ anyOf: [schema, { type: "null" }], default: null })),
    fc.tuple(tie("object"), tie("object")).map((allOf) => ({ allOf })),
  ),
  object: fc
    .tuple(
      fc.dictionary(name, tie("schema"), { maxKeys: 4, noNullPrototype: true }),
      fc.array(fc.boolean()),
      fc.boolean(),
    )
    .map(([properties, wanted, closed]) => ({
      type: "object",
      properties,
      required: Object.keys(properties).filter((_, index) => wanted[index] === true),
      ...(closed && { title: "Closed" }),
    })),
}));

const definitions = {
  leaf: { type: "string", examples: ["leaf"] },
  // Two ways to contain itself, each with a way out.
  tree: {
    type: "object",
    properties: {
      left: { anyOf: [{ $ref: "#/definitions/tree" }, { type: "null" }] },
      right: { $ref: "#/definitions/tree" },
      children: { type: "array", items: { $ref: "#/definitions/tree" } },
    },
    required: ["left", "children"],
  },
  chain: {
    anyOf: [
      { type: "object", properties: { next: { $ref: "#/definitions/chain" } }, required: ["next"] },
      { type: "integer", minimum: 7, maximum: 9 },
    ],
  },
};

/** Schemas of payloads, with a sample for each: what the platform's catalog uses of the language, and more. */
export const payloadSchema: fc.Arbitrary<JsonSchema> = fc
  .dictionary(name, anySchema, { maxKeys: 5, noNullPrototype: true })
  .map((properties) => ({
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties,
    required: Object.keys(properties),
    definitions,
  }))
  // What two branches of an `allOf` say of one member may contradict one another; then there is no payload.
  .filter((schema) => !overlaps(schema));

/** Whether an `allOf` has two branches that speak of the same member. */
function overlaps(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { allOf } = value as { allOf?: readonly JsonSchema[] };
  if (Array.isArray(allOf)) {
    const names = allOf.flatMap((one) => Object.keys((one as JsonSchema).properties ?? {}));
    if (new Set(names).size < names.length) return true;
  }
  return Object.values(value).some(overlaps);
}

/** The paths of members without a title or a description. */
export function untitled(schema: JsonSchema, path: string): string[] {
  const found: string[] = [];
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  for (const [name, member] of Object.entries(properties)) {
    if (!isJsonObject(member) || typeof member.title !== "string" || typeof member.description !== "string") {
      found.push(`${path}.${name}`);
    } else found.push(...untitled(member, `${path}.${name}`));
  }
  return found;
}
