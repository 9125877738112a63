import type { JsonSchema } from "../../model/json.js";
import { describedBy } from "./described.js";
import { mapSchemas } from "./names.js";

/** Keywords of JSON Schema that Gemini's `parametersJsonSchema` knows. */
const known = new Set([
  ...["type", "description", "enum", "format", "$defs", "$ref", "anyOf", "minimum", "maximum"],
  ...["properties", "required", "additionalProperties", "items", "prefixItems", "minItems", "maxItems"],
]);

/** A plain schema in the keywords that Gemini knows; others become words of the description. */
export function geminiSchema(plain: JsonSchema): JsonSchema {
  return mapSchemas(plain, (schema) => {
    if (schema.$ref !== undefined) return schema;
    const { const: only, oneOf, ...given } = schema;
    const rest = Object.entries(given).filter(([keyword]) => known.has(keyword) && keyword !== "enum");
    return {
      ...Object.fromEntries(rest),
      ...describedBy(schema, (keyword) => known.has(keyword)),
      ...(oneOf !== undefined && { anyOf: oneOf }),
      ...valuesOf(only === undefined ? schema.enum : [only], schema.type),
    };
  });
}

/** Gemini has texts and numbers as values; null is a type, and other values are left to the description. */
function valuesOf(values: unknown, type: unknown): JsonSchema {
  if (!Array.isArray(values)) return {};
  const plain = values.filter((value) => value !== null);
  const kinds = new Set(plain.map((value) => typeof value));
  if (plain.length === 0 || ![...kinds].every((kind) => kind === "string" || kind === "number")) return {};
  const types = [...(type === undefined ? kinds : [type].flat())];
  if (type === undefined && values.length > plain.length) types.push("null");
  return { type: types.length === 1 ? types[0] : types, enum: plain };
}
