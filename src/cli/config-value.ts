import { InvalidArgumentError } from "commander";
import { type SchemaField, schemaFields } from "./schema-fields.js";

/** `name=value` as it was typed: what it means depends on the schema. */
export type Settings = ReadonlyMap<string, string>;

/** Reads an option that is written `name=value` and may be repeated. */
export function setting(text: string, before: Settings | undefined): Settings {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It is written name=value.");
  return new Map([...(before ?? []), [text.slice(0, at), text.slice(at + 1)]]);
}

/** What was typed, as the config that a trigger's schema describes; `repository.name` is a member of a member. */
export function configOf(
  schema: unknown,
  settings: Settings,
  whole: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const fields = new Map(schemaFields(schema).map((field) => [field.path, field]));
  const config = structuredClone(whole) as Record<string, unknown>;
  for (const [path, text] of settings) place(config, path, typedValue(fields.get(path), text));
  return config;
}

/**
 * The value that a text means: text where the schema wants text, else JSON where it is of a type that the schema
 * allows; `a,b` is a list where one is wanted. What fits nothing stays text, and the check of the config says so.
 */
export function typedValue(field: Pick<SchemaField, "kinds"> | undefined, text: string): unknown {
  const kinds = field?.kinds ?? new Set();
  if (kinds.size === 1 && kinds.has("string")) return text;
  const value = parsed(text);
  if (value !== undefined && (kinds.size === 0 || kinds.has(kindOf(value)))) return value;
  if (Number.isInteger(value) && kinds.has("integer")) return value;
  if (kinds.has("string")) return text;
  if (kinds.has("array")) return text.split(",").map((item) => item.trim());
  return value ?? text;
}

/** Sets a member at any depth, making what lies between. A name that has dots itself is taken as it is. */
export function place(config: Record<string, unknown>, path: string, value: unknown): void {
  const steps = Object.hasOwn(config, path) ? [path] : path.split(".");
  const name = steps.pop() ?? path;
  let at = config;
  for (const step of steps) {
    const next = Object.hasOwn(at, step) ? at[step] : undefined;
    if (typeof next === "object" && next !== null && !Array.isArray(next))
      at = next as Record<string, unknown>;
    else {
      const made: Record<string, unknown> = {};
      define(at, step, made);
      at = made;
    }
  }
  define(at, name, value);
}

/** `__proto__` is a name like any other here. */
function define(at: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(at, name, { value, enumerable: true, configurable: true, writable: true });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
