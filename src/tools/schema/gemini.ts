import { typeName } from "../../json-schema/mismatch-text.js";
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
    return withValues(
      {
        ...Object.fromEntries(rest),
        ...describedBy(schema, (keyword) => known.has(keyword)),
        ...(oneOf !== undefined && { anyOf: oneOf }),
      },
      only === undefined ? schema.enum : [only],
    );
  });
}

/** Gemini has texts and numbers as values; null is a type, and other values are left to their type. */
function withValues(schema: JsonSchema, values: unknown): JsonSchema {
  if (!Array.isArray(values)) return schema;
  const { description, type, ...rest } = schema;
  const plain = values.filter((value) => value !== null);
  const kinds = [...new Set(plain.map(typeName))];
  const isNullable = plain.length < values.length;
  if (!kinds.every((kind) => kind === "string" || kind === "number")) {
    const typed = type === undefined ? { ...rest, type: isNullable ? [...kinds, "null"] : kinds } : schema;
    return { ...typed, description: [description, `(one of ${JSON.stringify(values)})`].join(" ").trim() };
  }
  const about = description === undefined ? {} : { description };
  const types = [type ?? kinds].flat().filter((kind) => kind !== "null");
  const one = { ...rest, type: types.length === 1 ? types[0] : types, enum: plain };
  return isNullable ? { ...about, anyOf: [one, { type: "null" }] } : { ...about, ...one };
}
