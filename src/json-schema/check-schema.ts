import type { Problem } from "../base/errors.js";
import { isJsonObject, type JsonSchema } from "../model/json.js";
import { localRef } from "./ref.js";

const types = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);

/** Keywords whose value is a schema, or an array of schemas. */
const schemaKeywords = ["items", "prefixItems", "additionalProperties", "additionalItems", "not", "contains"];
const branchKeywords = ["anyOf", "oneOf", "allOf"];
/** Keywords whose value is an object of schemas. */
const mapKeywords = ["properties", "patternProperties", "definitions", "$defs"];
const numberKeywords = ["minimum", "maximum", "multipleOf"];
const countKeywords = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"];

/**
 * Looks for what would make a schema useless here: keywords of the wrong form and references that lead
 * nowhere. Unknown keywords are no problem: every dialect has its own.
 *
 * @param path where the schema stands, for the problems
 */
export function checkSchema(value: unknown, path: string): readonly Problem[] {
  const problems: Problem[] = [];
  if (!isJsonObject(value)) return [{ path, message: "is a JSON Schema: an object" }];
  checkAt(value, path, value, problems);
  const { type } = value;
  if (type !== undefined && type !== "object" && !(Array.isArray(type) && type.includes("object"))) {
    problems.push({ path: `${path}.type`, message: 'describes an object, so it is "object"' });
  }
  return problems;
}

function checkAt(value: unknown, path: string, root: JsonSchema, problems: Problem[]): void {
  if (typeof value === "boolean") return;
  if (!isJsonObject(value)) {
    problems.push({ path, message: "is a schema: an object, true or false" });
    return;
  }
  const problem = (keyword: string, message: string) => {
    problems.push({ path: `${path}.${keyword}`, message });
  };
  const { type, required } = value;
  for (const one of Array.isArray(type) ? type : type === undefined ? [] : [type]) {
    if (typeof one !== "string" || !types.has(one)) {
      problem("type", `${JSON.stringify(one)} is no type; there are ${[...types].join(", ")}`);
    }
  }
  // `required: true` on a member is draft 3, which some catalogs still write.
  if (required !== undefined && typeof required !== "boolean" && !isTexts(required)) {
    problem("required", "is an array of property names");
  }
  if (value.enum !== undefined && !(Array.isArray(value.enum) && value.enum.length > 0)) {
    problem("enum", "is an array of at least one value");
  }
  if (value.examples !== undefined && !Array.isArray(value.examples)) {
    problem("examples", "is an array of values");
  }
  for (const keyword of numberKeywords) {
    if (value[keyword] !== undefined && typeof value[keyword] !== "number") problem(keyword, "is a number");
  }
  for (const keyword of countKeywords) {
    const count = value[keyword];
    if (count !== undefined && !(Number.isInteger(count) && Number(count) >= 0)) {
      problem(keyword, "is a whole number of 0 or more");
    }
  }
  const ref = value.$ref;
  if (ref !== undefined && (typeof ref !== "string" || localRef(root, ref) === undefined)) {
    problem(
      "$ref",
      `${JSON.stringify(ref)} points at nothing in this schema; only local references are followed`,
    );
  }
  for (const keyword of mapKeywords) {
    const map = value[keyword];
    if (map === undefined) continue;
    if (!isJsonObject(map)) {
      problem(keyword, "is an object of schemas");
      continue;
    }
    for (const [name, sub] of Object.entries(map)) checkAt(sub, `${path}.${keyword}.${name}`, root, problems);
  }
  for (const keyword of branchKeywords) {
    const branches = value[keyword];
    if (branches !== undefined && !(Array.isArray(branches) && branches.length > 0)) {
      problem(keyword, "is an array of at least one schema");
    }
  }
  for (const keyword of [...schemaKeywords, ...branchKeywords]) {
    const sub = value[keyword];
    if (Array.isArray(sub)) {
      sub.forEach((one: unknown, index) => {
        checkAt(one, `${path}.${keyword}[${index}]`, root, problems);
      });
    } else if (sub !== undefined && !branchKeywords.includes(keyword)) {
      checkAt(sub, `${path}.${keyword}`, root, problems);
    }
  }
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === "string");
