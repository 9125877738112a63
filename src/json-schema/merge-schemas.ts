import { isJsonObject, type JsonSchema } from "../model/json.js";

/** Keywords of which the larger value is the stricter one. */
const lower = new Set(["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"]);
/** Keywords of which the smaller value is the stricter one. */
const upper = new Set(["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"]);

/** One schema for what both allow. Where that cannot be said in one keyword, the second schema's counts. */
export function mergeSchemas(first: JsonSchema, second: JsonSchema): JsonSchema {
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
