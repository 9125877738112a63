import { isClass } from "./callable.js";
import type { Clock } from "./clock.js";
import { plainText } from "./plain-text.js";

/** A kind of warning is repeated this often at most, milliseconds. */
const REPEAT_MS = 60_000;
/** Kinds that are counted separately. */
const MAX_KINDS = 1000;
/** Stack frames that a warning shows. */
const MAX_FRAMES = 10;
const LONGEST_FRAME = 300;

/**
 * Emits a process warning. Text in it that a sender chose makes no lines and no escape codes.
 *
 * @param message becomes one line
 * @param thrown its stack frames follow, each on a line
 */
export function warn(message: string, thrown?: unknown): void {
  const lines = [plainText(message), ...framesOf(thrown)];
  // Absent on runtimes other than Node: there, only listeners of `on()` receive problems.
  globalThis.process?.emitWarning?.(lines.join("\n"), "EarshotWarning");
}

/** The message of anything that was thrown, and what to do about it, as sentences on one line. Never throws. */
export function describe(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return sentence(String(thrown));
    if ("solution" in thrown) return `${sentence(thrown.message)} ${plainText(String(thrown.solution))}`;
    return sentence(thrown.name === "Error" ? String(thrown.message) : `${thrown.name}: ${thrown.message}`);
  } catch {
    return "a value that cannot be read.";
  }
}

/** An invalid value, for a message. Never throws. */
export function shownValue(value: unknown): string {
  try {
    if (typeof value === "string") return JSON.stringify(plainText(value, 100));
    if (typeof value === "bigint") return plainText(`${value}n`, 100);
    if (typeof value === "function") return isClass(value) ? "a class" : "a function";
    if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
    // Its members may be secrets. Dates, regular expressions and errors have texts of their own.
    const kind = /^\[object (\w+)\]$/.exec(isBare(value) ? "[object Object]" : String(value))?.[1];
    if (kind === undefined) return plainText(String(value), 100);
    return kind === "Object" ? "an object" : `${/^[AEIOU]/.test(kind) ? "an" : "a"} ${kind}`;
  } catch {
    return `a value of type ${typeof value} that cannot be read`;
  }
}

/** An object without a prototype has no text: `String` would throw. */
function isBare(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;
}

function sentence(text: string): string {
  const plain = plainText(text).trimEnd();
  return /[.!?]$/.test(plain) ? plain : `${plain}.`;
}

/** Where an error was made. An error of this package says what to do instead. */
function framesOf(thrown: unknown): string[] {
  try {
    if (!(thrown instanceof Error) || "solution" in thrown || typeof thrown.stack !== "string") return [];
    // The stack begins with the message, which may have lines that look like frames.
    const at = thrown.message === "" ? 0 : thrown.stack.indexOf(thrown.message);
    if (at === -1) return [];
    return thrown.stack
      .slice(at + thrown.message.length)
      .split("\n", MAX_FRAMES + 1)
      .slice(1)
      .map((line) => `    ${plainText(line.trim(), LONGEST_FRAME)}`);
  } catch {
    return [];
  }
}

/** Suppresses repeated warnings: the first of a kind is shown, then one a minute with the count. */
export class WarningLimit {
  readonly #clock: Clock;
  readonly #kinds = new Map<string, { warnedAt: number; suppressed: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param kind must not contain names that a sender chooses
   * @param repeatMs how often the kind may be repeated, milliseconds. Default 60,000
   * @returns how many of the kind were suppressed since the last one; `undefined` where this one is suppressed too
   */
  admit(kind: string, repeatMs: number = REPEAT_MS): number | undefined {
    const now = this.#clock.monotonic();
    const key = this.#kinds.has(kind) || this.#kinds.size < MAX_KINDS ? kind : "";
    const known = this.#kinds.get(key);
    if (known === undefined) {
      this.#kinds.set(key, { warnedAt: now, suppressed: 0 });
      return 0;
    }
    if (now - known.warnedAt < repeatMs) {
      known.suppressed += 1;
      return undefined;
    }
    const { suppressed } = known;
    this.#kinds.set(key, { warnedAt: now, suppressed: 0 });
    return suppressed;
  }
}
