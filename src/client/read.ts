import { isJsonObject, type JsonObject } from "../model/json.js";
import { badAnswer } from "./api-error.js";

/**
 * Reading answers: what the SDK cannot do without must be there, everything else may be missing.
 * `what` names the answer in the error: `active triggers`.
 */

/** @throws ApiError ERR_BAD_ANSWER */
export function objectIn(value: unknown, what: string): JsonObject {
  if (!isJsonObject(value)) throw badAnswer(what, "is not an object");
  return value;
}

/** @throws ApiError ERR_BAD_ANSWER unless it is an array of objects */
export function objectsIn(value: unknown, what: string): JsonObject[] {
  if (!Array.isArray(value)) throw badAnswer(what, "has no list where one belongs");
  return value.map((item) => objectIn(item, what));
}

/** @throws ApiError ERR_BAD_ANSWER unless it is a text, or a number to be read as one */
export function requiredText(from: JsonObject, name: string, what: string): string {
  const text = textOf(from[name]);
  if (text === undefined) throw badAnswer(what, `has no \`${name}\``);
  return text;
}

/** A text that says something; `undefined` for an empty one and for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" ? String(value) : undefined;
}

/** A member that is an object; an empty one where it is missing. */
export function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** ISO 8601, or epoch milliseconds. */
export function dateOf(value: unknown): Date | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const digits = typeof value === "string" && /^\d+$/.test(value);
  const date = new Date(digits ? Number(value) : value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

export function booleanOf(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** JSON that travels as text; already an object, it is taken as it is. */
export function jsonTextOf(value: unknown): JsonObject | undefined {
  if (typeof value !== "string") return isJsonObject(value) ? value : undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** A copy with a secret that can be read by name, but shows neither in print nor in JSON. */
export function withHidden<Shown extends object, Name extends string, Value>(
  shown: Shown,
  name: Name,
  value: Value,
): Shown & { readonly [key in Name]: Value } {
  return Object.defineProperty({ ...shown }, name, { value, enumerable: false }) as Shown & {
    readonly [key in Name]: Value;
  };
}
