import { sha256Hex } from "../../decode/sha256.js";
import { isJsonObject, type JsonSchema } from "../../model/json.js";

/** The longest name of a tool or of an argument that every model client takes, characters. */
const LONGEST = 64;
/** Letters of a hash that make a shortened name another one. */
const HASHED = 10;

/**
 * A name that every model client takes, for each of several: of letters, digits, `_` (and `-` for tools), at most 64
 * characters, not beginning with a digit. A name that is one already stays. Others depend on the name only, unless
 * another one of the list has the same.
 */
export function clientNames(names: readonly string[], allowed: RegExp): ReadonlyMap<string, string> {
  const used = new Set(names.filter((name) => isFine(name, allowed)));
  return new Map(
    names.map((name) => {
      if (isFine(name, allowed)) return [name, name];
      let short = shortened(name, allowed, name);
      for (let turn = 1; used.has(short); turn += 1) short = shortened(name, allowed, `${name} ${turn}`);
      used.add(short);
      return [name, short];
    }),
  );
}

/** Characters that the name of a tool may have. */
export const TOOL_NAME = /[^a-zA-Z0-9_-]/g;
/** Characters that the name of an argument may have: Gemini has the strictest rule. */
const ARGUMENT_NAME = /[^a-zA-Z0-9_]/g;

function isFine(name: string, others: RegExp): boolean {
  return name.length <= LONGEST && /^[a-zA-Z_]/.test(name) && name.search(others) === -1;
}

function shortened(name: string, others: RegExp, hashed: string): string {
  const safe = name.replace(others, "_").replace(/^(?![a-zA-Z_])/, "_");
  return `${safe.slice(0, LONGEST - HASHED - 1)}_${sha256Hex(hashed).slice(0, HASHED)}`;
}

/** Names of arguments, at any depth, that some client does not take → the name that stands for each. */
export function argumentAliases(schema: JsonSchema): ReadonlyMap<string, string> {
  const found = new Set<string>();
  visit(schema, (properties) => {
    for (const name of Object.keys(properties)) found.add(name);
  });
  const names = clientNames([...found], ARGUMENT_NAME);
  return new Map([...names].filter(([name, alias]) => name !== alias));
}

/** A plain schema with its arguments under their aliases. */
export function withAliases(schema: JsonSchema, aliases: ReadonlyMap<string, string>): JsonSchema {
  if (aliases.size === 0) return schema;
  const aliasOf = (name: string) => aliases.get(name) ?? name;
  return mapSchemas(schema, (one) => {
    const { properties, required } = one;
    return {
      ...one,
      ...(isJsonObject(properties) && {
        properties: Object.fromEntries(
          Object.entries(properties).map(([name, member]) => [aliasOf(name), member]),
        ),
      }),
      ...(Array.isArray(required) && { required: required.map(aliasOf) }),
    };
  });
}

function visit(schema: unknown, look: (properties: JsonSchema) => void): void {
  mapSchemas(schema as JsonSchema, (one) => {
    if (isJsonObject(one.properties)) look(one.properties);
    return one;
  });
}

/** A plain schema with each schema in it changed, the innermost first. */
export function mapSchemas(schema: JsonSchema, change: (schema: JsonSchema) => JsonSchema): JsonSchema {
  const inner = new Map<string, unknown>(Object.entries(schema));
  const map = (value: unknown) => (isJsonObject(value) ? mapSchemas(value, change) : value);
  for (const keyword of ["items", "additionalProperties"]) {
    if (inner.has(keyword)) inner.set(keyword, map(inner.get(keyword)));
  }
  for (const keyword of ["anyOf", "oneOf", "prefixItems"]) {
    const list = inner.get(keyword);
    if (Array.isArray(list)) inner.set(keyword, list.map(map));
  }
  for (const keyword of ["properties", "$defs"]) {
    const members = inner.get(keyword);
    if (!isJsonObject(members)) continue;
    inner.set(
      keyword,
      Object.fromEntries(Object.entries(members).map(([name, member]) => [name, map(member)])),
    );
  }
  return change(Object.fromEntries(inner));
}
