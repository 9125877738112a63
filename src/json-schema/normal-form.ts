import { isJsonObject, type JsonObject, type JsonSchema } from "../model/json.js";
import { typeNames, wholeSchema } from "./quirks.js";
import { pointedAt } from "./ref.js";

/**
 * How keys beyond `properties` are checked: `validate` by the schema that they have, `spell-check` only for being a
 * known key misspelt, where the schema does not allow others by name.
 */
export type ExtraKeys = "validate" | "spell-check";

const types = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);
const bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
const sizes = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"];

/**
 * A schema without the quirks of real ones, in the keywords of draft 2019-09: bare maps of properties,
 * `required: true` inside a property, `type: "enum"` with `options`, `nullable`, type names of other languages,
 * bounds of draft 4.
 *
 * Only what is certain is in it. Left out are formats, which are annotations, conditions (`if`, `not`, `contains`),
 * references to nowhere, and patterns of other languages. `oneOf` becomes `anyOf`: as conditions are left out, two
 * may seem to fit where only one does.
 */
export function normalSchema(schema: JsonSchema, extraKeys: ExtraKeys): JsonObject {
  const root = wholeSchema(schema);
  const normal = new NormalForm(root, extraKeys);
  const whole = normal.of(root, []);
  return { ...(whole !== true && whole), $defs: normal.definitions() };
}

class NormalForm {
  readonly #root: JsonObject;
  readonly #extraKeys: ExtraKeys;
  readonly #byRef = new Map<string, JsonObject | true | undefined>();
  readonly #waiting: string[] = [];

  constructor(root: JsonObject, extraKeys: ExtraKeys) {
    this.#root = root;
    this.#extraKeys = extraKeys;
  }

