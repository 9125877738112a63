import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../errors.js";
import { isJsonObject, type JsonSchema } from "../model/json.js";
import { asSchema, localRef } from "./catalogue/schema/local-ref.js";

/** So many comparisons in all, and so deep; beyond them a value is taken as it is: a schema may refer to itself. */
const MOST_STEPS = 20_000;
const DEEPEST = 64;

/**
 * Whether a value is what a JSON Schema describes, as far as catalogues use the language: types, members,
 * items, `enum`, `const`, bounds, lengths, `pattern`, `anyOf`, `oneOf`, `allOf`, and references within the
 * schema. `format` is a note for people here, as it is in the specification.
 *
 * @returns every problem, with its path; none where all is well
 */
export function checkValue(value: unknown, schema: JsonSchema): readonly Problem[] {
  const problems: Problem[] = [];
  check(value, schema, { root: schema, path: "", depth: 0, steps: { left: MOST_STEPS }, problems });
  return problems;
}

/** A problem in one line: `owner: is missing`. */
export function problemText({ path, message }: Problem): string {
  return path === "" ? message : `${path}: ${message}`;
}

interface Place {
  readonly root: JsonSchema;
  readonly path: string;
  readonly depth: number;
  readonly steps: { left: number };
  readonly problems: Problem[];
}

function check(value: unknown, schema: JsonSchema, place: Place): void {
  place.steps.left -= 1;
  if (place.depth > DEEPEST || place.steps.left < 0) return;
  const { description } = schema;
  const problem = (message: string, path = place.path) => {
    place.problems.push({ path, message, ...(typeof description === "string" && { description }) });
  };
  if (typeof schema.$ref === "string") {
    const target = localRef(place.root, schema.$ref);
    if (target !== undefined) check(value, target, { ...place, depth: place.depth + 1 });
  }
  if (value === null && schema.nullable === true) return;
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => isOf(type, value))) {
    problem(`is to be ${types.join(" or ")}, not ${kindOf(value)}`);
    return;
  }
  if ("const" in schema && !isDeepStrictEqual(value, schema.const)) {
    problem(`is to be ${JSON.stringify(schema.const)}`);
  }
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => isDeepStrictEqual(one, value))) {
    problem(`is to be one of ${schema.enum.map((one) => JSON.stringify(one)).join(", ")}`);
  }
  if (typeof value === "string") checkText(value, schema, problem);
  if (typeof value === "number") checkNumber(value, schema, problem);
  if (Array.isArray(value)) checkItems(value, schema, place, problem);
  if (isJsonObject(value)) checkMembers(value, schema, place, problem);
  checkBranches(value, schema, place, problem);
}

type Tell = (message: string, path?: string) => void;

function checkText(value: string, schema: JsonSchema, problem: Tell): void {
  const { minLength, maxLength, pattern } = schema;
  const length = [...value].length;
  if (typeof minLength === "number" && length < minLength) {
    problem(minLength === 1 ? "is empty" : `is to have ${minLength} characters or more`);
  }
  if (typeof maxLength === "number" && length > maxLength)
    problem(`is to have ${maxLength} characters or fewer`);
  if (typeof pattern === "string" && !matches(value, pattern)) problem(`is to match ${pattern}`);
}

function matches(value: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    // A pattern of another dialect says nothing here.
    return true;
  }
}

function checkNumber(value: number, schema: JsonSchema, problem: Tell): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (typeof minimum === "number" && value < minimum) problem(`is to be ${minimum} or more`);
  if (typeof maximum === "number" && value > maximum) problem(`is to be ${maximum} or less`);
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) {
    problem(`is to be more than ${exclusiveMinimum}`);
  }
  if (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum) {
    problem(`is to be less than ${exclusiveMaximum}`);
  }
  if (typeof multipleOf === "number" && multipleOf > 0) {
    const times = value / multipleOf;
    // 0.3 / 0.1 is not quite 3.
    if (Math.abs(times - Math.round(times)) > 1e-9) problem(`is to be a multiple of ${multipleOf}`);
  }
}

function checkItems(value: readonly unknown[], schema: JsonSchema, place: Place, problem: Tell): void {
  const { minItems, maxItems, uniqueItems } = schema;
  if (typeof minItems === "number" && value.length < minItems)
    problem(`is to have ${minItems} items or more`);
  if (typeof maxItems === "number" && value.length > maxItems)
    problem(`is to have ${maxItems} items or fewer`);
  if (
    uniqueItems === true &&
    value.some((one, at) => value.slice(0, at).some((two) => isDeepStrictEqual(one, two)))
  ) {
    problem("is to have no item twice");
  }
  const items = asSchema(schema.items);
  if (items === undefined) return;
  for (const [at, item] of value.entries()) {
    check(item, items, { ...place, path: `${place.path}[${at}]`, depth: place.depth + 1 });
  }
}

function checkMembers(
  value: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
  place: Place,
  problem: Tell,
): void {
  const pathOf = (name: string) => (place.path === "" ? name : `${place.path}.${name}`);
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const at = (name: string): Place => ({ ...place, path: pathOf(name), depth: place.depth + 1 });
  for (const name of Array.isArray(schema.required) ? schema.required.map(String) : []) {
    if (Object.hasOwn(value, name)) continue;
    const described = Object.hasOwn(properties, name) ? asSchema(properties[name])?.description : undefined;
    place.problems.push({
      path: pathOf(name),
      message: "is missing",
      ...(typeof described === "string" && { description: described }),
    });
  }
  const others = asSchema(schema.additionalProperties);
  for (const [name, member] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) {
      const described = asSchema(properties[name]);
      if (described !== undefined) check(member, described, at(name));
    } else if (schema.additionalProperties === false) {
      problem(`is not known; there are ${Object.keys(properties).join(", ")}`, pathOf(name));
    } else if (others !== undefined) {
      check(member, others, at(name));
    }
  }
}

function checkBranches(value: unknown, schema: JsonSchema, place: Place, problem: Tell): void {
  const problemsOf = (branch: unknown): readonly Problem[] => {
    const found: Problem[] = [];
    const one = asSchema(branch);
    if (one !== undefined) check(value, one, { ...place, depth: place.depth + 1, problems: found });
    return found;
  };
  if (Array.isArray(schema.allOf))
    for (const branch of schema.allOf) place.problems.push(...problemsOf(branch));
  for (const keyword of ["anyOf", "oneOf"]) {
    const branches = schema[keyword];
    if (!Array.isArray(branches) || branches.length === 0) continue;
    const each = branches.map(problemsOf);
    const fitting = each.filter((problems) => problems.length === 0).length;
    if (fitting === 0) {
      const texts = each.map((problems) => problems.map(({ message }) => message).join(" and "));
      problem(`fits none of what it may be: ${texts.join("; ")}`);
    } else if (keyword === "oneOf" && fitting > 1) {
      problem("fits more than one of what it may be");
    }
  }
}

function typesOf(schema: JsonSchema): readonly string[] {
  const { type } = schema;
  if (type === undefined) return [];
  return (Array.isArray(type) ? type : [type]).map(String);
}

function isOf(type: string, value: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  return type === "number" ? typeof value === "number" : kindOf(value) === type;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
