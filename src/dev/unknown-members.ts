import type { Problem } from "../base/errors.js";
import { nearest } from "../base/suggest.js";
import { memberPath } from "../json-schema/mismatch-text.js";
import { asSchema, localRef } from "../json-schema/ref.js";
import { isJsonObject, type JsonSchema } from "../model/json.js";

/** Beyond this depth of the value nothing is looked at. */
const DEEP = 32;
/** The most problems that are reported. */
const MOST = 50;

/**
 * Members that a schema does not name, at any depth. A schema allows them where it says nothing about others, so this
 * is a hint: a misspelled member is the commonest mistake in a payload that was written by hand.
 */
export function unknownMembers(value: unknown, schema: JsonSchema): readonly Problem[] {
  const problems: Problem[] = [];
  look(value, [schema], { root: schema, problems }, "", 0);
  return problems;
}

interface Looking {
  readonly root: JsonSchema;
  readonly problems: Problem[];
}

function look(
  value: unknown,
  schemas: readonly JsonSchema[],
  at: Looking,
  path: string,
  depth: number,
): void {
  if (depth > DEEP || at.problems.length >= MOST || typeof value !== "object" || value === null) return;
  const all = expanded(schemas, at.root);
  if (Array.isArray(value)) {
    const items = schemasOf(all.map(({ items }) => items));
    // A tuple says something else of each place.
    if (items.length === 0) return;
    for (const [index, item] of value.entries()) look(item, items, at, `${path}[${index}]`, depth + 1);
    return;
  }
  const named = new Map<string, JsonSchema[]>();
  let isOpen = false;
  for (const { properties, additionalProperties, patternProperties } of all) {
    isOpen ||= (additionalProperties ?? false) !== false || patternProperties !== undefined;
    for (const [name, member] of Object.entries(isJsonObject(properties) ? properties : {})) {
      named.set(name, [...(named.get(name) ?? []), ...schemasOf([member])]);
    }
  }
  for (const [name, member] of Object.entries(value)) {
    const known = named.get(name);
    const where = memberPath(path, name);
    if (known !== undefined) look(member, known, at, where, depth + 1);
    else if (!isOpen && named.size > 0 && at.problems.length < MOST) {
      at.problems.push({ path: where, message: `is not in the schema${hint(name, named.keys())}` });
    }
  }
}

/** Every schema that has a say: references followed, combinations and alternatives taken apart. */
function expanded(schemas: readonly JsonSchema[], root: JsonSchema): readonly JsonSchema[] {
  const found = new Set<JsonSchema>();
  const waiting = [...schemas];
  for (let schema = waiting.pop(); schema !== undefined; schema = waiting.pop()) {
    if (found.has(schema)) continue;
    found.add(schema);
    const { $ref, allOf, anyOf, oneOf } = schema;
    const target = typeof $ref === "string" ? localRef(root, $ref) : undefined;
    if (target !== undefined) waiting.push(target);
    for (const branches of [allOf, anyOf, oneOf]) {
      if (Array.isArray(branches)) waiting.push(...schemasOf(branches));
    }
  }
  return [...found];
}

const schemasOf = (list: readonly unknown[]): readonly JsonSchema[] =>
  list.map(asSchema).filter((schema) => schema !== undefined);

function hint(name: string, known: Iterable<string>): string {
  // Comparing costs the lengths multiplied.
  const near = name.length > 100 ? undefined : nearest(name, known);
  return near === undefined ? "" : `; did you mean ${near}?`;
}
