import { EarshotError } from "../base/errors.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import { BadResponse, badResponse, shown } from "./api-error.js";

/**
 * Reads responses leniently: only the members that the SDK needs are required.
 * `what` names the response in errors: `the active triggers`.
 */

/** @throws ApiError ERR_BAD_ANSWER */
export function objectIn(value: unknown, what: string): JsonObject {
  if (!isJsonObject(value)) throw badResponse(what, `is ${kindOf(value)}, not an object`);
  return value;
}

/** Most items that a warning names. */
const MOST_NAMED = 5;

/**
 * Reads a list item by item. An item that cannot be read is left out and does not hide the others.
 *
 * @param skipped called once, with the items that were left out and their problems
 * @throws ApiError ERR_BAD_ANSWER unless it is an array
 */
export function itemsIn<Item>(
  list: unknown,
  what: string,
  read: (item: JsonObject) => Item,
  skipped: (warning: EarshotError) => void,
): Item[] {
  if (!Array.isArray(list)) throw badResponse(what, `has no list where one belongs, but ${kindOf(list)}`);
  const items: Item[] = [];
  const problems: string[] = [];
  for (const [index, item] of list.entries()) {
    try {
      items.push(read(objectIn(item, what)));
    } catch (thrown) {
      if (!(thrown instanceof BadResponse)) throw thrown;
      problems.push(`item ${index + 1}${idShown(item)} ${thrown.problem}`);
    }
  }
  if (problems.length > 0) {
    const rest = problems.length - MOST_NAMED;
    const named = `${problems.slice(0, MOST_NAMED).join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
    const message = `Of ${list.length} items in the response to ${what}, ${problems.length} cannot be read and are left out: ${named}.`;
    skipped(new EarshotError("ERR_BAD_ANSWER", message));
  }
  return items;
}

function idShown(item: unknown): string {
  if (!isJsonObject(item)) return "";
  const id = optionalText(item.id) ?? optionalText(item.slug) ?? optionalText(item.name);
  return id === undefined ? "" : ` (${shown(id)})`;
}

/**
 * @param path a member's name, or with dots that of a member's member: `auth_config.id`
 * @throws ApiError ERR_BAD_ANSWER unless it is a text, or a number to be read as one
 */
export function requiredText(from: JsonObject, path: string, what: string): string {
  const steps = path.split(".");
  let at: unknown = from;
  for (const [index, step] of steps.entries()) {
    if (!isJsonObject(at)) {
      const above = steps.slice(0, index).join(".");
      throw badResponse(what, `has no \`${path}\`, as \`${above}\` is ${kindOf(at)}`);
    }
    at = Object.hasOwn(at, step) ? at[step] : undefined;
  }
  if (typeof at === "number" && !Number.isSafeInteger(at)) {
    throw badResponse(what, `has a number for \`${path}\` that JSON rounds: ${at}`);
  }
  const text = optionalText(at);
  if (text !== undefined) return text;
  throw badResponse(what, `has no \`${path}\`${at === undefined ? "" : `, but ${kindOf(at)}`}`);
}

/** The kind of a value in words, never the value. */
function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (value === "") return "an empty text";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a string";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A text that is not empty, or a number as text; `undefined` for anything else. */
export function optionalText(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" ? String(value) : undefined;
}

/** A member that is an object; an empty one where it is missing. */
export function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function booleanOf(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** The schema of a tool's data. The platform mostly describes the whole result, of which `data` is a member. */
export function dataSchemaOf(value: unknown): JsonObject {
  const schema = objectOf(value);
  const { data, successful, successfull } = objectOf(schema.properties);
  if (!isJsonObject(data) || (successful ?? successfull) === undefined) return schema;
  const { $defs, definitions } = schema;
  return {
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
    ...data,
  };
}

/** The texts of a list; none where it is no list. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** Names as a server lists them: one a line, joined with commas, or as a JSON list. */
export function namesIn(response: unknown): readonly string[] {
  const text = String(response);
  if (text.trimStart().startsWith("[")) {
    try {
      return textsOf(JSON.parse(text));
    } catch {
      return [];
    }
  }
  const names = text.split(/[\n,]/).map((name) => name.replaceAll('"', "").trim());
  return names.filter((name) => name !== "");
}

/** An object that is sent as JSON text, or as an object. */
export function jsonTextOf(value: unknown): JsonObject | undefined {
  if (typeof value !== "string") return isJsonObject(value) ? value : undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** A copy with a secret that can be read by name, but shows neither in print nor in JSON. */
export function withHidden<Shown extends object, Name extends string, Value>(
  shown: Shown,
  name: Name,
  value: Value,
): Shown & { readonly [key in Name]: Value } {
  return Object.defineProperty({ ...shown }, name, { value, enumerable: false }) as Shown & {
    readonly [key in Name]: Value;
  };
}
