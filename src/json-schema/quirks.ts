import { isJsonObject, type JsonObject } from "../model/json.js";

/** Names of types beside JSON Schema's own that real schemas use, in lower case. */
export const typeNames: ReadonlyMap<string, string> = new Map([
  ["str", "string"],
  ["text", "string"],
  ["float", "number"],
  ["double", "number"],
  ["int", "integer"],
  ["bool", "boolean"],
  ["dict", "object"],
  ["list", "array"],
]);

/** Some triggers have a bare map of properties for a schema: `{channel: {type: "string"}}`. */
export function wholeSchema(schema: JsonObject): JsonObject {
  return isPropertyMap(schema) ? { type: "object", properties: schema } : schema;
}

function isPropertyMap(schema: JsonObject): boolean {
  const values = Object.values(schema);
  const isSchema = ["type", "$ref", "anyOf", "oneOf", "allOf", "enum"].some(
    (keyword) => keyword in schema && !isProperty(schema[keyword]),
  );
  const hasProperties = isJsonObject(schema.properties) && !isProperty(schema.properties);
  return !isSchema && !hasProperties && values.length > 0 && values.every(isProperty);
}

function isProperty(value: unknown): boolean {
  return isJsonObject(value) && (typeof value.type === "string" || Array.isArray(value.type));
}
