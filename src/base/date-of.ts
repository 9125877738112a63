/** The unit of a number, by its size: the year 5138 in seconds, in milliseconds, and so on. */
const SECONDS_BELOW = 1e11;
const MILLISECONDS_BELOW = 1e14;
const MICROSECONDS_BELOW = 1e17;

/** A date and a time without a zone: servers mean UTC, not this machine's zone. */
const WITHOUT_ZONE = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,20})?)?)$/;
/** A zone as databases write it: `+00`, `+0530`. */
const SHORT_ZONE = /^(\d{4}-\d{2}-\d{2})[T ]([\d:.]{5,18}) ?([+-]\d{2})(?::?(\d{2}))?$/;
/** A zone in any other text of a time: `Z`, `GMT`, or an offset after the time of day. */
const ZONE = /z$|\b(?:GMT|UTC?|[ECMP][SD]T)\b|:\d{2}(?:\.\d{1,20})?\s*[+-]\d/i;
const NUMBER = /^-?\d{1,20}(?:\.\d{1,9})?$/;
/** The longest text of a time, characters. */
const LONGEST = 64;

/**
 * A time in any form that servers write: ISO 8601 with or without a zone, epoch seconds, milliseconds, microseconds
 * or nanoseconds, as number or as text.
 *
 * @returns `undefined` for anything else
 */
export function dateOf(value: unknown): Date | undefined {
  if (typeof value === "number") return ofNumber(value);
  if (typeof value !== "string" || value.length > LONGEST) return undefined;
  const text = value.trim();
  if (text === "") return undefined;
  // Nearly every event's time ends so; it needs none of the expressions below.
  if (text.endsWith("Z")) return valid(new Date(text));
  if (NUMBER.test(text)) return ofNumber(Number(text));
  const bare = WITHOUT_ZONE.exec(text);
  if (bare !== null) return valid(new Date(`${bare[1]}T${bare[2]}Z`));
  const zoned = SHORT_ZONE.exec(text);
  if (zoned !== null) return valid(new Date(`${zoned[1]}T${zoned[2]}${zoned[3]}:${zoned[4] ?? "00"}`));
  // Without a zone, JavaScript would take these forms for this machine's time.
  return valid(new Date(ZONE.test(text) ? text : `${text} UTC`)) ?? valid(new Date(text));
}

/** 0 means that there is no time. */
function ofNumber(value: number): Date | undefined {
  const size = Math.abs(value);
  if (size === 0) return undefined;
  if (size < SECONDS_BELOW) return valid(new Date(Math.round(value * 1000)));
  if (size < MILLISECONDS_BELOW) return valid(new Date(Math.trunc(value)));
  return valid(new Date(Math.trunc(size < MICROSECONDS_BELOW ? value / 1000 : value / 1e6)));
}

function valid(date: Date): Date | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date;
}
