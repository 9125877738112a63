import type { Clock } from "../../base/clock.js";

/** Points in time are counted in microseconds since 1970 here: Slack's have as many digits. */
const SECOND_US = 1_000_000;
/** So far ahead of the clock samples may be, that a few in a row differ although they are told in seconds. */
const AHEAD_US = 5 * SECOND_US;

/** @returns a function that gives the time of the next sample, microseconds: never the same one twice */
export function momentsOf(clock: Pick<Clock, "now">): () => number {
  let last = 0;
  return () => {
    const now = clock.now() * 1_000;
    last = Math.max(now, Math.min(last + SECOND_US, now + AHEAD_US), last + 1);
    return last;
  };
}

const ISO = /^(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d)(?:(:\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/;
const UNIX = /^(\d{10})(?:\.(\d{1,6}))?$/;
const UNIX_MS = /^\d{13}$/;

/** A text that tells a point in time. */
export interface TimeText {
  /** Microseconds since 1970. */
  readonly us: number;
  /** Another time in the same form. */
  readonly write: (us: number) => string;
}

/** Reads an ISO 8601 text; with `unix`, also a Unix time in seconds or milliseconds. `undefined` for any other. */
export function timeText(text: string, unix: boolean): TimeText | undefined {
  return isoText(text) ?? (unix ? unixText(text) : undefined);
}

/** Unix seconds with six decimals, as Slack writes them. */
export const tsText = (us: number): string => unixSeconds(us, 6);

/** A number in the range of Unix times of our days, in seconds or milliseconds. */
export function timeNumber(value: number): { readonly us: number; write(us: number): number } | undefined {
  if (value >= 1e9 && value < 2.5e9) {
    const whole = Number.isInteger(value);
    return { us: value * 1e6, write: (us) => (whole ? Math.floor(us / 1e6) : us / 1e6) };
  }
  if (value >= 1e12 && value < 2.5e12) return { us: value * 1e3, write: (us) => Math.floor(us / 1e3) };
  return undefined;
}

function isoText(text: string): TimeText | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, date = "", separator, minutes = "00:00", seconds, fraction, zone] = match;
  const offsetMs = offsetOf(zone);
  const readMs = Date.parse(`${date}T${minutes}${seconds ?? ":00"}Z`);
  if (Number.isNaN(readMs)) return undefined;
  const fractionUs = Number((fraction ?? "").slice(0, 6).padEnd(6, "0"));
  const write = (us: number): string => {
    const local = new Date(Math.floor(us / 1e3) + offsetMs).toISOString();
    if (separator === undefined) return local.slice(0, 10);
    const digits = String(Math.floor(us) % 1e6).padStart(6, "0");
    const part = fraction === undefined ? "" : `.${digits.padEnd(9, "0").slice(0, fraction.length)}`;
    const time = `${local.slice(11, 16)}${seconds === undefined ? "" : local.slice(16, 19)}${part}`;
    return `${local.slice(0, 10)}${separator}${time}${zone ?? ""}`;
  };
  return { us: (readMs - offsetMs) * 1e3 + fractionUs, write };
}

function unixText(text: string): TimeText | undefined {
  if (UNIX_MS.test(text)) return { us: Number(text) * 1e3, write: (us) => String(Math.floor(us / 1e3)) };
  const match = UNIX.exec(text);
  if (match === null) return undefined;
  const [, seconds, fraction = ""] = match;
  return {
    us: Number(seconds) * 1e6 + Number(fraction.padEnd(6, "0")),
    write: (us) => unixSeconds(us, fraction.length),
  };
}

function unixSeconds(us: number, decimals: number): string {
  const whole = Math.floor(us);
  const digits = String(whole % 1e6)
    .padStart(6, "0")
    .slice(0, decimals);
  return `${Math.floor(whole / 1e6)}${decimals === 0 ? "" : `.${digits}`}`;
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}
