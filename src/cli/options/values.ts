import { readFile } from "node:fs/promises";
import { InvalidArgumentError } from "commander";
import { systemClock } from "../../base/clock.js";
import { dateOf } from "../../base/date-of.js";
import { filterFromText, type PayloadFilter } from "../../index.js";
import { errorText, UsageError } from "../errors.js";
import type { Io } from "../terminal/io.js";
import { rejectRounding } from "./exact-number.js";

/** Where `-` and `@-` are read from. */
type Input = Pick<Io, "input">;

/** Parses an integer. @param max inclusive */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
      throw new InvalidArgumentError(`Expected an integer ${range}.`);
    }
    return value;
  };
}

/** Parses a number above 0, fractions allowed: seconds, events per second. */
export function positive(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("Expected a number above 0.");
  return value;
}

/** Parses a text of one character or more: an empty one is a variable of the shell that is not set. */
export function nonEmpty(text: string): string {
  if (text === "") throw new InvalidArgumentError("The value is empty.");
  return text;
}

/** Parses an option that can be repeated, or have values separated by commas. */
export function stringList(text: string, before: readonly string[] | undefined): readonly string[] {
  const values = text.split(",").map((value) => value.trim());
  if (values.includes("")) throw new InvalidArgumentError("One of the values is empty.");
  return [...(before ?? []), ...values];
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/**
 * Parses a time: a date (`2026-01-31`, `2026-01-31T10:00:00Z`), or an age (`30s`, `15m`, `2h`, `3d`). Without a zone it
 * is in UTC, like all dates that are printed.
 */
export function time(text: string): Date {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const unitMs = UNITS_MS.get(unit ?? "");
  if (amount !== undefined && unitMs !== undefined)
    return new Date(systemClock.now() - Number(amount) * unitMs);
  const at = /^\d{4}-\d{2}-\d{2}([T ].*)?$/.test(text) && isDay(text) ? dateOf(text) : undefined;
  if (at === undefined)
    throw new InvalidArgumentError("Expected a date (2026-01-31T10:00:00Z) or an age (15m, 2h, 3d).");
  return at;
}

/** JavaScript makes March 2 of February 30. */
function isDay(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
}

/** Parses a filter's text form: `issue.state = "open"`. */
export function payloadFilter(text: string): PayloadFilter {
  try {
    return filterFromText(text);
  } catch (error) {
    throw new InvalidArgumentError(errorText(error));
  }
}

export function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError("Expected a URL that starts with http:// or https://.");
  }
  return text;
}

/**
 * Parses the JSON object of an option: the value itself, `@FILE` for a file, `@-` for stdin.
 *
 * @throws UsageError with the option's name and the position of the mistake
 */
export async function jsonObject(option: string, text: string, io: Input): Promise<Record<string, unknown>> {
  return text.startsWith("@") ? jsonFile(option, text.slice(1), io) : parseObject(option, text);
}

/** Reads a file with a JSON object; `-` is stdin. @throws UsageError */
export async function jsonFile(option: string, file: string, io: Input): Promise<Record<string, unknown>> {
  return parseObject(`${option} in ${file}`, await readText(option, file, io));
}

function parseObject(name: string, source: string): Record<string, unknown> {
  let value: unknown;
  try {
    // Editors and shells of Windows put a byte order mark first; readers may ignore it (RFC 8259, 8.1).
    value = JSON.parse(source.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new UsageError(`${name} is not JSON: ${errorText(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${name} must be a JSON object, { … }, not ${JSON.stringify(value)?.slice(0, 40)}`);
  }
  rejectRounding(name, source);
  return value as Record<string, unknown>;
}

/** The text of an option: the value itself, `@FILE` for a file, `@-` for stdin. @throws UsageError */
export async function textValue(option: string, text: string, io: Input): Promise<string> {
  return text.startsWith("@") ? readText(option, text.slice(1), io) : text;
}

async function readText(option: string, file: string, io: Input): Promise<string> {
  if (file === "-") return io.input();
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`${option}: ${file} cannot be read: ${errorText(error)}`);
  }
}
