import { EarshotError, messageOf } from "../base/errors.js";
import { handle, isPromise } from "../base/foreign-promise.js";

/** Of one result, in characters of its JSON. */
export const MAX_STEP_LENGTH = 1024 * 1024;

/**
 * The result of a step as JSON. What JSON would change without a word (a Map, NaN, a function) is an error, since a
 * retry would get something else than the first run.
 *
 * @param step as errors name it
 * @returns `undefined` for `undefined`
 * @throws EarshotError ERR_STEP
 */
export function stepJson(step: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  handle(value);
  const text = written(step, value);
  if (text.length <= MAX_STEP_LENGTH) return text;
  throw unstorable(
    step,
    `its JSON has ${text.length} characters, and ${MAX_STEP_LENGTH} are the most. Return only what later code needs`,
  );
}

function written(step: string, value: unknown): string {
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
  throw unstorable(step, problem);
}

function unstorable(step: string, problem: string): EarshotError {
  return new EarshotError("ERR_STEP", `The result of ${step} cannot be stored: ${problem}.`);
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
  if (ArrayBuffer.isView(raw)) return "binary: return it as Base64";
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
