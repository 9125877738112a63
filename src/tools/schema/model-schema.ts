import { mergeSchemas } from "../../json-schema/merge-schemas.js";
import { typeNames, wholeSchema } from "../../json-schema/quirks.js";
import { pointedAt } from "../../json-schema/ref.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../../model/json.js";

/** Keywords that stay as they are. */
const annotations = ["description", "default", "examples", "format", "pattern", "const", "uniqueItems"];
const limits = [
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"],
];
const alternatives = ["anyOf", "oneOf"];
const types = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);
/** More merges than one value's schema has; only a circle of references needs them all. */
const MOST_MERGES = 50;
/** Levels of a schema that are read; what is below may be anything. Real ones have fewer than 20. */
const DEEPEST = 100;

/**
 * A schema as every model client reads it: JSON Schema without the quirks of real ones, without `allOf`, references
 * only to `$defs` and without siblings, and an object at its root.
 */
export function modelSchema(schema: JsonSchema): JsonSchema {
  const whole = wholeSchema(schema);
  const plain = new PlainForm(whole);
  const root = asRoot(plain.of(whole), (ref) => plain.defined(ref));
  const definitions = plain.definitions();
  return Object.keys(definitions).length === 0 ? root : { ...root, $defs: definitions };
}

class PlainForm {
  readonly #root: JsonSchema;
  /** Reference as it was given → its name in `$defs`. */
  readonly #names = new Map<string, string>();
  readonly #defined = new Map<string, JsonSchema>();
  #level = 0;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  definitions(): JsonObject {
    for (let size = -1; size !== this.#names.size; ) {
      size = this.#names.size;
      for (const [ref, name] of this.#names) this.#define(ref, name);
    }
    return Object.fromEntries(this.#defined);
  }

  /** What a reference of the plain form points at. */
  defined(ref: string): JsonSchema {
    const name = ref.slice("#/$defs/".length);
    const given = [...this.#names].find(([, known]) => known === name)?.[0] ?? "";
    return this.#define(given, name);
  }

  #define(ref: string, name: string): JsonSchema {
    const known = this.#defined.get(name);
    if (known !== undefined) return known;
    // For a reference that leads back to itself while it is read.
    this.#defined.set(name, {});
    const schema = this.of(pointedAt(this.#root, ref));
    this.#defined.set(name, schema);
    return schema;
  }

  of(given: unknown): JsonSchema {
    // In some property maps a property is only its type's name: {id: "string"}.
    if (typeof given === "string") return this.of({ type: given });
    if (!isJsonObject(given) || this.#level === DEEPEST) return {};
    this.#level += 1;
    try {
      return this.#read(given);
    } finally {
      this.#level -= 1;
    }
  }

  #read(given: JsonSchema): JsonSchema {
    const schema = this.#merged(given);
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref, schema);
    const plain: Record<string, unknown> = {
      ...typeOf(schema),
      ...pick(schema, annotations),
      ...valuesOf(schema),
      ...limitsOf(schema),
      ...this.#members(schema),
      ...this.#items(schema),
    };
    for (const keyword of alternatives) {
      const branches = schema[keyword];
      if (Array.isArray(branches) && branches.length > 0)
        plain[keyword] = branches.map((one) => this.of(one));
    }
    return schema.nullable === true ? orNull(plain) : plain;
  }

  /** Without `allOf`: one schema for what all its parts allow. */
  #merged(given: JsonSchema): JsonSchema {
    let schema = given;
    for (let merges = 0; Array.isArray(schema.allOf) && merges < MOST_MERGES; merges += 1) {
      const { allOf, ...rest } = schema;
      const parts: readonly JsonSchema[] = allOf.filter(isJsonObject);
      const isAnnotated = Object.keys(rest).every((keyword) =>
        ["nullable", ...annotations, "title"].includes(keyword),
      );
      const [only] = parts;
      // One reference with a description stays a reference.
      if (parts.length === 1 && only !== undefined && isAnnotated) return { ...only, ...rest };
      schema = parts.map((part) => this.#target(part)).reduce(mergeSchemas, this.#target(rest));
    }
    const { allOf: _, ...rest } = schema;
    return rest;
  }

  #target(schema: JsonSchema): JsonSchema {
    const { $ref, ...rest } = schema;
    if (typeof $ref !== "string") return schema;
    const target = pointedAt(this.#root, $ref);
    return isJsonObject(target) ? mergeSchemas(target, rest) : rest;
  }

  /** Model clients reject keywords beside `$ref`: they stand around it. */
  #reference(ref: string, schema: JsonSchema): JsonSchema {
    const about = pick(schema, ["description", "default", "examples"]);
    const target = pointedAt(this.#root, ref);
    if (!isJsonObject(target) && target !== true) return about;
    const name = this.#names.get(ref) ?? nameFor(ref, new Set(this.#names.values()));
    this.#names.set(ref, name);
    const plain = { $ref: `#/$defs/${name}` };
    if (schema.nullable === true) return { ...about, anyOf: [plain, { type: "null" }] };
    return Object.keys(about).length === 0 ? plain : { ...about, anyOf: [plain] };
  }

  #members(schema: JsonSchema): JsonObject {
    const { properties, additionalProperties, patternProperties } = schema;
    const named = isJsonObject(properties) ? Object.entries(properties) : [];
    const listed: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
    const required = new Set(listed.filter((name) => typeof name === "string"));
    for (const [name, member] of named) {
      // Draft 3 has `required: true` in the member.
      if (isJsonObject(member) && member.required === true) required.add(name);
    }
    const isOpen = isJsonObject(patternProperties) && Object.keys(patternProperties).length > 0;
    const others = isJsonObject(additionalProperties) ? this.of(additionalProperties) : additionalProperties;
    return {
      ...(isJsonObject(properties) && {
        properties: Object.fromEntries(named.map(([name, member]) => [name, this.of(member)])),
      }),
      ...(required.size > 0 && { required: [...required] }),
      // Which names go with which pattern is checked when the arguments come.
      ...(isOpen ? { additionalProperties: true } : others !== undefined && { additionalProperties: others }),
    };
  }

  #items({ items, prefixItems, additionalItems }: JsonSchema): JsonObject {
    const places = Array.isArray(items) ? items : Array.isArray(prefixItems) ? prefixItems : [];
    const rest = Array.isArray(items) ? additionalItems : items;
    return {
      ...(places.length > 0 && { prefixItems: places.map((item: unknown) => this.of(item)) }),
      ...(isJsonObject(rest) && { items: this.of(rest) }),
    };
  }
}

