import { isDeepStrictEqual } from "node:util";
import { InvalidArgumentError } from "commander";
import { isNumber, refuseRounding, roundedIn } from "./exact-number.js";
import { fieldOf, type SchemaField } from "../schema-fields.js";
import { memberOf, type SchemaView, viewOf } from "../schema-view.js";

/** `name=value` as it was typed: what it means depends on the schema. */
export type Settings = ReadonlyMap<string, string>;

/** Reads an option that is written `name=value` and may be repeated. */
export function setting(text: string, before: Settings | undefined): Settings {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It is written name=value.");
  return new Map([...(before ?? []), [text.slice(0, at), text.slice(at + 1)]]);
}

/**
 * What was typed, as the config that a trigger's schema describes; `repository.name` is a member of a member.
 *
 * @throws UsageError for a number that would be rounded
 */
export function configOf(
  schema: unknown,
  settings: Settings,
  whole: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const config = structuredClone(whole) as Record<string, unknown>;
  for (const [path, text] of settings) place(config, path, typedValue(fieldAt(schema, path), text, path));
  return config;
}

/** What a schema says of a member at any depth; a name that has dots itself is found too. */
function fieldAt(schema: unknown, path: string): ValueField | undefined {
  const found = schemaAt(schema, viewOf(schema, schema), path.split("."));
  return found === undefined ? undefined : fieldOf(found, schema);
}

function schemaAt(root: unknown, view: SchemaView, steps: readonly string[]): SchemaView | undefined {
  if (steps.length === 0) return view;
  for (let taken = steps.length; taken > 0; taken -= 1) {
    const member = memberOf(view, steps.slice(0, taken).join("."));
    if (member !== undefined) return schemaAt(root, viewOf(member, root), steps.slice(taken));
  }
  return undefined;
}

/** What is to be known of a field to read its value. */
export type ValueField = Pick<SchemaField, "kinds"> & Partial<Pick<SchemaField, "choices" | "items">>;

/**
 * The value that a text means: one of the values that the schema lists, text where it wants text, else JSON where it
 * is of a type that it allows; `a,b` is a list where one is wanted. What fits nothing stays text, and the check of
 * the config says so.
 *
 * @param name of the field, for the error
 * @throws UsageError for a number that would be rounded, where it cannot stay text
 */
export function typedValue(field: ValueField | undefined, text: string, name = "value"): unknown {
  const { choices, items, kinds = new Set<string>() } = field ?? {};
  const chosen = choiceOf(choices, text);
  if (chosen !== undefined) return chosen.value;
  if (kinds.size === 1 && kinds.has("string")) return text;
  const json = text.trim();
  const value = parsed(json);
  if (value !== undefined) {
    const fits =
      kinds.size === 0 || kinds.has(kindOf(value)) || (kinds.has("integer") && Number.isInteger(value));
    if (fits && roundedIn(json) === undefined) return value;
    // As text it is what was typed.
    if (fits && kinds.size > 0 && !kinds.has("string")) refuseRounding(`--config ${name}`, json);
    if (fits && kinds.size === 0 && !isNumber(json)) refuseRounding(`--config ${name}`, json);
    if (fits && kinds.size === 0) return text;
  }
  if (kinds.has("string")) return text;
  if (kinds.has("array")) return listOf(items, json, value, name);
  if (json === "" && kinds.has("null")) return null;
  // The check of the config says what is wrong with it.
  return value !== undefined && roundedIn(json) === undefined ? value : text;
}

/** Items with commas between them; nothing is a list of none, and what is one item already is a list of it. */
function listOf(items: ValueField | undefined, text: string, value: unknown, name: string): unknown[] {
  if (text === "") return [];
  if (typeof value === "object" && value !== null) {
    refuseRounding(`--config ${name}`, text);
    return [value];
  }
  return text.split(",").map((item) => typedValue(items ?? onlyText, item.trim(), name));
}

const onlyText: ValueField = { kinds: new Set(["string"]) };

/** One of the values that a schema lists: by its text, else by its JSON. */
function choiceOf(
  choices: readonly unknown[] | undefined,
  text: string,
): { readonly value: unknown } | undefined {
  if (choices === undefined) return undefined;
  if (choices.includes(text)) return { value: text };
  const json = text.trim();
  const value = parsed(json);
  if (value === undefined || roundedIn(json) !== undefined) return undefined;
  const at = choices.findIndex((choice) => isDeepStrictEqual(choice, value));
  return at === -1 ? undefined : { value: choices[at] };
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
