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
