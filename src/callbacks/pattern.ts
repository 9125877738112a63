import { EarshotError } from "../base/errors.js";
import { nearest } from "../base/suggest.js";
import { isJsonObject, isSameJson, type JsonObject } from "../model/json.js";
import { contains } from "./contains.js";
import type { PayloadOperators } from "./payload-filter.js";
import { compileRegex } from "./regex/matcher.js";

/** A compiled pattern. An absent member is `undefined`: JSON has no other. */
export type Test = (value: unknown) => boolean;

/** Of the patterns around one: the objects, from the outside. */
type Above = readonly unknown[];

type Compile = (operand: unknown, path: string, above: Above) => Test;

/** Each operator, compiled with its operand. */
const operators: Readonly<Record<keyof PayloadOperators, Compile>> = {
  $gt: ordered((a, b) => a > b),
  $gte: ordered((a, b) => a >= b),
  $lt: ordered((a, b) => a < b),
  $lte: ordered((a, b) => a <= b),
  $in: (operand, path, above) => oneOf(list(operand, path), path, above),
  $nin: (operand, path, above) => {
    const test = oneOf(list(operand, path), path, above);
    return (value) => !test(value);
  },
  $exists: (operand, path) => {
    if (typeof operand !== "boolean") throw wrong(path, "true or false", operand);
    return (value) => (value !== undefined) === operand;
  },
  $contains: (operand, path, above) => {
    const test = compile(operand, path, above);
    return (value) => {
      if (Array.isArray(value)) return value.some(test);
      return typeof value === "string" && typeof operand === "string" && value.includes(operand);
    };
  },
  $startsWith: (operand, path) => {
    if (typeof operand !== "string") throw wrong(path, "a string", operand);
    return (value) => typeof value === "string" && value.startsWith(operand);
  },
  $regex: (operand, path) => {
    if (operand instanceof RegExp) {
      throw wrong(path, "the pattern as a string, and (?i) at its start ignores case", operand);
    }
    if (typeof operand !== "string") throw wrong(path, "a string", operand);
    const search = compileRegex(operand, `\`${path}\``);
    return (value) => typeof value === "string" && search(value);
  },
  $not: (operand, path, above) => {
    const test = compile(operand, path, above);
    return (value) => !test(value);
  },
  $or: (operand, path, above) => {
    const tests = list(operand, path).map((one, at) => compile(one, `${path}[${at}]`, above));
    return (value) => tests.some((test) => test(value));
  },
  $and: (operand, path, above) => {
    const tests = list(operand, path).map((one, at) => compile(one, `${path}[${at}]`, above));
    return (value) => tests.every((test) => test(value));
  },
};

const operatorNames = Object.keys(operators);

/** Levels of a pattern. */
export const MAX_LEVELS = 100;

/**
 * Checks and compiles a pattern. One without operators is compared as it is.
 *
 * @param path names it in errors
 * @throws EarshotError ERR_FILTER
 */
export function compilePattern(pattern: unknown, path: string): Test {
  return compile(pattern, path, []);
}

function compile(pattern: unknown, path: string, above: Above): Test {
  if (pattern === null || ["string", "boolean"].includes(typeof pattern) || Number.isFinite(pattern)) {
    return (value) => value === pattern;
  }
  if (above.includes(pattern)) throw notJson(path, "an object that contains itself");
  if (above.length === MAX_LEVELS) throw notJson(path, `more than ${MAX_LEVELS} levels deep`);
  const inside = [...above, pattern];
  if (Array.isArray(pattern)) {
    for (const [index, item] of pattern.entries()) checkJson(item, `${path}[${index}]`, inside);
    return (value) => contains(value, pattern);
  }
  if (!isJsonObject(pattern) || !isPlain(pattern)) throw notJson(path, kindText(pattern));
  return compileObject(pattern, path, inside);
}

