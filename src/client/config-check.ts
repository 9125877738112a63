import { InvalidError, messageOf, type Problem } from "../base/errors.js";
import { misspelt, nearest } from "../base/suggest.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../model/json.js";
import { readSchema, type Shape } from "./config-schema.js";

/**
 * Checks a trigger's config against its schema before the call.
 *
 * A schema that cannot be read stops nothing: the platform decides then. Defaults are not filled in.
 *
 * @returns the config as JSON will carry it
 * @throws InvalidError ERR_TRIGGER_CONFIG with every problem, one a line
 */
export function checkConfig(triggerName: string, schema: JsonSchema, config: unknown): JsonObject {
  const sent = asJson(triggerName, config);
  const problems: Problem[] = [];
  try {
    check(sent, readSchema(schema), "", problems);
  } catch {
    // A schema without end, for one.
    return sent;
  }
  if (problems.length > 0) throw invalid(triggerName, problems);
  return sent;
}

/** What goes over the wire: without `undefined` members, dates as text, and so on. */
function asJson(triggerName: string, config: unknown): JsonObject {
  let sent: unknown;
  try {
    sent = JSON.parse(JSON.stringify(config));
  } catch (thrown) {
    throw invalid(triggerName, [{ path: "", message: `cannot be written as JSON: ${messageOf(thrown)}` }]);
  }
  if (!isJsonObject(sent))
    throw invalid(triggerName, [{ path: "", message: `must be an object, not ${kindOf(sent)}` }]);
  return sent;
}

function invalid(triggerName: string, problems: readonly Problem[]): InvalidError {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  const lines = problems.map(({ path, message, description }) => {
    const about = description === undefined ? "" : ` (${description.replace(/\s+/g, " ").trim()})`;
    return `- ${path === "" ? "the config" : path} ${message}${about}`;
  });
  const message = [`The config of ${triggerName} has ${count}:`, ...lines].join("\n");
  return new InvalidError("ERR_TRIGGER_CONFIG", message, problems);
}

/**
 * @param above shapes that this value is being checked against already: one that contains itself says nothing new
 * @param isPart whether the shape is one of several for the same value, which know keys that this one does not
 */
function check(
  value: unknown,
  shape: Shape,
  path: string,
  problems: Problem[],
  isPart = false,
  above: readonly Shape[] = [],
): void {
  if (above.includes(shape)) return;
  const say = (message: string, at = path, about = shape) =>
    problems.push({
      path: at,
      message,
      ...(about.description !== undefined && { description: about.description }),
    });

  if (!isOfKind(value, { ...shape, values: undefined })) {
    say(`must be ${expectedBy(shape)}, not ${kindOf(value)}`);
    // Whatever else could be said of a value of the wrong type is no help.
    return;
  }
  if (shape.values !== undefined && !isOfKind(value, shape)) {
    say(`must be ${expectedBy(shape)}${didYouMean(value, shape.values)}`);
    return;
  }
  for (const rule of shape.rules) {
    const wrong = rule(value);
    if (wrong !== undefined) say(wrong);
  }
  if (Array.isArray(value) && shape.items !== undefined) {
    for (const [index, item] of value.entries()) check(item, shape.items, `${path}[${index}]`, problems);
  }
  if (isJsonObject(value)) checkMembers(value, shape, path, problems, isPart);
  const within = [...above, shape];
  for (const part of shape.all) check(value, part, path, problems, true, within);
  if (shape.any.length > 0) checkAlternatives(value, shape, path, problems, within);
}

function checkMembers(
  value: JsonObject,
  shape: Shape,
  path: string,
  problems: Problem[],
  isPart: boolean,
): void {
  for (const name of shape.required) {
    if (Object.hasOwn(value, name)) continue;
    const description = shape.properties.get(name)?.description;
    problems.push({
      path: join(path, name),
      message: "is required",
      ...(description !== undefined && { description }),
    });
  }
  for (const [name, member] of Object.entries(value)) {
    const known = shape.properties.get(name);
    if (known !== undefined) check(member, known, join(path, name), problems);
    else {
      const message = strangerMessage(name, value, shape, isPart);
      if (message !== undefined) problems.push({ path: join(path, name), message });
    }
  }
}

/**
 * A key that the schema does not have. Where the schema is silent about such keys, the platform drops them without
 * a word, so one that looks like a misspelt key that was not given is a problem too; others are let through.
 */
function strangerMessage(name: string, value: JsonObject, shape: Shape, isPart: boolean): string | undefined {
  if (shape.others === "allowed") return undefined;
  const free = [...shape.properties.keys()].filter((known) => !Object.hasOwn(value, known));
  if (shape.others === "refused") {
    const offer = nearest(name, free);
    const known = [...shape.properties.keys()].join(", ");
    return `is not a known key${offer === undefined ? `; known are ${known || "none"}` : `; did you mean ${offer}?`}`;
  }
  // The parts may know the key, each for itself.
  if (isPart || shape.any.length > 0 || shape.all.length > 0) return undefined;
  const offer = misspelt(name, free);
  return offer === undefined ? undefined : `is not a known key; did you mean ${offer}?`;
}

/** One must fit. Where none does, the one that is of the value's kind and comes nearest says what is wrong. */
function checkAlternatives(
  value: unknown,
  shape: Shape,
  path: string,
  problems: Problem[],
  within: readonly Shape[],
): void {
  const ofKind: Problem[][] = [];
  for (const part of shape.any) {
    const found: Problem[] = [];
    check(value, part, path, found, true, within);
    if (found.length === 0) return;
    if (isOfKind(value, part)) ofKind.push(found);
  }
  const [best] = ofKind.sort((a, b) => a.length - b.length);
  if (best !== undefined) {
    problems.push(...best);
    return;
  }
  const expected = [...new Set(shape.any.map(expectedBy))].join(" or ");
  const description =
    shape.description ?? shape.any.find((part) => part.description !== undefined)?.description;
  problems.push({
    path,
    message: `must be ${expected}, not ${kindOf(value)}`,
    ...(description !== undefined && { description }),
  });
}

function isOfKind(value: unknown, { types, values }: Shape): boolean {
  const isType = types === undefined || [...types].some((type) => isOf(value, type));
  return isType && (values === undefined || values.some((allowed) => same(allowed, value)));
}

const articles: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
  null: "null",
};

function expectedBy(shape: Shape): string {
  if (shape.values !== undefined) {
    const values = shape.values.map((value) => JSON.stringify(value));
    return values.length === 1 ? values.join() : `one of ${values.join(", ")}`;
  }
  if (shape.types === undefined) return "something else";
  return [...shape.types].map((type) => articles[type] ?? type).join(" or ");
}

/** The kind of a value, never the value: a config may hold secrets. */
function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number") return `the number ${value}`;
  return typeof value === "boolean" ? String(value) : (articles[typeof value] ?? typeof value);
}

function isOf(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isJsonObject(value);
    case "integer":
      return Number.isInteger(value);
    default:
      // The remaining types are named as JavaScript names them.
      return typeof value === type;
  }
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
}

function didYouMean(value: unknown, allowed: readonly unknown[]): string {
  if (typeof value !== "string") return `, not ${kindOf(value)}`;
  const offer = nearest(
    value,
    allowed.filter((one): one is string => typeof one === "string"),
  );
  return offer === undefined ? "" : `; did you mean ${JSON.stringify(offer)}?`;
}

/** `owner`, `labels[2].name`, `["a b"]`. */
function join(path: string, name: string): string {
  if (!/^[\w$-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}
