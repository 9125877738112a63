import { isJsonObject, type JsonObject, type JsonSchema } from "../model/json.js";
import { type Rule, rulesOf } from "./config-rules.js";

/** JSON's own types, and JSON Schema's `integer`. */
export type JsonType = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

/**
 * A schema as far as a config is checked against it. Only what is certain is in here: what a schema says in a
 * way that is not understood is left to the platform.
 */
export interface Shape {
  readonly description: string | undefined;
  /** `undefined`: any. */
  readonly types: ReadonlySet<JsonType> | undefined;
  /** The values allowed; `undefined`: any. */
  readonly values: readonly unknown[] | undefined;
  readonly rules: readonly Rule[];
  readonly properties: ReadonlyMap<string, Shape>;
  readonly required: ReadonlySet<string>;
  /** Keys beyond `properties`: `unsaid` where the schema is silent about them. */
  readonly others: "allowed" | "refused" | "unsaid";
  readonly items: Shape | undefined;
  readonly all: readonly Shape[];
  /** One of these must fit; empty: no such condition. */
  readonly any: readonly Shape[];
}

/** Names of types beside JSON Schema's own that real schemas use. `undefined` is any type. */
const typeNames = new Map<string, JsonType | undefined>([
  ["string", "string"],
  ["str", "string"],
  ["text", "string"],
  ["number", "number"],
  ["float", "number"],
  ["double", "number"],
  ["integer", "integer"],
  ["int", "integer"],
  ["boolean", "boolean"],
  ["bool", "boolean"],
  ["object", "object"],
  ["dict", "object"],
  ["array", "array"],
  ["list", "array"],
  ["null", "null"],
]);

/**
 * Reads the config schema of a trigger, quirks included: a bare map of properties, `required: true` inside a
 * property, `type: "enum"` with `options`, `nullable`, type names of other languages.
 */
export function readSchema(schema: JsonSchema): Shape {
  const whole = isPropertyMap(schema) ? { type: "object", properties: schema } : schema;
  return new Reader(whole).read(whole);
}

/** `{channel: {type: "string"}, …}`: properties without a schema around them. */
function isPropertyMap(schema: JsonSchema): boolean {
  const values = Object.values(schema);
  const isSchema = ["type", "$ref", "anyOf", "oneOf", "allOf", "enum"].some(
    (key) => key in schema && !isPropertyLike(schema[key]),
  );
  const hasProperties = isJsonObject(schema.properties) && !isPropertyLike(schema.properties);
  return !isSchema && !hasProperties && values.length > 0 && values.every(isPropertyLike);
}

function isPropertyLike(value: unknown): boolean {
  return isJsonObject(value) && (typeof value.type === "string" || Array.isArray(value.type));
}

class Reader {
  readonly #root: JsonObject;
  readonly #byRef = new Map<string, Shape>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  read(schema: unknown): Shape {
    // In some property maps a property is its type's name alone: {id: "string"}.
    if (typeof schema === "string") return shape({ types: typesOf({ type: schema }) });
    // `true` allows anything, and so does what cannot be understood. `false` allows nothing: too strange to act on.
    if (!isJsonObject(schema)) return shape({});
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref, schema);
    const properties = new Map<string, Shape>();
    const required = new Set<string>();
    const listed = Array.isArray(schema.required) ? schema.required : [];
    for (const [name, property] of Object.entries(isJsonObject(schema.properties) ? schema.properties : {})) {
      properties.set(name, this.read(property));
      const facts = isJsonObject(property) ? property : {};
      // A required property with a default need not be given: the platform fills it in.
      if ((listed.includes(name) || facts.required === true) && facts.default === undefined)
        required.add(name);
    }
    // A name without a property may be described, with its default, in one of the parts.
    const hasParts = ["allOf", "anyOf", "oneOf"].some((keyword) => keyword in schema);
    for (const name of listed) {
      if (typeof name === "string" && !hasParts && !properties.has(name)) required.add(name);
    }
    return shape({
      description: describe(schema),
      types: typesOf(schema),
      values: valuesOf(schema),
      rules: rulesOf(schema),
      properties,
      required,
      others: othersOf(schema),
      items: isJsonObject(schema.items) ? this.read(schema.items) : undefined,
      all: Array.isArray(schema.allOf) ? schema.allOf.map((part) => this.read(part)) : [],
      any: this.#alternatives(schema),
    });
  }

  /** `oneOf` is read as `anyOf`: as some conditions are not read, two may seem to fit where only one does. */
  #alternatives(schema: JsonObject): Shape[] {
    const listed = Array.isArray(schema.anyOf) ? schema.anyOf : schema.oneOf;
    return Array.isArray(listed) ? listed.map((part) => this.read(part)) : [];
  }

  #reference(ref: string, schema: JsonObject): Shape {
    const known = this.#byRef.get(ref);
    if (known !== undefined) return known;
    // Stored before it is read, so that a schema that contains itself ends.
    const later = shape({}) as { -readonly [key in keyof Shape]: Shape[key] };
    this.#byRef.set(ref, later);
    Object.assign(later, this.read(pointedAt(this.#root, ref)));
    later.description ??= describe(schema);
    return later;
  }
}

function shape(parts: Partial<Shape>): Shape {
  return {
    description: undefined,
    types: undefined,
    values: undefined,
    rules: [],
    properties: new Map(),
    required: new Set(),
    others: "unsaid",
    items: undefined,
    all: [],
    any: [],
    ...parts,
  };
}

/** What a local JSON Pointer (RFC 6901) points at; `undefined` for anything else. */
function pointedAt(root: JsonObject, ref: string): unknown {
  if (!ref.startsWith("#")) return undefined;
  let at: unknown = root;
  for (const step of ref.slice(1).split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at === root ? undefined : at;
}

function describe(schema: JsonObject): string | undefined {
  return [schema.description, schema.title].find(
    (text): text is string => typeof text === "string" && text !== "",
  );
}

function typesOf(schema: JsonObject): ReadonlySet<JsonType> | undefined {
  const names = [schema.type].flat().filter((name): name is string => typeof name === "string");
  const types = new Set<JsonType>();
  for (const name of names) {
    const type = typeNames.get(name.toLowerCase());
    // One type that is not known may be any.
    if (type === undefined) return undefined;
    types.add(type);
  }
  if (types.size === 0) return isJsonObject(schema.properties) ? new Set(["object"]) : undefined;
  if (schema.nullable === true) types.add("null");
  return types;
}

function valuesOf(schema: JsonObject): readonly unknown[] | undefined {
  const isEnum = typeof schema.type === "string" && schema.type.toLowerCase() === "enum";
  const listed = Array.isArray(schema.enum) ? schema.enum : isEnum ? schema.options : undefined;
  if (schema.const !== undefined) return [schema.const];
  if (!Array.isArray(listed) || listed.length === 0) return undefined;
  return schema.nullable === true ? [...listed, null] : listed;
}

function othersOf(schema: JsonObject): Shape["others"] {
  if (isJsonObject(schema.patternProperties) || isJsonObject(schema.additionalProperties)) return "allowed";
  if (schema.additionalProperties === false) return "refused";
  return schema.additionalProperties === true ? "allowed" : "unsaid";
}