/** `#/definitions/User name` → `User_name`, another one for each reference. */
function nameFor(ref: string, used: ReadonlySet<string>): string {
  const base = (ref.split("/").at(-1) ?? "").replace(/\W+/g, "_").slice(0, 50) || "root";
  let name = base;
  for (let count = 2; used.has(name); count += 1) name = `${base}_${count}`;
  return name;
}

function pick(schema: JsonSchema, keywords: readonly string[]): JsonObject {
  return Object.fromEntries(
    keywords.filter((keyword) => schema[keyword] !== undefined).map((keyword) => [keyword, schema[keyword]]),
  );
}

function typeOf(schema: JsonSchema): JsonObject {
  const names = [schema.type].flat().filter((name) => typeof name === "string");
  const known = names.map((name) => typeNames.get(name.toLowerCase()) ?? name.toLowerCase());
  if (known.length > 0 && known.every((name) => types.has(name))) {
    const different = [...new Set(known)];
    return { type: different.length === 1 ? different[0] : different };
  }
  if (isJsonObject(schema.properties)) return { type: "object" };
  return isJsonObject(schema.items) || Array.isArray(schema.prefixItems) ? { type: "array" } : {};
}

function valuesOf(schema: JsonSchema): JsonObject {
  const isEnum = typeof schema.type === "string" && schema.type.toLowerCase() === "enum";
  const values = Array.isArray(schema.enum) ? schema.enum : isEnum ? schema.options : undefined;
  return Array.isArray(values) && values.length > 0 ? { enum: values } : {};
}

function limitsOf(schema: JsonSchema): JsonObject {
  const found = new Map<string, unknown>();
  for (const keyword of limits) if (typeof schema[keyword] === "number") found.set(keyword, schema[keyword]);
  // Draft 4 has `exclusiveMinimum: true` beside `minimum`.
  for (const [inclusive, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    if (schema[exclusive] !== true || !found.has(inclusive)) continue;
    found.set(exclusive, found.get(inclusive));
    found.delete(inclusive);
  }
  return Object.fromEntries(found);
}

/** The same schema, and null as well. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: values, ...rest } = schema;
  if (type !== undefined && rest.const === undefined) {
    const all = [...new Set([type, "null"].flat())];
    return { ...rest, type: all, ...(Array.isArray(values) && { enum: [...new Set([...values, null])] }) };
  }
  if (Array.isArray(values)) return { ...rest, enum: [...new Set([...values, null])] };
  const { anyOf, oneOf } = rest;
  const branches: unknown = anyOf ?? oneOf;
  if (Array.isArray(branches)) {
    const { oneOf: _, ...others } = rest;
    return { ...others, anyOf: [...branches, { type: "null" }] };
  }
  return rest.const === undefined && rest.$ref === undefined ? schema : { anyOf: [schema, { type: "null" }] };
}

/** An object at the root, which clients insist on: of alternatives, the members of all. */
function asRoot(
  schema: JsonSchema,
  defined: (ref: string) => JsonSchema,
  roots = new Map<string, JsonSchema>(),
): JsonSchema {
  const { $ref, anyOf, oneOf, type: _, ...rest } = schema;
  if (typeof $ref === "string") {
    const known = roots.get($ref);
    if (known !== undefined) return known;
    // For a reference that leads back to itself.
    roots.set($ref, { type: "object", properties: {} });
    const root = asRoot(defined($ref), defined, roots);
    roots.set($ref, root);
    return root;
  }
  let root: JsonSchema = { type: "object", properties: {}, ...rest };
  for (const list of [anyOf, oneOf]) {
    if (!Array.isArray(list)) continue;
    const branches = list.map((branch: JsonSchema) => asRoot(branch, defined, roots));
    const [first, ...others] = branches.map(
      ({ required }) => new Set(Array.isArray(required) ? required : []),
    );
    const always = [...(first ?? [])].filter((name) => others.every((names) => names.has(name)));
    const own: readonly unknown[] = Array.isArray(root.required) ? root.required : [];
    const required = [...new Set([...own, ...always])];
    const { required: __, ...open } = root;
    const properties = Object.assign({}, ...branches.map((branch) => branch.properties), open.properties);
    root = { ...open, properties, ...(required.length > 0 && { required }) };
  }
  return root;
}
