import { isJsonObject, type JsonObject } from "../model/json.js";

/** A value that is compared by identity. */
export type Scalar = string | number | boolean | null;

/** A place in payloads, and the value there. */
export interface Equality {
  /** Names of members, from the outside. A list on the way stands for each of its elements. */
  readonly path: readonly string[];
  readonly value: Scalar;
}

/** A payload that matches meets at least one of them. */
export type Alternatives = readonly Equality[];

/** Where a condition has more, the callback would be in as many lists. */
const MAX_ALTERNATIVES = 100;

/**
 * What every payload that matches a pattern has: the pattern's equalities, as far as an index can use them. Each is
 * necessary, and all of them together need not be sufficient.
 *
 * @param pattern checked by `compilePattern`
 */
export function requiredEqualities(pattern: JsonObject | undefined): readonly Alternatives[] {
  if (pattern === undefined) return [];
  return required(pattern, []).filter(({ length }) => length <= MAX_ALTERNATIVES);
}

function required(pattern: unknown, path: readonly string[]): readonly Alternatives[] {
  if (isScalar(pattern)) return [[{ path, value: pattern }]];
  if (!isJsonObject(pattern)) return [];
  return Object.entries(pattern).flatMap(([key, operand]) => requiredOf(key, operand, path));
}

function requiredOf(key: string, operand: unknown, path: readonly string[]): readonly Alternatives[] {
  if (key.startsWith("$$")) return required(operand, [...path, key.slice(1)]);
  // Of a list, such a name is an index.
  if (/^\d+$/.test(key)) return [];
  if (!key.startsWith("$")) return required(operand, [...path, key]);
  // Each has been checked to have the operand that it needs.
  const operands = operand as readonly unknown[];
  switch (key) {
    case "$in":
      return operands.every(isScalar) ? [operands.map((value) => ({ path, value }))] : [];
    case "$and":
      return operands.flatMap((one) => required(one, path));
    case "$or":
      return anyOf(operands.map((one) => required(one, path)));
    case "$contains":
      // A string may also be a part of a string.
      return typeof operand === "string" ? [] : required(operand, path);
    default:
      return [];
  }
}

/** One condition of each branch, if all have one. */
function anyOf(branches: readonly (readonly Alternatives[])[]): readonly Alternatives[] {
  const first = branches.map(([one]) => one);
  return first.every((one) => one !== undefined) ? [first.flat()] : [];
}

function isScalar(value: unknown): value is Scalar {
  return (
    value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"
  );
}
