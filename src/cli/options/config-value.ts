import { isDeepStrictEqual } from "node:util";
import { InvalidArgumentError } from "commander";
import { fieldOf, type SchemaField } from "../schema-fields.js";
import { memberOf, membersOf, type SchemaView, viewOf } from "../schema-view.js";
import { firstRounded, isNumber, rejectRounding } from "./exact-number.js";

/** Path → text of `path=value` options. The schema decides how a text is read. */
export type PathValues = ReadonlyMap<string, string>;

/** Parses an option of the form `name=value`, which can be repeated for other names. */
export function setting(text: string, before: PathValues | undefined): PathValues {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected name=value.");
  const name = text.slice(0, at);
  // Of two values, one would be dropped without a word.
  if (before?.has(name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return new Map([...(before ?? []), [name, text.slice(at + 1)]]);
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
  for (const [path, text] of settings) {
    const { names, field } = placeOf(schema, path);
    // A name of the file that contains dots is one name.
    setField(config, Object.hasOwn(config, path) ? [path] : names, typedValue(field, text, path));
  }
  return config;
}

/** Where a path leads: its names, some of which may contain dots, and the field there if the schema has it. */
function placeOf(
  schema: unknown,
  path: string,
): { readonly names: readonly string[]; readonly field: ValueField | undefined } {
  const names: string[] = [];
  let view: SchemaView | undefined = viewOf(schema, schema);
  for (let steps = path.split("."); steps.length > 0; ) {
    const length: number = view === undefined ? 1 : lengthOfName(view, steps);
    const name = steps.slice(0, length).join(".");
    const member: unknown = view && memberOf(view, name);
    names.push(name);
    view = member === undefined ? undefined : viewOf(member, schema);
    steps = steps.slice(length);
  }
  return { names, field: view && fieldOf(view, schema) };
}

/** How many steps are the name of one member: more than one if the schema has a name that contains dots. */
function lengthOfName(view: SchemaView, steps: readonly string[]): number {
  const known = membersOf(view);
  for (let length = steps.length; length > 1; length -= 1) {
    if (known.has(steps.slice(0, length).join("."))) return length;
  }
  return 1;
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

/** Sets a field at any depth and creates the objects in between. */
export function setField(config: Record<string, unknown>, names: readonly string[], value: unknown): void {
  const steps = names.slice(0, -1);
  const name = names.at(-1) ?? "";
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
