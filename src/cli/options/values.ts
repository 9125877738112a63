import { readFile } from "node:fs/promises";
import { InvalidArgumentError } from "commander";
import { UsageError } from "../errors.js";
import { refuseRounding } from "./exact-number.js";

/** Reads an option's number. @param most inclusive */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`It is a whole number ${range}.`);
    }
    return value;
  };
}

/** A number above 0, fractions allowed: seconds, events a second. */
export function positive(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("It is a number above 0.");
  return value;
}

/** Collects an option that may be given several times, or once with commas. */
export function list(text: string, before: readonly string[] | undefined): readonly string[] {
  const values = text.split(",").map((value) => value.trim());
  if (values.includes("")) throw new InvalidArgumentError("A name in it is empty.");
  return [...(before ?? []), ...values];
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** A moment: a date (`2026-01-31`, `2026-01-31T10:00:00Z`), or how long ago (`30s`, `15m`, `2h`, `3d`). */
export function moment(text: string): Date {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const unitMs = UNITS_MS.get(unit ?? "");
  if (amount !== undefined && unitMs !== undefined) return new Date(Date.now() - Number(amount) * unitMs);
  const at = /^\d{4}-\d{2}-\d{2}([T ].*)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError("It is a date (2026-01-31T10:00:00Z) or an age (15m, 2h, 3d).");
  return new Date(at);
}

/** Reads a URL of HTTP. */
export function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError("It is a URL that starts with http:// or https://.");
  }
  return text;
}

/**
 * Reads an option that takes JSON: as it stands, or `@FILE` for a file's content, `@-` for stdin's.
 *
 * @throws UsageError with the option's name and the place of the mistake
 */
export async function jsonObject(option: string, text: string): Promise<Record<string, unknown>> {
  return text.startsWith("@") ? jsonFile(option, text.slice(1)) : objectIn(option, text);
}

/** Reads a file of JSON that holds an object; `-` is stdin. @throws UsageError */
export async function jsonFile(option: string, file: string): Promise<Record<string, unknown>> {
  return objectIn(`${option} in ${file}`, await contentOf(option, file));
}

function objectIn(what: string, source: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${what} is a JSON object, { … }, not ${JSON.stringify(value)?.slice(0, 40)}`);
  }
  refuseRounding(what, source);
  return value as Record<string, unknown>;
}

/** All of stdin as text. */
export async function stdinText(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

async function contentOf(option: string, file: string): Promise<string> {
  if (file === "-") return stdinText();
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(
      `${option}: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