function compileObject(pattern: JsonObject, path: string, inside: Above): Test {
  const tests: Test[] = [];
  const members: (readonly [name: string, test: Test])[] = [];
  for (const [key, operand] of Object.entries(pattern)) {
    if (!key.startsWith("$")) members.push([key, compile(operand, `${path}.${key}`, inside)]);
    else if (key.startsWith("$$")) members.push([key.slice(1), compile(operand, `${path}.${key}`, inside)]);
    else tests.push(operatorOf(key, path)(operand, `${path}.${key}`, inside));
  }
  // Compared as it is, with no closure for each member.
  if (!hasOperators(pattern)) return (value) => contains(value, pattern);
  if (members.length > 0) tests.push(membersTest(members));
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  return (value) => tests.every((test) => test(value));
}

function operatorOf(key: string, path: string): Compile {
  if (Object.hasOwn(operators, key)) return operators[key as keyof PayloadOperators];
  const near = nearest(key, operatorNames);
  const offer = near === undefined ? "" : ` Did you mean \`${near}\`?`;
  throw new EarshotError(
    "ERR_FILTER",
    `\`${path}\` has \`${key}\`, which is no operator.${offer} The operators are ${operatorNames.join(", ")}. A property of that name is \`$${key}\`.`,
  );
}

/** Of a list, one element must have all members; names that are all numbers are its indexes. */
function membersTest(members: readonly (readonly [name: string, test: Test])[]): Test {
  const areIndexes = members.every(([name]) => /^(0|[1-9]\d*)$/.test(name));
  const test: Test = (value) => {
    if (Array.isArray(value) && !areIndexes) return value.some(test);
    if (typeof value !== "object" || value === null) return members.every(([, one]) => one(undefined));
    return members.every(([name, one]) =>
      one(Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined),
    );
  };
  return test;
}

/** Whether a pattern has an operator or a doubled `$` at any depth; lists are compared whole. */
export function hasOperators(pattern: unknown): boolean {
  return (
    isJsonObject(pattern) &&
    Object.entries(pattern).some(([key, operand]) => key.startsWith("$") || hasOperators(operand))
  );
}

function ordered(compare: (a: number | string, b: number | string) => boolean): Compile {
  return (operand, path) => {
    if (typeof operand !== "string" && !Number.isFinite(operand)) {
      throw wrong(path, "a number or a string", operand);
    }
    const limit = operand as number | string;
    return (value) => typeof value === typeof limit && compare(value as number | string, limit);
  };
}

function oneOf(values: readonly unknown[], path: string, above: Above): Test {
  for (const [at, value] of values.entries()) checkJson(value, `${path}[${at}]`, above);
  const plain = new Set(values.filter((value) => typeof value !== "object" || value === null));
  const others = values.filter((value) => typeof value === "object" && value !== null);
  return (value) => plain.has(value) || others.some((other) => isSameJson(value, other));
}

function list(operand: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(operand)) throw wrong(path, "a list", operand);
  if (operand.length > 0) return operand;
  throw new EarshotError("ERR_FILTER", `\`${path}\` is an empty list: it decides nothing. Leave it out.`);
}

/** Rejects a value that is not JSON: no payload contains it, so its callback would never run. */
function checkJson(value: unknown, path: string, above: Above): void {
  if (value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)) return;
  if (above.includes(value)) throw notJson(path, "an object that contains itself");
  if (above.length === MAX_LEVELS) throw notJson(path, `more than ${MAX_LEVELS} levels deep`);
  const inside = [...above, value];
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkJson(item, `${path}[${index}]`, inside);
  } else if (isJsonObject(value) && isPlain(value)) {
    for (const [name, member] of Object.entries(value)) checkJson(member, `${path}.${name}`, inside);
  } else throw notJson(path, kindText(value));
}

function wrong(path: string, what: string, value: unknown): EarshotError {
  return new EarshotError("ERR_FILTER", `\`${path}\` is ${what}, not ${kindText(value)}.`);
}

function notJson(path: string, what: string): EarshotError {
  return new EarshotError(
    "ERR_FILTER",
    `\`${path}\` is ${what}, and a part of the payload is JSON. For any other test, use \`where\`.`,
  );
}

/** Not a regular expression, a date, a Map or the like. */
export function isPlain(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** A value in an error message. */
export function kindText(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value === "") return "an empty string";
  if (typeof value === "number") return String(value);
  if (typeof value === "object" && !Array.isArray(value)) {
    return `a value of the kind ${Object.prototype.toString.call(value).slice(8, -1)}`;
  }
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
