type Schema = Readonly<Record<string, unknown>>;

/** Keywords whose value is a map of names to schemas: a key in there is nobody's keyword. */
const maps = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);
/** Keywords whose value is a schema or a list of them. */
const schemas = new Set([
  "items",
  "prefixItems",
  "additionalProperties",
  "anyOf",
  "oneOf",
  "allOf",
  "not",
  "contains",
  "propertyNames",
]);

/**
 * A schema without titles and ids. A generator makes a type with a name of its own out of every title, so that an
 * editor shows `Owner` where `string` and the field's description belong.
 */
export function untitled(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => key !== "title" && key !== "$id" && key !== "id")
      .map(([key, value]): [string, unknown] => {
        if (maps.has(key) && isObject(value)) {
          return [key, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one)]))];
        }
        return [key, schemas.has(key) ? inner(value) : value];
      }),
  );
}

function inner(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inner);
  return isObject(value) ? untitled(value) : value;
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
