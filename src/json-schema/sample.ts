import { EarshotError } from "../base/errors.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../model/json.js";
import { asSchema } from "./ref.js";
import { ENDLESS, type Height, heightsOf } from "./sample/height.js";
import { isIdName, isSurelyTimeName } from "./sample/names.js";
import { plainSchema } from "./sample/plain-schema.js";
import { Renewal, type Variation } from "./sample/renewal.js";
import { sampleNumber, sampleString } from "./sample/scalar.js";

/** Beyond this depth nothing is added that does not have to be there. */
const DEEP = 6;
/** So many values in all; beyond it, too, only what has to be there. */
const MANY = 500;
/** How often a member that may be missing is there, in a payload of an event. */
const OPTIONAL = 0.5;
/** The same where its default is null: it is normally missing. */
const NORMALLY_MISSING = 0.2;
/** How often what may be null is null. */
const NULL = 0.25;
/** Integers that identify something and have no upper bound are drawn up to here. */
const HIGHEST_ID = 999_999_999;

interface Sampling {
  readonly root: JsonSchema;
  readonly random: () => number;
  readonly height: Height;
  /** How many values there are so far. */
  values: number;
  /** Absent where the sample is to show everything that may come. */
  readonly event?: { readonly renewal: Renewal; readonly atUs: number } | undefined;
}

/**
 * A payload as a schema describes it: made of its examples, defaults and limits. The same `random` gives the
 * same payload. A schema that contains itself ends as soon as it may.
 *
 * Without `variation` it shows all that may come: members that may be missing are there, and what may be null is not
 * null, until the payload would become large. With it, the payload is one event's: optional members come and go, and
 * ids and times are new.
 *
 * `pattern` is met only by way of `examples`, `default`, `enum` or `const`; `not`, `contains` and
 * conditional keywords are not looked at.
 *
 * @param random numbers from 0 up to but without 1, as `Math.random`
 * @throws EarshotError ERR_CATALOG: no finite object can match the schema
 */
export function samplePayload(schema: JsonSchema, random: () => number, variation?: Variation): JsonObject {
  const height = heightsOf(schema);
  if (height(schema) === ENDLESS) {
    throw new EarshotError("ERR_CATALOG", "The schema requires itself without end; no payload can match it.");
  }
  const renewal = variation && new Renewal(variation, random);
  const event = renewal && { renewal, atUs: variation.atUs };
  const made = sampleAt(schema, { root: schema, random, height, values: 0, event }, 0, "payload");
  const sample = renewal === undefined ? made : renewal.finish(made);
  if (!isJsonObject(sample)) {
    throw new EarshotError("ERR_CATALOG", "A payload is an object; the schema describes something else.");
  }
  return sample;
}

function sampleAt(given: JsonSchema, sampling: Sampling, depth: number, name: string): unknown {
  const { root, random, height, event } = sampling;
  sampling.values += 1;
  const small = depth > DEEP || sampling.values > MANY;
  const schema = plainSchema(given, root, (branches) => {
    const finite = branches.filter((branch) => height(branch) < ENDLESS);
    if (small) return finite.reduce((a, b) => (height(b) < height(a) ? b : a));
    const values = finite.filter(({ type, const: value }) => type !== "null" && value !== null);
    const ownNull = finite.find(({ type }) => type === "null");
    if (event !== undefined && depth > 0 && ownNull !== undefined && random() < NULL) return ownNull;
    return pick(values.length > 0 ? values : finite, random);
  });
  if ("const" in schema) return structuredClone(schema.const);

  const choices = Array.isArray(schema.enum) ? schema.enum : undefined;
  const fits = (value: unknown) =>
    hasType(value, schema) && (choices === undefined || choices.some((one) => same(one, value)));
  const mayBeNull = event !== undefined && depth > 0 && choices === undefined && hasType(null, schema);
  if (mayBeNull && schema.type !== undefined && schema.type !== "null" && random() < NULL) return null;
  const examples = [schema.examples, "example" in schema ? [schema.example] : []]
    .flatMap((list): unknown[] => (Array.isArray(list) ? list : []))
    .filter((value) => fits(value) && value !== null);
  if (examples.length > 0) {
    const example: unknown = structuredClone(pick(examples, random));
    if (event === undefined || choices !== undefined) return example;
    const renewed = event.renewal.renew(example, name);
    return isWithin(renewed, schema) ? renewed : example;
  }
  // A default of null stands for "missing", which is no example of the value.
  const byDefault = schema.default;
  if (byDefault !== undefined && byDefault !== null && fits(byDefault)) return structuredClone(byDefault);
  if (choices !== undefined) {
    const values = choices.filter((value) => value !== null && hasType(value, schema));
    return structuredClone(values.length > 0 ? pick(values, random) : choices[0]);
  }

  switch (typeOf(schema, small)) {
    case "object":
      return sampleObject(schema, sampling, depth, small);
    case "array":
      return sampleArray(schema, sampling, depth, small, name);
    case "integer":
      return sampleNumber(event === undefined ? schema : widened(schema, name, event.atUs), random, true);
    case "number":
      return sampleNumber(schema, random, false);
    case "boolean":
      return random() < 0.5;
    case "null":
      return null;
    default:
      return sampleString(schema, random, name, event?.atUs);
  }
}

