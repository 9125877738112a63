import { EarshotError } from "../base/errors.js";
import { shownValue } from "../base/warning.js";

/**
 * A number option with its default; 0 is a number like any other.
 *
 * @throws EarshotError ERR_OPTION
 */
export function numberOption(
  name: string,
  value: number | undefined,
  byDefault: number,
  least: number,
): number {
  if (value === undefined) return byDefault;
  // Beyond the largest exact integer there is no date, and stores refuse it.
  if (typeof value !== "number" || !(value >= least && value <= Number.MAX_SAFE_INTEGER)) {
    const upTo = typeof value === "number" && value > least ? `, up to ${Number.MAX_SAFE_INTEGER}` : "";
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` is a number of ${least} or more${upTo}, not ${shownValue(value)}.`,
    );
  }
  return value;
}

/**
 * A count of things, which is a whole number.
 *
 * @throws EarshotError ERR_OPTION
 */
export function countOption(
  name: string,
  value: number | undefined,
  byDefault: number,
  least: number,
): number {
  const count = numberOption(name, value, byDefault, least);
  if (count === byDefault || Number.isInteger(count)) return count;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is a whole number of ${least} or more, not ${count}.`);
}

/**
 * A limit of time, milliseconds; `Infinity` is none.
 *
 * @throws EarshotError ERR_OPTION
 */
export function limitOption(
  name: string,
  value: number | undefined,
  byDefault: number,
  least: number,
): number {
  return value === Number.POSITIVE_INFINITY ? value : numberOption(name, value, byDefault, least);
}

/** @throws EarshotError ERR_OPTION: a text such as "false" would count as true */
export function booleanOption(name: string, value: boolean | undefined, byDefault: boolean): boolean {
  if (value === undefined) return byDefault;
  if (typeof value === "boolean") return value;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is true or false, not ${shownValue(value)}.`);
}
