import { typeName } from "../../json-schema/mismatch-text.js";
import { isJsonObject, type JsonSchema } from "../../model/json.js";
import { describedBy } from "./described.js";
import { orNull } from "./model-schema.js";

/** Keywords that OpenAI's strict mode knows, beside those of the structure. */
const known = [
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minItems", "maxItems"],
];
const formats = new Set([
  "date-time",
  "time",
  "date",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uuid",
]);
/** Limits of strict mode. */
const DEEPEST = 10;
const MOST_PROPERTIES = 5000;
const MOST_VALUES = 1000;

/** Thrown within this file: a schema that strict mode cannot express. */
class NotStrict extends Error {}

/**
 * A plain schema for OpenAI's strict mode: every member is required, those that may be missing can be null, and no
 * others are allowed. Keywords that it does not know become words of the description.
 *
 * @returns `undefined` where strict mode cannot express it: objects of any members, or values of any type
 */
export function strictSchema(plain: JsonSchema): JsonSchema | undefined {
  const size = { properties: 0, values: 0 };
  try {
    const { $defs, ...root } = plain;
    const strict = strictAt(root, 0, size);
    if (!isJsonObject($defs)) return strict;
    const definitions = Object.entries($defs).map(([name, one]) => [name, strictAt(one, 1, size)]);
    return { ...strict, $defs: Object.fromEntries(definitions) };
  } catch (thrown) {
    if (thrown instanceof NotStrict) return undefined;
    throw thrown;
  }
}

interface Size {
  properties: number;
  values: number;
}

function strictAt(schema: unknown, depth: number, size: Size): JsonSchema {
  if (!isJsonObject(schema) || depth > DEEPEST) throw new NotStrict();
  if (schema.$ref !== undefined) return { $ref: schema.$ref };
  const branches: unknown = schema.anyOf ?? schema.oneOf;
  const about = describedBy(schema, (keyword) => isKnown(keyword, schema));
  if (Array.isArray(branches)) {
    if (schema.properties !== undefined || schema.items !== undefined) throw new NotStrict();
    return { ...about, anyOf: branches.map((one) => strictAt(one, depth, size)) };
  }
  const values: unknown = schema.const === undefined ? schema.enum : [schema.const];
  const given: unknown = schema.type ?? (Array.isArray(values) ? typesOf(values) : undefined);
  if (given === undefined) throw new NotStrict();
  const types = [given].flat();
  size.values += Array.isArray(values) ? values.length : 0;
  const strict = {
    type: given,
    ...about,
    ...Object.fromEntries(
      Object.entries(schema).filter(([keyword]) => keyword !== "description" && isKnown(keyword, schema)),
    ),
    ...(Array.isArray(values) && { enum: values }),
    ...(types.includes("object") && membersOf(schema, depth, size)),
    ...(types.includes("array") && { items: strictAt(schema.items, depth + 1, size) }),
  };
  if (types.includes("array") && schema.prefixItems !== undefined) throw new NotStrict();
  if (size.values > MOST_VALUES || size.properties > MOST_PROPERTIES) throw new NotStrict();
  return strict;
}

function membersOf(schema: JsonSchema, depth: number, size: Size): JsonSchema {
  const { properties, additionalProperties = false } = schema;
  const isRoot = depth === 0;
  // An object whose members are not described may have any. At the root, it is a tool without arguments.
  if (!isJsonObject(properties) || additionalProperties !== false) throw new NotStrict();
  const names = Object.keys(properties);
  if (names.length === 0 && !isRoot) throw new NotStrict();
  size.properties += names.length;
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  if ([...required].some((name) => !Object.hasOwn(properties, name))) throw new NotStrict();
  const members = names.map((name) => {
    const member = strictAt(properties[name], depth + 1, size);
    return [name, required.has(name) ? member : orNull(member)];
  });
  return { properties: Object.fromEntries(members), required: names, additionalProperties: false };
}

function isKnown(keyword: string, schema: JsonSchema): boolean {
  return known.includes(keyword) || (keyword === "format" && formats.has(String(schema.format)));
}

/** The JSON types of values, as `type` has them. */
function typesOf(values: readonly unknown[]): string | readonly string[] {
  const types = [...new Set(values.map(typeName))];
  return types.length === 1 ? (types[0] as string) : types;
}