function sampleObject(schema: JsonSchema, sampling: Sampling, depth: number, small: boolean): JsonObject {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const required = new Set(Array.isArray(schema.required) ? schema.required.map(String) : []);
  const others = asSchema(schema.additionalProperties);
  const members: [string, unknown][] = [];
  for (const [name, value] of Object.entries(properties)) {
    const member = asSchema(value);
    // `false` says that the member must not be there.
    if (member === undefined) continue;
    if (!required.has(name) && (small || sampling.height(member) === ENDLESS || isLeftOut(member, sampling)))
      continue;
    members.push([name, sampleAt(member, sampling, depth + 1, name)]);
  }
  for (const name of required) {
    if (Object.hasOwn(properties, name)) continue;
    members.push([name, sampleAt(others ?? {}, sampling, depth + 1, name)]);
  }
  // A free-form object with a type for its members is shown with one of them.
  if (members.length === 0 && !small && others !== undefined && Object.keys(others).length > 0) {
    members.push(["key", sampleAt(others, sampling, depth + 1, "key")]);
  }
  return Object.fromEntries(members);
}

function isLeftOut(member: JsonSchema, { event, random }: Sampling): boolean {
  return event !== undefined && random() >= (member.default === null ? NORMALLY_MISSING : OPTIONAL);
}

/** An integer without examples and bounds: an id differs each time, a time is the event's. */
function widened(schema: JsonSchema, name: string, atUs: number): JsonSchema {
  const bounds = ["maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "multipleOf"];
  if (isIdName(name) && schema.maximum === undefined && schema.exclusiveMaximum === undefined) {
    return { minimum: 1, ...schema, maximum: Math.max(HIGHEST_ID, Number(schema.minimum ?? 0) + HIGHEST_ID) };
  }
  if (!isSurelyTimeName(name) || bounds.some((bound) => bound in schema)) return schema;
  const seconds = Math.floor(atUs / 1e6);
  return { ...schema, minimum: seconds, maximum: seconds };
}

/** Whether a value that replaces an example keeps to the bounds that the example kept to. */
function isWithin(value: unknown, schema: JsonSchema): boolean {
  const { minLength, maxLength, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (typeof value === "number") {
    // An open bound of draft 4 is a boolean: the example stays then.
    return (
      value >= count(minimum, -Infinity) &&
      value <= count(maximum, Infinity) &&
      (exclusiveMinimum === undefined || value > count(exclusiveMinimum, Infinity)) &&
      (exclusiveMaximum === undefined || value < count(exclusiveMaximum, -Infinity)) &&
      multipleOf === undefined
    );
  }
  if (typeof value !== "string") return true;
  return (
    value.length >= count(minLength, 0) &&
    value.length <= count(maxLength, Infinity) &&
    schema.pattern === undefined
  );
}

function sampleArray(
  schema: JsonSchema,
  sampling: Sampling,
  depth: number,
  small: boolean,
  name: string,
): readonly unknown[] {
  const { items, prefixItems } = schema;
  const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : [];
  const rest = Array.isArray(items) ? asSchema(schema.additionalItems) : asSchema(items);
  const least = count(schema.minItems, 0);
  const most = count(schema.maxItems, Number.POSITIVE_INFINITY);
  const endlessItem = rest !== undefined && sampling.height(rest) === ENDLESS;
  const wanted =
    small || endlessItem ? 0 : tuple.length > 0 ? tuple.length : 1 + Math.floor(sampling.random() * 2);
  const length = Math.min(Math.max(wanted, least), most);
  const values: unknown[] = [];
  // Where items have to differ, a repeated one is drawn again, a bounded number of times.
  for (let tries = 0; values.length < length && tries < length + 50; tries += 1) {
    const item = asSchema(tuple[values.length]) ?? rest ?? {};
    const value = sampleAt(item, sampling, depth + 1, name);
    if (schema.uniqueItems !== true || !values.some((one) => same(one, value))) values.push(value);
  }
  return values;
}

function typeOf(schema: JsonSchema, small: boolean): string {
  const { type } = schema;
  if (Array.isArray(type)) {
    // What has members may have itself as a member: where the sample is to end, it is something flat.
    const flat = small ? type.find((one) => one !== "object" && one !== "array") : undefined;
    return String(flat ?? type.find((one) => one !== "null") ?? "null");
  }
  if (typeof type === "string") return type;
  if ("properties" in schema || "additionalProperties" in schema || "required" in schema) return "object";
  if ("items" in schema || "prefixItems" in schema) return "array";
  return "minimum" in schema || "maximum" in schema ? "number" : "string";
}

function hasType(value: unknown, schema: JsonSchema): boolean {
  const { type } = schema;
  if (type === undefined) return true;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (value === null) return types.includes("null") || schema.nullable === true;
  if (Array.isArray(value)) return types.includes("array");
  if (typeof value === "number") {
    return types.includes("number") || (types.includes("integer") && Number.isInteger(value));
  }
  return types.includes(typeof value);
}

const count = (value: unknown, byDefault: number): number => (typeof value === "number" ? value : byDefault);

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function pick<Value>(values: readonly Value[], random: () => number): Value {
  const value = values[Math.min(values.length - 1, Math.floor(random() * values.length))];
  return value as Value;
}
