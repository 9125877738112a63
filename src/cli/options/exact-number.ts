import { UsageError } from "../errors.js";

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** In JSON: a text, or a number. A text is passed over, so that the digits in it are not taken for one. */
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Whether a text is a number as JSON writes it. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** The number that a text is; `undefined` where a double, which is what is sent, would be another number. */
export function exactNumber(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && decimal(text) === decimal(String(value)) ? value : undefined;
}

/**
 * The first number in a JSON text that parsing would change.
 *
 * @param json known to be JSON
 */
export function roundedIn(json: string): string | undefined {
  for (const [token] of json.matchAll(TEXT_OR_NUMBER)) {
    if (!token.startsWith('"') && exactNumber(token) === undefined) return token;
  }
  return undefined;
}

/** @throws UsageError which names the number, and says what to do */
export function refuseRounding(what: string, json: string): void {
  const token = roundedIn(json);
  if (token === undefined) return;
  const shown = token.length > 40 ? `${token.slice(0, 40)}…` : token;
  throw new UsageError(
    `${what} has the number ${shown}, which would be sent as ${Number(token)}: beyond 2^53, or with more than 17 digits, it cannot be kept. Where the schema takes text, write it in quotes.`,
  );
}

/** A number's sign, digits and exponent, however it is written: 1.50e3 and 1500 are one. */
function decimal(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = `${whole}${fraction}`;
  let from = 0;
  while (all[from] === "0") from += 1;
  let to = all.length;
  while (to > from && all[to - 1] === "0") to -= 1;
  if (from === to) return "0";
  return `${sign}${all.slice(from, to)}e${Number(exponent) - fraction.length + (all.length - to)}`;
}
