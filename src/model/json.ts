/** Any value that JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object whose members are not known. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** A JSON Schema, as the platform hands it out (draft 7 and its neighbors). */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Whether a value is an object of members: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A non-empty text, or a number as text (generation 1 has numeric ids); anything else is absent. Beyond 2^53 one
 * number stands for several, so it is no text either.
 */
export function textField(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : undefined;
}

/** Any JSON value as text: a text as it is, null and undefined empty. `String` throws for `{"toString": 1}`. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** An object; anything else is absent. */
export function objectField(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** Whether two JSON values are equal, whatever the order of their members. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSameJson(a[name as never], b[name as never]))
  );
}
