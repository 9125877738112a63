import { isDeepStrictEqual } from "node:util";
import { InvalidArgumentError } from "commander";
import { fieldOf, type SchemaField } from "../schema-fields.js";
import { memberOf, type SchemaView, viewOf } from "../schema-view.js";
import { firstRounded, isNumber, rejectRounding } from "./exact-number.js";

/** Path → text of `path=value` options. The schema decides how a text is read. */
export type PathValues = ReadonlyMap<string, string>;

/** Parses an option of the form `name=value`, which can be repeated. */
export function setting(text: string, before: PathValues | undefined): PathValues {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected name=value.");
  return new Map([...(before ?? []), [text.slice(0, at), text.slice(at + 1)]]);
}

/**
 * A trigger's config from `--config` options, read by the trigger's schema. `repository.name` sets a nested field.
 *
 * @param base config to start from, from `--config-file`
 * @throws UsageError for a number that would be rounded
 */
export function configOf(
  schema: unknown,
  settings: PathValues,
  base: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const config = structuredClone(base) as Record<string, unknown>;
  for (const [path, text] of settings) setField(config, path, typedValue(fieldAt(schema, path), text, path));
  return config;
}

/** The schema of a field at any depth. Names that contain dots are found too. */
function fieldAt(schema: unknown, path: string): ValueField | undefined {
  const found = schemaAt(schema, viewOf(schema, schema), path.split("."));
  return found === undefined ? undefined : fieldOf(found, schema);
}

function schemaAt(root: unknown, view: SchemaView, steps: readonly string[]): SchemaView | undefined {
  if (steps.length === 0) return view;
  for (let length = steps.length; length > 0; length -= 1) {
    const member = memberOf(view, steps.slice(0, length).join("."));
    if (member !== undefined) return schemaAt(root, viewOf(member, root), steps.slice(length));
  }
  return undefined;
}

/** The parts of a field's schema that decide how its value is read. */
export type ValueField = Pick<SchemaField, "kinds"> & Partial<Pick<SchemaField, "choices" | "items">>;

/**
 * Reads a text by its field's schema: an enumerated value, text where the schema requires text, otherwise JSON of an
 * allowed type. `a,b` is a list where the schema requires one. Text that fits nothing stays text; the config check
 * reports it.
 *
 * @param name of the field, for errors
 * @throws UsageError for a number that would be rounded and cannot stay text
 */
export function typedValue(field: ValueField | undefined, text: string, name = "value"): unknown {
  const { choices, items, kinds = new Set<string>() } = field ?? {};
  const choice = choiceOf(choices, text);
  if (choice !== undefined) return choice.value;
  if (kinds.size === 1 && kinds.has("string")) return text;
  const json = text.trim();
  const value = parsed(json);
  if (value !== undefined) {
    const fits =
      kinds.size === 0 || kinds.has(kindOf(value)) || (kinds.has("integer") && Number.isInteger(value));
    if (fits && firstRounded(json) === undefined) return value;
    // As text, nothing is rounded.
    if (fits && kinds.size > 0 && !kinds.has("string")) rejectRounding(`--config ${name}`, json);
    if (fits && kinds.size === 0 && !isNumber(json)) rejectRounding(`--config ${name}`, json);
    if (fits && kinds.size === 0) return text;
  }
  if (kinds.has("string")) return text;
  if (kinds.has("array")) return listOf(items, json, value, name);
  if (json === "" && kinds.has("null")) return null;
  // The config check reports that it does not fit.
  return value !== undefined && firstRounded(json) === undefined ? value : text;
}

/** Items separated by commas. Empty text is an empty list; a JSON object is a list of one. */
function listOf(items: ValueField | undefined, text: string, value: unknown, name: string): unknown[] {
  if (text === "") return [];
  if (typeof value === "object" && value !== null) {
    rejectRounding(`--config ${name}`, text);
    return [value];
  }
  return text.split(",").map((item) => typedValue(items ?? onlyText, item.trim(), name));
}

const onlyText: ValueField = { kinds: new Set(["string"]) };

/** An enumerated value, by its text or else by its JSON. */
function choiceOf(
  choices: readonly unknown[] | undefined,
  text: string,
): { readonly value: unknown } | undefined {
  if (choices === undefined) return undefined;
  if (choices.includes(text)) return { value: text };
  const json = text.trim();
  const value = parsed(json);
  if (value === undefined || firstRounded(json) !== undefined) return undefined;
  const at = choices.findIndex((choice) => isDeepStrictEqual(choice, value));
  return at === -1 ? undefined : { value: choices[at] };
}

/** Sets a field at any depth and creates the objects in between. An existing name that contains dots is one name. */
export function setField(config: Record<string, unknown>, path: string, value: unknown): void {
  const steps = Object.hasOwn(config, path) ? [path] : path.split(".");
  const name = steps.pop() ?? path;
  let at = config;
  for (const step of steps) {
    const next = Object.hasOwn(at, step) ? at[step] : undefined;
    if (typeof next === "object" && next !== null && !Array.isArray(next))
      at = next as Record<string, unknown>;
    else {
      const created: Record<string, unknown> = {};
      define(at, step, created);
      at = created;
    }
  }
  define(at, name, value);
}

/** Assignment would set the prototype for the name `__proto__`. */
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
