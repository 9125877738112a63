import { isJsonObject, type JsonObject } from "../model/json.js";
import { hasOnlyConditions, reservedWords, valueOperators } from "./filter-text.js";
import { compilePattern } from "./pattern.js";
import type { PayloadFilter } from "./payload-filter.js";

const signs = new Map(Object.entries(valueOperators).map(([sign, key]) => [key, sign]));

/**
 * The text form of the payload's part of a filter. `filterFromText` reads it again, as a filter that selects the same.
 *
 * @throws EarshotError ERR_FILTER where the filter is wrong
 */
export function filterToText(filter: PayloadFilter): string {
  compilePattern(filter, "payload");
  return expression(filter);
}

/** A pattern for the value at hand, as a whole expression. */
function expression(pattern: unknown): string {
  if (isJsonObject(pattern) && Object.keys(pattern).join() === "$or") return either(pattern.$or);
  return all(pattern, "");
}

function either(patterns: unknown): string {
  return (patterns as readonly unknown[]).map((one) => all(one, "")).join(" or ");
}

/** A pattern for the value at a path. */
function all(pattern: unknown, path: string): string {
  if (!isJsonObject(pattern) || Object.keys(pattern).length === 0)
    return `${path || "."} = ${valueText(pattern)}`;
  return Object.entries(pattern)
    .map(([key, operand]) => condition(key, operand, path))
    .join(" and ");
}

function condition(key: string, operand: unknown, path: string): string {
  if (!key.startsWith("$") || key.startsWith("$$")) {
    return at(operand, path + memberText(key.replace(/^\$\$/, "$"), path));
  }
  if (key === "$exists") return `${path || "."} ${operand === true ? "exists" : "not exists"}`;
  if (key === "$contains" && isJsonObject(operand)) return at(operand, `${path}[]`);
  const sign = signs.get(key);
  if (sign !== undefined && (key !== "$not" || isValue(operand))) {
    return `${path || "."} ${sign} ${valueText(operand)}`;
  }
  const inner = grouped(key, operand);
  return path === "" ? inner : `${path} has (${key === "$or" ? either(operand) : inner})`;
}

/** `$not`, `$or` and `$and`, of the value at hand. */
function grouped(key: string, operand: unknown): string {
  if (key === "$not") return `not (${expression(operand)})`;
  if (key === "$or") return `(${either(operand)})`;
  return (operand as readonly unknown[]).map((one) => `(${expression(one)})`).join(" and ");
}

/** A pattern below a path: after it where it is one condition or several on one value, else within `has ( )`. */
function at(pattern: unknown, path: string): string {
  const isOne = isValue(pattern) || Object.keys(pattern).length === 1 || hasOnlyConditions(pattern);
  return isOne ? all(pattern, path) : `${path} has (${expression(pattern)})`;
}

function isValue(pattern: unknown): pattern is Exclude<unknown, JsonObject> {
  return !isJsonObject(pattern) || Object.keys(pattern).length === 0;
}

function memberText(name: string, path: string): string {
  if (/^(0|[1-9]\d{0,8})$/.test(name) && path !== "") return `[${name}]`;
  const isPlain = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(name) && !reservedWords.has(name);
  if (!isPlain) return `[${JSON.stringify(name)}]`;
  return path === "" ? name : `.${name}`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  return JSON.stringify(value);
}