  /** What the references point at, by the number that they have in the normal form. */
  definitions(): JsonObject {
    for (let ref = this.#waiting.pop(); ref !== undefined; ref = this.#waiting.pop()) this.#define(ref, []);
    return Object.fromEntries([...this.#byRef.values()].map((schema, number) => [number, schema]));
  }

  /** @param above references to this same value that are being read; `undefined` below a member or an item */
  of(schema: unknown, above?: readonly string[]): JsonObject | true {
    // In some property maps a property is only its type's name: {id: "string"}.
    if (typeof schema === "string") return { ...typeOf({ type: schema }) };
    if (schema === false) return { not: {} };
    if (!isJsonObject(schema)) return true;
    const { nullable, ...rest } = schema;
    // Beside a reference or parts, as OpenAPI 3.0 has it. Beside a type, null is one of the types.
    if (nullable === true && ["type", "enum", "const"].every((keyword) => schema[keyword] === undefined))
      return { ...describe(schema), anyOf: [this.of(rest, above), { type: ["null"] }] };
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref, schema, above);
    const parts = (keyword: string) => listed(schema[keyword]).map((part) => this.of(part, above));
    const [allOf, anyOf] = [parts("allOf"), parts(Array.isArray(schema.anyOf) ? "anyOf" : "oneOf")];
    return {
      ...describe(schema),
      ...typeOf(schema),
      ...valuesOf(schema),
      ...limitsOf(schema),
      ...this.#members(schema),
      ...this.#items(schema),
      ...(allOf.length > 0 && { allOf }),
      ...(anyOf.length > 0 && { anyOf }),
    };
  }

  #reference(ref: string, schema: JsonObject, above: readonly string[] | undefined): JsonObject {
    const target = pointedAt(this.#root, ref);
    const about = { ...describe(schema), ...(isJsonObject(target) && describe(target)) };
    // A schema that is part of itself says nothing new about the same value.
    if (above?.includes(ref) || target === undefined) return about;
    if (!this.#byRef.has(ref)) this.#byRef.set(ref, undefined);
    if (above === undefined) this.#waiting.push(ref);
    else this.#define(ref, above);
    return { ...about, $ref: `#/$defs/${[...this.#byRef.keys()].indexOf(ref)}` };
  }

  #define(ref: string, above: readonly string[]): void {
    if (this.#byRef.get(ref) !== undefined) return;
    this.#byRef.set(ref, this.of(pointedAt(this.#root, ref), [...above, ref]));
  }

  #members(schema: JsonObject): JsonObject {
    const named = isJsonObject(schema.properties) ? schema.properties : {};
    const properties = Object.entries(named).map(([name, member]) => [name, this.of(member)]);
    const patterns = isJsonObject(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
    const readable = patterns.filter(([pattern]) => isPattern(pattern));
    const given = readable.length === patterns.length ? schema.additionalProperties : true;
    const others = isJsonObject(given) && this.#extraKeys === "spell-check" ? true : given;
    const required = requiredOf(schema, named);
    return {
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(required.length > 0 && { required }),
      ...(readable.length > 0 && {
        patternProperties: Object.fromEntries(
          readable.map(([pattern, member]) => [pattern, this.of(member)]),
        ),
      }),
      ...((typeof others === "boolean" || isJsonObject(others)) && { additionalProperties: this.of(others) }),
    };
  }

  #items({ items, prefixItems, additionalItems }: JsonObject): JsonObject {
    const places = listed(Array.isArray(items) ? items : prefixItems).map((item) => this.of(item));
    const rest = Array.isArray(items) ? additionalItems : items;
    return {
      ...(places.length > 0 && { prefixItems: places }),
      ...((isJsonObject(rest) || rest === false) && { items: this.of(rest) }),
    };
  }
}

function describe({ description, title }: JsonObject): JsonObject {
  const text = [description, title].find((one) => typeof one === "string" && one !== "");
  return text === undefined ? {} : { description: text };
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function typeOf(schema: JsonObject): JsonObject {
  const names = [schema.type].flat().filter((name): name is string => typeof name === "string");
  if (names.length === 0) return isJsonObject(schema.properties) ? { type: ["object"] } : {};
  const known = names.map((name) => typeNames.get(name.toLowerCase()) ?? name.toLowerCase());
  // One type that is not known may be any.
  if (!known.every((type) => types.has(type))) return {};
  return { type: [...new Set(schema.nullable === true ? [...known, "null"] : known)] };
}

function valuesOf(schema: JsonObject): JsonObject {
  if (schema.const !== undefined) return { enum: [schema.const] };
  const isEnum = typeof schema.type === "string" && schema.type.toLowerCase() === "enum";
  const values = listed(Array.isArray(schema.enum) ? schema.enum : isEnum ? schema.options : undefined);
  if (values.length === 0) return {};
  return { enum: schema.nullable === true ? [...values, null] : values };
}

/** A required member with a default need not be given: the platform fills it in. */
function requiredOf(schema: JsonObject, properties: JsonObject): string[] {
  const names = new Set(listed(schema.required));
  const described = Object.keys(properties).filter((name) => {
    const member = properties[name];
    const { required, default: byDefault } = isJsonObject(member) ? member : ({} as JsonObject);
    return (names.has(name) || required === true) && byDefault === undefined;
  });
  // A name without a property may be described, with its default, in one of the parts.
  if (["allOf", "anyOf", "oneOf"].some((keyword) => keyword in schema)) return described;
  const others = [...names].filter((name): name is string => typeof name === "string");
  return [...described, ...others.filter((name) => !Object.hasOwn(properties, name))];
}

function limitsOf(schema: JsonObject): JsonObject {
  const limits = new Map<string, unknown>();
  for (const keyword of [...bounds, ...sizes])
    if (typeof schema[keyword] === "number") limits.set(keyword, schema[keyword]);
  // Draft 4 has `exclusiveMinimum: true` beside `minimum`.
  for (const [inclusive, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    if (schema[exclusive] !== true || !limits.has(inclusive)) continue;
    limits.set(exclusive, limits.get(inclusive));
    limits.delete(inclusive);
  }
  if (typeof schema.multipleOf === "number" && schema.multipleOf > 0)
    limits.set("multipleOf", schema.multipleOf);
  if (schema.uniqueItems === true) limits.set("uniqueItems", true);
  if (typeof schema.pattern === "string" && isPattern(schema.pattern)) limits.set("pattern", schema.pattern);
  return Object.fromEntries(limits);
}

/** Whether a pattern is one of JavaScript's; schemas have those of other languages too. */
function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") !== undefined;
  } catch {
    return false;
  }
}
