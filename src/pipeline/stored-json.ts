import { EarshotError, type ErrorCode } from "../base/errors.js";
import { handle, isPromise } from "../base/foreign-promise.js";
import { messageOf } from "../base/message-of.js";

/** Of one value, in characters of its JSON. */
export const MAX_STORED_LENGTH = 1024 * 1024;

/**
 * A user's value as JSON that is stored. What JSON would change without a word (a Map, NaN, a function) is an error,
 * since what reads it later would get something else.
 *
 * @param subject what the value is, as errors begin
 * @returns `undefined` for `undefined`
 * @throws EarshotError with the code
 */
export function storedJson(subject: string, value: unknown, code: ErrorCode): string | undefined {
  if (value === undefined) return undefined;
  handle(value);
  const text = written(subject, value, code);
  if (text.length <= MAX_STORED_LENGTH) return text;
  throw unstorable(
    subject,
    code,
    `its JSON has ${text.length} characters, and ${MAX_STORED_LENGTH} are the most. Store only what later code needs`,
  );
}

function written(subject: string, value: unknown, code: ErrorCode): string {
  /** Of each object met so far. */
  const paths = new Map<unknown, string>();
  let problem: string | undefined;
  try {
    const text = JSON.stringify(value, function (this: unknown, key: string, member: unknown) {
      const raw: unknown = (this as Record<string, unknown>)[key];
      const path = paths.size === 0 ? "" : joined(paths.get(this) ?? "", this, key);
      const odd = oddity(member, raw, Array.isArray(this));
      if (odd !== undefined) {
        problem = `${path === "" ? "it" : path} is ${odd}`;
        throw new TypeError(problem);
      }
      if (typeof member === "object" && member !== null) paths.set(member, path);
      return member;
    });
    if (text !== undefined) return text;
    problem = "JSON has no form of it";
  } catch (thrown) {
    handle(thrown);
    problem ??= messageOf(thrown);
  }
  throw unstorable(subject, code, problem);
}

function unstorable(subject: string, code: ErrorCode, problem: string): EarshotError {
  return new EarshotError(code, `${subject} cannot be stored: ${problem}.`);
}

function joined(before: string, parent: unknown, key: string): string {
  if (Array.isArray(parent)) return `${before}[${key}]`;
  return before === "" ? key : `${before}.${key}`;
}

/**
 * What a value is that JSON would drop or change; `undefined` for one that it can hold.
 *
 * @param member after its `toJSON`
 * @param raw before it
 */
function oddity(member: unknown, raw: unknown, isInList: boolean): string | undefined {
  if (member === undefined) return isInList ? "undefined, in a list" : undefined;
  if (typeof member === "number") return Number.isFinite(member) ? undefined : String(member);
  if (typeof member === "bigint" || typeof member === "function" || typeof member === "symbol") {
    return `a ${typeof member}`;
  }
  if (typeof member !== "object" || member === null) return undefined;
  if (isPromise(raw)) {
    handle(raw);
    return "a promise: await it";
  }
  if (ArrayBuffer.isView(raw)) return "binary: make it Base64";
  if (Array.isArray(member) || isPlain(member) || Object.keys(member).length > 0) return undefined;
  return `a ${nameOf(member)}, of which JSON holds nothing`;
}

/** Also of an object of another realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: object): string {
  const { name }: { readonly name?: unknown } = value.constructor ?? {};
  return typeof name === "string" && name !== "" ? name : "object";
}
