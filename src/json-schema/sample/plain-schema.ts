import { EarshotError } from "../../base/errors.js";
import { isJsonObject, type JsonSchema } from "../../model/json.js";
import { asSchema, localRef } from "../ref.js";

/** More steps than a schema for a single value has; only a circle of references takes them all. */
const STEPS = 100;

/**
 * A schema without references, combinations and alternatives: each is replaced by what it stands for.
 *
 * @param root the document that references point into
 * @param choose takes one of the alternatives of `anyOf` and `oneOf`
 * @throws EarshotError ERR_CATALOG: a reference points at nothing, or at itself
 */
export function plainSchema(
  given: JsonSchema,
  root: JsonSchema,
  choose: (branches: readonly JsonSchema[]) => JsonSchema,
): JsonSchema {
  let schema = given;
  for (let step = 0; step < STEPS; step += 1) {
    const { $ref, allOf, anyOf, oneOf, ...rest } = schema;
    if (typeof $ref === "string") {
      const target = localRef(root, $ref);
      if (target === undefined) {
        throw new EarshotError("ERR_CATALOG", `The reference ${$ref} points at nothing in the schema.`);
      }
      schema = mergeSchemas(target, { allOf, anyOf, oneOf, ...rest });
    } else if (Array.isArray(allOf)) {
      schema = schemasIn(allOf).reduce<JsonSchema>(mergeSchemas, { anyOf, oneOf, ...rest });
    } else if (Array.isArray(anyOf)) {
      schema = mergeSchemas({ oneOf, ...rest }, choose(schemasIn(anyOf)));
    } else if (Array.isArray(oneOf)) {
      schema = mergeSchemas(rest, choose(schemasIn(oneOf)));
    } else {
      return rest;
    }
  }
  throw new EarshotError("ERR_CATALOG", "The schema is a circle of references without a value in it.");
}

const schemasIn = (list: readonly unknown[]): readonly JsonSchema[] =>
  list.map(asSchema).filter((schema) => schema !== undefined);

/** Keywords of which the larger value is the stricter one. */
const lower = new Set(["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"]);
/** Keywords of which the smaller value is the stricter one. */
const upper = new Set(["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"]);

/** One schema for what both allow. Where that cannot be said in one keyword, the second schema's counts. */
function mergeSchemas(first: JsonSchema, second: JsonSchema): JsonSchema {
  const merged = new Map<string, unknown>(Object.entries(first));
  for (const [keyword, value] of Object.entries(second)) {
    if (value === undefined) continue;
    const other = merged.get(keyword);
    merged.set(keyword, other === undefined ? value : mergeKeyword(keyword, other, value));
  }
  // Two sets of alternatives both count: one of each.
  for (const keyword of ["anyOf", "oneOf"]) {
    const [ours, theirs] = [first[keyword], second[keyword]];
    if (!Array.isArray(ours) || !Array.isArray(theirs)) continue;
    merged.set(keyword, theirs);
    const all: unknown = merged.get("allOf");
    merged.set("allOf", [...(Array.isArray(all) ? all : []), { [keyword]: ours }]);
  }
  return Object.fromEntries(merged);
}

function mergeKeyword(keyword: string, first: unknown, second: unknown): unknown {
  if (typeof first === "number" && typeof second === "number") {
    if (lower.has(keyword)) return Math.max(first, second);
    if (upper.has(keyword)) return Math.min(first, second);
  }
  if (keyword === "type") return mergeTypes([first].flat(), [second].flat());
  if (Array.isArray(first) && Array.isArray(second)) {
    if (keyword === "required") return [...new Set<unknown>([...first, ...second])];
    if (keyword === "allOf") return [...first, ...second];
    if (keyword === "enum") {
      const texts = new Set(first.map((value) => JSON.stringify(value)));
      return second.filter((value) => texts.has(JSON.stringify(value)));
    }
  }
  if (keyword === "properties" && isJsonObject(first) && isJsonObject(second)) {
    const members = new Map(Object.entries(first));
    for (const [name, schema] of Object.entries(second)) {
      const other = members.get(name);
      members.set(name, isJsonObject(other) && isJsonObject(schema) ? mergeSchemas(other, schema) : schema);
    }
    return Object.fromEntries(members);
  }
  return second;
}

function mergeTypes(first: readonly unknown[], second: readonly unknown[]): unknown {
  const both = second.flatMap((type) => {
    if (first.includes(type)) return [type];
    if (type === "integer" && first.includes("number")) return ["integer"];
    return type === "number" && first.includes("integer") ? ["integer"] : [];
  });
  // Nothing is both: the schemas contradict one another, and the second is as good as the first.
  return both.length > 1 ? both : (both[0] ?? second[0]);
}
