import { typeNames } from "../json-schema/quirks.js";
import { pointedAt } from "../json-schema/ref.js";

type Schema = Readonly<Record<string, unknown>>;

/** A schema with what it stands for: its references followed, its `allOf` parts beside it, its own words first. */
export interface SchemaView {
  readonly parts: readonly Schema[];
  /** One of these holds as well, for each part that has alternatives. */
  readonly choices: readonly (readonly SchemaView[])[];
}

/** References within one schema that are followed; only a circle has more. */
const MOST_PARTS = 100;
/** Alternatives within alternatives that are looked into. */
const DEEPEST = 4;

/**
 * Looks at a schema. A circle of references ends where it closes.
 *
 * @param root the document that references point into
 */
export function viewOf(schema: unknown, root: unknown): SchemaView {
  return view(schema, root, 0, new Set());
}

/** @param above what stands around: alternatives that contain themselves add nothing */
function view(schema: unknown, root: unknown, depth: number, above: ReadonlySet<unknown>): SchemaView {
  const parts: Schema[] = [];
  const waiting: unknown[] = [schema];
  const seen = new Set<unknown>(above);
  while (waiting.length > 0 && parts.length < MOST_PARTS) {
    // In some property maps a property is its type's name alone: {id: "string"}.
    const next = waiting.shift();
    const part = typeof next === "string" ? { type: next } : objectOf(next);
    if (seen.has(next)) continue;
    seen.add(next);
    parts.push(part);
    if (typeof part.$ref === "string") waiting.push(pointedAt(root, part.$ref));
    if (Array.isArray(part.allOf)) waiting.push(...part.allOf);
  }
  if (depth >= DEEPEST) return { parts, choices: [] };
  const lists = parts
    .map((part) => (Array.isArray(part.anyOf) ? part.anyOf : part.oneOf))
    .filter(Array.isArray);
  const choices = lists.map((list) => list.map((branch: unknown) => view(branch, root, depth + 1, seen)));
  return { parts, choices };
}

/** The JSON types that a value may have; empty where the schema does not say. */
export function kindsOf(view: SchemaView): ReadonlySet<string> {
  let kinds: Set<string> | undefined;
  const narrow = (others: ReadonlySet<string>) => {
    if (others.size === 0) return;
    kinds = kinds === undefined ? new Set(others) : both(kinds, others);
  };
  for (const part of view.parts) narrow(ownKinds(part));
  for (const branches of view.choices) {
    const all = branches.map(kindsOf);
    // One that may be anything leaves all open.
    if (all.every(({ size }) => size > 0)) narrow(new Set(all.flatMap((some) => [...some])));
  }
  if (kinds === undefined) return new Set();
  if (view.parts.some(({ nullable }) => nullable === true)) kinds.add("null");
  return kinds;
}

/** Every value that a schema lists; `undefined` where it lists none. */
export function valuesOf(view: SchemaView): readonly unknown[] | undefined {
  for (const part of view.parts) {
    if ("const" in part) return [part.const];
    if (Array.isArray(part.enum) && part.enum.length > 0) return part.enum;
    if (isEnum(part) && Array.isArray(part.options) && part.options.length > 0) return part.options;
  }
  for (const branches of view.choices) {
    const lists = branches.filter((branch) => !isNull(branch)).map(valuesOf);
    if (lists.length > 0 && lists.every((list) => list !== undefined)) return lists.flat();
  }
  return undefined;
}

/** A member by its name; `undefined` where the schema does not describe it. */
export function memberOf(view: SchemaView, name: string): unknown {
  for (const part of everyPart(view)) {
    const members = propertiesOf(part);
    const { additionalProperties } = part;
    if (Object.hasOwn(members, name)) return members[name];
    for (const [pattern, member] of Object.entries(objectIn(part.patternProperties))) {
      if (matches(pattern, name)) return member;
    }
    if (additionalProperties !== undefined && typeof additionalProperties !== "boolean") {
      return additionalProperties;
    }
  }
  return undefined;
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A pattern of another language matches nothing. */
function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, "u").test(name);
  } catch {
    return false;
  }
}

/** The members that a schema describes, with those of its parts. */
export function membersOf(view: SchemaView): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const part of everyPart(view)) {
    for (const [name, member] of Object.entries(propertiesOf(part)))
      if (!found.has(name)) found.set(name, member);
  }
  return found;
}

/** What the items of a list are; `undefined` where the schema does not say. */
export function itemsOf(view: SchemaView): unknown {
  return everyPart(view).find(({ items }) => items !== undefined && !Array.isArray(items))?.items;
}

/** A keyword's value, of the schema itself before that of its parts. */
export function keywordOf(view: SchemaView, keyword: string): unknown {
  return view.parts.find((part) => part[keyword] !== undefined)?.[keyword];
}

export function isNull(view: SchemaView): boolean {
  const kinds = kindsOf(view);
  return kinds.size === 1 && kinds.has("null");
}

/** Some triggers have a bare map of properties for a schema: `{channel: {type: "string"}}`. */
function propertiesOf(part: Schema): Schema {
  const { properties } = part;
  if (properties !== undefined && !isProperty(properties)) return objectOf(properties);
  const values = Object.values(part);
  return values.length > 0 && values.every(isProperty) ? part : {};
}

function isProperty(value: unknown): boolean {
  const { type } = objectOf(value);
  return typeof type === "string" || Array.isArray(type);
}

/** The parts, and those of all alternatives. */
function everyPart(view: SchemaView): readonly Schema[] {
  return [...view.parts, ...view.choices.flatMap((branches) => branches.flatMap(everyPart))];
}

function ownKinds(part: Schema): ReadonlySet<string> {
  const names = [part.type].flat().filter((name): name is string => typeof name === "string");
  if (names.length > 0 && !isEnum(part)) {
    return new Set(names.map((name) => typeNames.get(name.toLowerCase()) ?? name.toLowerCase()));
  }
  if (Object.keys(propertiesOf(part)).length > 0) return new Set(["object"]);
  return new Set(part.items === undefined ? [] : ["array"]);
}

function isEnum({ type }: Schema): boolean {
  return typeof type === "string" && type.toLowerCase() === "enum";
}

function both(some: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> {
  const common = new Set([...some].filter((kind) => others.has(kind)));
  // Every whole number is a number.
  const isWhole = (a: ReadonlySet<string>, b: ReadonlySet<string>) => a.has("integer") && b.has("number");
  if (isWhole(some, others) || isWhole(others, some)) common.add("integer");
  return common;
}

function objectOf(value: unknown): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}
