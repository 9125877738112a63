import type { JsonSchema } from "../../model/json.js";
import { tsText } from "./moment.js";
import { isIdName, isSurelyTimeName, isTsName } from "./names.js";

/** Where a schema gives one bound only, the other is this far away. */
const SPAN = 1000;

/** A number within the limits of a schema, drafts 4 to 2020-12. Contradictory limits give the lower one. */
export function sampleNumber(schema: JsonSchema, random: () => number, integer: boolean): number {
  const step = stepOf(schema, integer);
  const [low, high] = bounds(schema, step);
  if (step === 0) {
    const value = low + random() * (high - low);
    // Two decimals read better than sixteen, where they are fine enough.
    const rounded = Math.round(value * 100) / 100;
    return rounded >= low && rounded <= high ? rounded : value;
  }
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  const value = (first + Math.floor(random() * Math.max(1, last - first + 1))) * step;
  // Multiples of 0.1 and the like carry a rounding error, which a validator would count.
  return Number(value.toPrecision(15));
}

/** The distance between values; 0 where every number will do. */
function stepOf({ multipleOf }: JsonSchema, integer: boolean): number {
  if (typeof multipleOf !== "number" || !(multipleOf > 0)) return integer ? 1 : 0;
  if (!integer || Number.isInteger(multipleOf)) return multipleOf;
  // The least whole multiple of a decimal fraction: 2.5 → 5.
  for (let factor = 2; factor <= 1000; factor += 1) {
    const whole = Number((multipleOf * factor).toPrecision(12));
    if (Number.isInteger(whole)) return whole;
  }
  return 1;
}

function bounds(schema: JsonSchema, step: number): readonly [number, number] {
  const [lowest, openLow] = bound(schema, "minimum", "exclusiveMinimum", Math.max);
  const [highest, openHigh] = bound(schema, "maximum", "exclusiveMaximum", Math.min);
  const low = lowest ?? (highest === undefined ? 1 : Math.min(highest, Math.max(0, highest - SPAN)));
  const high = highest ?? low + SPAN * Math.max(1, step);
  // An open bound is left by a step, or by a little of the span where there is none.
  const inset = step > 0 ? step / 2 : (high - low) / SPAN;
  return [openLow ? low + inset : low, Math.max(openHigh ? high - inset : high, low)];
}

/** The bound, and whether it is outside the range. Draft 4 has a boolean beside the inclusive bound. */
function bound(
  schema: JsonSchema,
  inclusive: "minimum" | "maximum",
  exclusive: "exclusiveMinimum" | "exclusiveMaximum",
  stricter: (a: number, b: number) => number,
): readonly [number | undefined, boolean] {
  const within = typeof schema[inclusive] === "number" ? schema[inclusive] : undefined;
  const beyond = schema[exclusive];
  if (typeof beyond !== "number") return [within, beyond === true && within !== undefined];
  if (within === undefined) return [beyond, true];
  return [stricter(within, beyond), within === beyond || stricter(within, beyond) === beyond];
}

/** Without a time, one is drawn from the year that starts here: the sample does not change with the day. */
const YEAR_START_MS = Date.UTC(2025, 0, 1);
const YEAR_S = 365 * 24 * 60 * 60;

const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * A text in the schema's format and length, which shows what it stands for: `sender_name 417`.
 *
 * @param atUs when the event happens, microseconds since 1970; absent where the sample is of no event
 */
export function sampleString(
  schema: JsonSchema,
  random: () => number,
  name: string,
  atUs: number | undefined,
): string {
  const { format } = schema;
  const text = typeof format === "string" ? formatted(format, random, atUs) : undefined;
  if (text !== undefined) return text;
  return ofLength(schema, eventText(name, random, atUs) ?? `${name} ${digits(3, random)}`, random);
}

/** What no format tells, but the name does: an id, or a time. */
function eventText(name: string, random: () => number, atUs: number | undefined): string | undefined {
  if (atUs === undefined) return undefined;
  if (isTsName(name)) return tsText(atUs);
  if (isSurelyTimeName(name)) return isoSeconds(atUs);
  return isIdName(name) ? `${name}_${hex(12, random)}` : undefined;
}

const isoSeconds = (us: number): string => new Date(Math.floor(us / 1e3)).toISOString().replace(/\.\d+/, "");

/** `undefined` for a format that says nothing about the text, or is not known. */
function formatted(format: string, random: () => number, atUs: number | undefined): string | undefined {
  const time = () => isoSeconds(atUs ?? (YEAR_START_MS + Math.floor(random() * YEAR_S) * 1000) * 1e3);
  switch (format) {
    case "date-time":
      return time();
    case "date":
      return time().slice(0, 10);
    case "time":
      return time().slice(11);
    case "duration":
      return `PT${whole(1, 59, random)}M`;
    case "email":
    case "idn-email":
      return `user${digits(3, random)}@example.com`;
    case "hostname":
    case "idn-hostname":
      return `host${digits(3, random)}.example.com`;
    case "uri":
    case "iri":
    case "url":
    case "uri-reference":
    case "iri-reference":
      return `https://example.com/${hex(8, random)}`;
    case "uuid":
    case "guid":
      return `${hex(8, random)}-${hex(4, random)}-4${hex(3, random)}-a${hex(3, random)}-${hex(12, random)}`;
    case "ipv4":
      // RFC 5737: addresses for documentation.
      return `192.0.2.${whole(1, 254, random)}`;
    case "ipv6":
      return `2001:db8::${whole(1, 9, random)}${hex(3, random)}`; // RFC 3849
    case "byte":
    case "base64":
      return draw(base64, 16, random);
    case "json-pointer":
      return `/${hex(6, random)}`;
    case "regex":
      return "^.*$";
    default:
      return undefined;
  }
}

/** Counted in UTF-16 units, as validators in JavaScript do; what is written here is ASCII. */
function ofLength({ minLength, maxLength }: JsonSchema, text: string, random: () => number): string {
  const least = typeof minLength === "number" ? minLength : 0;
  const padded =
    text.length < least ? text + draw("abcdefghijklmnopqrstuvwxyz", least - text.length, random) : text;
  return typeof maxLength === "number" ? padded.slice(0, Math.max(0, maxLength)) : padded;
}

const whole = (low: number, high: number, random: () => number): number =>
  low + Math.floor(random() * (high - low + 1));

const digits = (length: number, random: () => number): string => draw("123456789", length, random);

const hex = (length: number, random: () => number): string => draw("0123456789abcdef", length, random);

function draw(alphabet: string, length: number, random: () => number): string {
  let text = "";
  while (text.length < length) text += alphabet.charAt(Math.floor(random() * alphabet.length));
  return text;
}
