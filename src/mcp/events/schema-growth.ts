import { isJsonObject, isSameJson, type JsonSchema } from "../../model/json.js";

/** Keywords that say nothing about which values are valid. */
const annotations = new Set(["title", "description", "examples", "default", "$comment", "deprecated"]);
/** Keywords that may say more than before. */
const growing = new Set(["properties", "required", "items", "additionalProperties"]);

/** Whether who relies on the schema of before can rely on the one of now: members were added, and nothing else. */
export function isGrown(before: unknown, now: unknown): boolean {
  if (!isJsonObject(before) || !isJsonObject(now)) return isSameJson(before, now);
  if (!isSameJson(constraints(before), constraints(now))) return false;
  const { properties = {}, required = [], items } = before as JsonSchema & { items?: unknown };
  const known = isJsonObject(now.properties) ? now.properties : {};
  const kept = Object.entries(properties as object).every(
    ([name, schema]) => Object.hasOwn(known, name) && isGrown(schema, known[name]),
  );
  const stillRequired = new Set<unknown>(Array.isArray(now.required) ? now.required : []);
  const isStillRequired = (required as readonly unknown[]).every((name) => stillRequired.has(name));
  return kept && isStillRequired && (items === undefined || isGrown(items, now.items));
}

function constraints(schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(schema).filter(([keyword]) => !annotations.has(keyword) && !growing.has(keyword)),
  );
}
