/** What numbers of a time count, by how large they are: the year 5138 in seconds, in milliseconds, and so on. */
const SECONDS_BELOW = 1e11;
const MILLISECONDS_BELOW = 1e14;
const MICROSECONDS_BELOW = 1e17;

/** A date and a time without a zone: the platform's servers mean UTC, not this machine's zone. */
const WITHOUT_ZONE = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)$/;
/** A zone as databases write it: `+00`, `+0530`. */
const SHORT_ZONE = /^(\d{4}-\d{2}-\d{2})[T ]([\d:.]{5,18}) ?([+-]\d{2})(?::?(\d{2}))?$/;
const NUMBER = /^-?\d{1,20}(?:\.\d{1,9})?$/;
/** No time is written in more characters. */
const LONGEST = 64;

/**
 * A time in any form that logs have: ISO 8601 with or without a zone, epoch seconds, milliseconds, microseconds or
 * nanoseconds, as number or as text.
 *
 * @returns `undefined` where it is none
 */
export function dateOf(value: unknown): Date | undefined {
  if (typeof value === "number") return ofNumber(value);
  if (typeof value !== "string" || value.length > LONGEST) return undefined;
  const text = value.trim();
  if (text === "") return undefined;
  if (NUMBER.test(text)) return ofNumber(Number(text));
  const bare = WITHOUT_ZONE.exec(text);
  if (bare !== null) return valid(new Date(`${bare[1]}T${bare[2]}Z`));
  const zoned = SHORT_ZONE.exec(text);
  if (zoned !== null) return valid(new Date(`${zoned[1]}T${zoned[2]}${zoned[3]}:${zoned[4] ?? "00"}`));
  return valid(new Date(text));
}

/** 0 is what programs write where they have no time. */
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
