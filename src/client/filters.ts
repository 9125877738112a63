import { EarshotError } from "../base/errors.js";
import { nearest } from "../base/suggest.js";
import type { OneOrMany } from "./types.js";

/**
 * Refuses a filter key that does not exist: a filter that is not obeyed shows everything.
 *
 * @throws EarshotError ERR_OPTION with the nearest key
 */
export function knownKeys(call: string, given: object, keys: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (keys.includes(key)) continue;
    const offer = nearest(key, keys);
    const hint = offer === undefined ? `it has ${keys.join(", ")}` : `did you mean \`${offer}\`?`;
    throw new EarshotError("ERR_OPTION", `${call} has no filter \`${key}\`; ${hint}`);
  }
}

/**
 * One value or several, as a list without repetitions; empty for "any".
 *
 * @throws EarshotError ERR_OPTION for an empty list or a value that is no text: in a query, both would mean "any"
 */
export function listOf(key: string, value: OneOrMany | undefined): readonly string[] {
  if (value === undefined) return [];
  const list = typeof value === "string" ? [value] : value;
  const isSound =
    Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === "string" && one !== "");
  if (!isSound) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`${key}\` is one text or a list of them, not ${JSON.stringify(value)}.`,
    );
  }
  return [...new Set<string>(list)];
}

/** App names are lower case on the wire, and in any case in code. */
export function lowerListOf(key: string, value: OneOrMany | undefined): readonly string[] {
  return [...new Set(listOf(key, value).map((one) => one.toLowerCase()))];
}

/** Trigger names and states are upper case on the wire, and in any case in code. */
export function upperListOf(key: string, value: OneOrMany | undefined): readonly string[] {
  return [...new Set(listOf(key, value).map((one) => one.toUpperCase()))];
}
