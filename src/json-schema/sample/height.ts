import { isJsonObject, type JsonSchema } from "../../model/json.js";
import { asSchema, localRef } from "../ref.js";

/** No finite value can match. */
export const ENDLESS = Number.POSITIVE_INFINITY;

/** How many levels the smallest value of a schema has at least: 0 for a text, 1 for an object of texts. */
export type Height = (schema: JsonSchema) => number;

/**
 * Measures the schemas of one document. A schema that requires itself has the height {@link ENDLESS}; one
 * that may contain itself has that of the way out.
 */
export function heightsOf(root: JsonSchema): Height {
  // Every reference starts as endless and is lowered until nothing changes: a circle keeps what it has.
  const heights = new Map<string, number>();
  for (const ref of refsIn(root)) heights.set(ref, ENDLESS);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [ref, before] of heights) {
      const target = localRef(root, ref);
      const height = target === undefined ? 0 : measure(target, heights);
      if (height < before) {
        heights.set(ref, height);
        changed = true;
      }
    }
  }
  return (schema) => measure(schema, heights);
}

function measure(schema: JsonSchema, heights: ReadonlyMap<string, number>): number {
  if ("const" in schema || "enum" in schema) return 0;
  const at = (value: unknown): number => {
    const sub = asSchema(value);
    return sub === undefined ? 0 : measure(sub, heights);
  };
  let height = 0;
  const atLeast = (other: number) => {
    height = Math.max(height, other);
  };
  const { $ref, properties, required, items, prefixItems, minItems } = schema;
  if (typeof $ref === "string") atLeast(heights.get($ref) ?? 0);
  for (const keyword of ["anyOf", "oneOf"]) {
    const branches = schema[keyword];
    if (Array.isArray(branches) && branches.length > 0) atLeast(Math.min(...branches.map(at)));
  }
  if (Array.isArray(schema.allOf)) for (const one of schema.allOf) atLeast(at(one));
  if (canBeOther(schema)) return height;
  if (isJsonObject(properties) && Array.isArray(required)) {
    for (const name of required) {
      if (typeof name === "string" && Object.hasOwn(properties, name)) atLeast(1 + at(properties[name]));
    }
  }
  if (typeof minItems === "number" && minItems > 0) {
    const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : [];
    for (const item of tuple.slice(0, minItems)) atLeast(1 + at(item));
    if (minItems > tuple.length && !Array.isArray(items)) atLeast(1 + at(items));
  }
  return height;
}

/** Whether a value may be something flat, such as null, so that the members need not be there. */
const canBeOther = ({ type }: JsonSchema): boolean =>
  Array.isArray(type) && type.some((one) => one !== "object" && one !== "array");

/** Every text that stands under `$ref`, wherever it stands. */
function refsIn(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== "object" || value === null) return found;
  for (const [key, sub] of Object.entries(value)) {
    if (key === "$ref" && typeof sub === "string") found.add(sub);
    else refsIn(sub, found);
  }
  return found;
}
