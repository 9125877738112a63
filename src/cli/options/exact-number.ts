import { numbersIn } from "../../base/json-numbers.js";
import { UsageError } from "../errors.js";

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Whether a text is a JSON number. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** Parses a number; `undefined` if a double cannot represent it exactly. */
export function exactNumber(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && normalized(text) === normalized(String(value)) ? value : undefined;
}

/**
 * The first number in a JSON text that parsing would round.
 *
 * @param json valid JSON
 */
export function firstRounded(json: string): string | undefined {
  for (const token of numbersIn(json)) if (exactNumber(token) === undefined) return token;
  return undefined;
}

/** @throws UsageError for a number that parsing would round, with the number and the remedy */
export function rejectRounding(name: string, json: string): void {
  const token = firstRounded(json);
  if (token === undefined) return;
  const shown = token.length > 40 ? `${token.slice(0, 40)}…` : token;
  throw new UsageError(
    `${name} has the number ${shown}, which would be sent as ${Number(token)}: numbers beyond 2^53 or with more than 17 digits lose precision. If the schema accepts text, put it in quotes.`,
  );
}

/** Sign, digits and exponent of a number, independent of its notation: 1.50e3 and 1500 are equal. */
function normalized(text: string): string {
  const [, sign = "", integer = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${integer}${fraction}`;
  let from = 0;
  while (digits[from] === "0") from += 1;
  let to = digits.length;
  while (to > from && digits[to - 1] === "0") to -= 1;
  if (from === to) return "0";
  return `${sign}${digits.slice(from, to)}e${Number(exponent) - fraction.length + (digits.length - to)}`;
}
