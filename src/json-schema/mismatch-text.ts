import type { Problem } from "../base/errors.js";
import { nearest } from "../base/suggest.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import type { Mismatch } from "./validate.js";

/** Every mismatch as a problem for people. Of several alternatives, the nearest counts. */
export const mismatchProblems = (mismatches: readonly Mismatch[]): Problem[] =>
  mismatches.flatMap(problemsIn);

function problemsIn(mismatch: Mismatch): Problem[] {
  const { keyword, keys, schema, value, alternatives } = mismatch;
  if (keyword !== "anyOf") return [problemOf(mismatch, messageOf(mismatch), descriptionOf(mismatch))];
  // An alternative that is of the value's kind is the one that was meant.
  const wrongKind = alternatives.map((found) =>
    found.find(
      (one) => (one.keyword === "type" || one.keyword === "enum") && one.keys.length === keys.length,
    ),
  );
  const meant = alternatives.filter((_, at) => wrongKind[at] === undefined).map(mismatchProblems);
  const [best] = meant.sort((a, b) => a.length - b.length);
  if (best !== undefined) return best;
  const kinds = wrongKind.filter((found) => found !== undefined);
  const expected = [...new Set(kinds.map((found) => expectedBy(found.schema)))].join(" or ");
  const described = [schema, ...kinds.map((found) => found.schema)].find((one) => "description" in one);
  return [problemOf(mismatch, `must be ${expected}, not ${kindOf(value)}`, described?.description)];
}

function problemOf({ keys }: Mismatch, message: string, description: unknown): Problem {
  return { path: keyPath(keys), message, ...(typeof description === "string" && { description }) };
}

/** What the schema says of the value, or of the member that is missing. */
function descriptionOf({ keyword, keys, schema }: Mismatch): unknown {
  if (keyword === "unknown") return undefined;
  if (keyword !== "required") return schema.description;
  const member = isJsonObject(schema.properties) ? schema.properties[String(keys.at(-1))] : undefined;
  return isJsonObject(member) ? member.description : undefined;
}

function messageOf(mismatch: Mismatch): string {
  const { keyword, schema, value } = mismatch;
  const bound = schema[keyword];
  switch (keyword) {
    case "required":
      return "is required";
    case "unknown":
      return unknownText(mismatch);
    case "type":
      return `must be ${expectedBy(schema)}, not ${kindOf(value)}`;
    case "enum":
      return `must be ${expectedBy(schema)}${didYouMean(value, schema.enum as readonly unknown[])}`;
    case "minimum":
      return `must be at least ${bound}, not ${value}`;
    case "maximum":
      return `must be at most ${bound}, not ${value}`;
    case "exclusiveMinimum":
      return `must be more than ${bound}, not ${value}`;
    case "exclusiveMaximum":
      return `must be less than ${bound}, not ${value}`;
    case "multipleOf":
      return `must be a multiple of ${bound}, not ${value}`;
    case "pattern":
      return `must match ${bound}`;
    case "uniqueItems":
      return "must not have an item twice";
    case "not":
      return "is not allowed";
    default:
      return sizeText(keyword, Number(bound), value);
  }
}

/** `minLength`, `maxItems` and the like. */
function sizeText(keyword: string, bound: number, value: unknown): string {
  const size =
    typeof value === "string"
      ? [...value].length
      : Array.isArray(value)
        ? value.length
        : keysOf(value).length;
  const unit = typeof value === "string" ? "characters" : Array.isArray(value) ? "items" : "keys";
  if (keyword.startsWith("max")) return `must have at most ${bound} ${unit}, not ${size}`;
  return size === 0 && bound === 1 ? "must not be empty" : `must have at least ${bound} ${unit}, not ${size}`;
}

function unknownText({ keys, schema, value }: Mismatch): string {
  const known = keysOf(schema.properties);
  const offer = nearest(
    String(keys.at(-1)),
    known.filter((name) => !Object.hasOwn(value as JsonObject, name)),
  );
  const hint = offer === undefined ? `; known are ${known.join(", ") || "none"}` : `; did you mean ${offer}?`;
  return `is not a known key${hint}`;
}

const keysOf = (value: unknown): string[] => (isJsonObject(value) ? Object.keys(value) : []);

const kinds: ReadonlyMap<string, string> = new Map([
  ["string", "a string"],
  ["number", "a number"],
  ["integer", "a whole number"],
  ["boolean", "true or false"],
  ["object", "an object"],
  ["array", "a list"],
  ["null", "null"],
]);

function expectedBy(schema: JsonObject): string {
  if (Array.isArray(schema.enum)) {
    const values = schema.enum.map((value) => JSON.stringify(value));
    return values.length === 1 ? values.join() : `one of ${values.join(", ")}`;
  }
  return [schema.type]
    .flat()
    .map((type) => kinds.get(String(type)) ?? type)
    .join(" or ");
}

/** The name that JSON Schema has for the type of a value. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** The kind of a value, never a text: a config may hold secrets. */
export function kindOf(value: unknown): string {
  if (typeof value === "number") return `the number ${value}`;
  return typeof value === "boolean" ? String(value) : (kinds.get(typeName(value)) ?? typeof value);
}

function didYouMean(value: unknown, allowed: readonly unknown[]): string {
  if (typeof value !== "string") return `, not ${kindOf(value)}`;
  const texts = allowed.filter((one): one is string => typeof one === "string");
  const offer = nearest(value, texts);
  return offer === undefined ? "" : `; did you mean ${JSON.stringify(offer)}?`;
}

/** `owner`, `labels[2].name`, `["a b"]`. */
export const keyPath = (keys: readonly (string | number)[]): string => keys.reduce<string>(memberPath, "");

/** The path of a member, or of an item, of what stands at a path. */
export function memberPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
