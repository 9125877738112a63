import { isCallable } from "./callable.js";
import type { Clock } from "./clock.js";
import { EarshotError } from "./errors.js";
import { nearest } from "./suggest.js";
import { shownValue } from "./warning.js";

/** One option of an options object: its check and its default. */
export interface Option<Given, Setting> {
  /** `undefined` where there is no default, or where it depends on other options. */
  readonly default: unknown;
  /**
   * Checks a value that was given, or returns the default for `undefined`.
   *
   * @param name the option as an error names it: `webhook.port`
   * @throws EarshotError ERR_OPTION
   */
  readonly read: (name: string, given: Given) => Setting;
}

/**
 * All options of an options object. An option that is missing here, or that the type does not have, does not compile:
 * write each table as `{ … } satisfies OptionTable<ListenerOptions>`.
 */
export type OptionTable<Options> = {
  readonly [Name in keyof Options]-?: Option<Options[Name], unknown>;
};

/** The options of a table after their checks, with the defaults filled in. */
export type SettingsOf<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<never, infer Setting> ? Setting : never;
};

/**
 * Reads an options object: rejects unknown keys, checks each value, fills in the defaults.
 *
 * @param where what takes the options, as an error names it: `The listener`
 * @param nameOf an option's full name for errors. Default: its key
 * @param noun what an unknown key is called. Default: `option`
 * @throws EarshotError ERR_OPTION
 */
export function readOptions<Table extends Readonly<Record<string, Option<never, unknown>>>>(
  where: string,
  table: Table,
  options: object,
  nameOf: (key: string) => string = (key) => key,
  noun?: string,
): SettingsOf<Table> {
  knownOptions(where, options, new Set(Object.keys(table)), noun);
  const given = options as Readonly<Record<string, never>>;
  const settings = Object.entries(table).map(([key, option]) => [
    key,
    option.read(nameOf(key), given[key] as never),
  ]);
  return Object.fromEntries(settings) as SettingsOf<Table>;
}

/** A number of `least` or more. 0 is a number like any other. */
export function number(byDefault: number, least: number): Option<number | undefined, number> {
  return { default: byDefault, read: (name, given) => numberOption(name, given, byDefault, least) };
}

/** A number from `least` to `most`, both inclusive. */
export function between(byDefault: number, least: number, most: number): Option<number | undefined, number> {
  return {
    default: byDefault,
    read(name, given) {
      if (given === undefined) return byDefault;
      if (typeof given === "number" && given >= least && given <= most) return given;
      throw new EarshotError(
        "ERR_OPTION",
        `\`${name}\` is a number from ${least} to ${most}, not ${shownValue(given)}.`,
      );
    },
  };
}

/** A whole number of `least` or more. */
export function count(byDefault: number, least: number): Option<number | undefined, number> {
  return { default: byDefault, read: (name, given) => countOption(name, given, byDefault, least) };
}

/** `true` or `false`. */
export function boolean(byDefault: boolean): Option<boolean | undefined, boolean> {
  return {
    default: byDefault,
    read: (name, given) => (given === undefined ? byDefault : booleanOption(name, given)),
  };
}

/** @throws EarshotError ERR_OPTION: a text such as "false" would count as true */
export function booleanOption(name: string, given: unknown): boolean {
  if (typeof given === "boolean") return given;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is true or false, not ${shownValue(given)}.`);
}

/** A value with a default, and a check of what is given. */
export function value<Value>(
  byDefault: Value,
  check: (name: string, given: Value) => Value,
): Option<Value | undefined, Value> {
  return {
    default: byDefault,
    read: (name, given) => (given === undefined ? byDefault : check(name, given)),
  };
}

/** An option without a default. `check` runs only where a value was given. */
export function withoutDefault<Value, Setting = Value>(
  check: (name: string, given: Value) => Setting = (_, given) => given as unknown as Setting,
): Option<Value | undefined, Setting | undefined> {
  return {
    default: undefined,
    read: (name, given) => (given === undefined ? undefined : check(name, given)),
  };
}

/** One of several words. Without a default, an option that is not given stays `undefined`. */
export function oneOf<Word extends string, Default extends Word | undefined = undefined>(
  words: readonly Word[],
  byDefault?: Default,
): Option<Word | undefined, Word | Default> {
  return {
    default: byDefault,
    read(name, given) {
      const word = given === undefined ? byDefault : given;
      if (word === undefined || words.includes(word)) return word as Word | Default;
      const list = words.map((each) => JSON.stringify(each)).join(" or ");
      throw new EarshotError("ERR_OPTION", `\`${name}\` is ${list}, not ${shownValue(word)}.`);
    },
  };
}

/** A function. `meaning` follows "is a function " in the error: `from an event to its order key`. */
export function functionOption<Value>(meaning: string): Option<Value | undefined, Value | undefined> {
  return withoutDefault((name, given) => {
    if (isCallable(given)) return given;
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` is a function${meaning && ` ${meaning}`}, not ${shownValue(given)}.`,
    );
  });
}

/** A text that is not empty. */
export function textOption(name: string, given: unknown): string {
  if (typeof given === "string" && given.trim() !== "") return given;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is a string that is not empty, not ${shownValue(given)}.`,
  );
}

/** @throws EarshotError ERR_OPTION, also for a date that is none */
export function dateOption(name: string, given: Date): Date {
  if (Object.prototype.toString.call(given) === "[object Date]" && !Number.isNaN(given.getTime()))
    return given;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is a Date, not ${shownValue(given)}.`);
}

/** @throws EarshotError ERR_OPTION: without its methods, a start would fail in other words */
export function clockOption(name: string, given: Clock): Clock {
  const methods = ["now", "monotonic", "after"] as const;
  if (typeof given === "object" && given !== null && methods.every((method) => isCallable(given[method]))) {
    return given;
  }
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is a clock with the methods now, monotonic and after, not ${shownValue(given)}.`,
  );
}

/** Accepts signals of any realm or polyfill, and no AbortController: it would never abort. */
export function signalOption(name: string, given: AbortSignal): AbortSignal {
  const { aborted, addEventListener, removeEventListener } = (given ?? {}) as Partial<AbortSignal>;
  if (typeof aborted === "boolean" && isCallable(addEventListener) && isCallable(removeEventListener)) {
    return given;
  }
  throw new EarshotError("ERR_OPTION", `\`${name}\` is an AbortSignal, not ${shownValue(given)}.`);
}

/** Members of these are no options: a Map's entries, what a promise resolves with. */
const noOptions =
  /^\[object (Promise|(Weak)?(Map|Set)|Date|RegExp|Error|URL|Headers|ArrayBuffer|\w+Array)\]$/;

/** Whether the members of a value are its options. */
export function hasMembers(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !noOptions.test(Object.prototype.toString.call(value));
}

/**
 * Rejects an option that does not exist: a misspelled one would have no effect.
 *
 * @throws EarshotError ERR_OPTION with the nearest option, else with all
 */
export function knownOptions(
  where: string,
  options: object,
  names: ReadonlySet<string>,
  noun = "option",
): void {
  // A text or a number has no members, so every mistake in it would pass.
  if (!hasMembers(options)) {
    throw new EarshotError("ERR_OPTION", `${where} takes an object of options, not ${shownValue(options)}.`);
  }
  for (const name of Object.keys(options)) {
    if (names.has(name)) continue;
    const offer = nearest(name, names);
    const hint = offer === undefined ? `it has ${[...names].join(", ")}.` : `did you mean \`${offer}\`?`;
    throw new EarshotError("ERR_OPTION", `${where} has no ${noun} \`${name}\`; ${hint}`);
  }
}

/**
 * A number option with its default; 0 is a number like any other.
 *
 * @throws EarshotError ERR_OPTION
 */
export function numberOption(
  name: string,
  given: number | undefined,
  byDefault: number,
  least: number,
): number {
  if (given === undefined) return byDefault;
  // Beyond the largest exact integer there is no date, and stores reject it.
  if (typeof given === "number" && given >= least && given <= Number.MAX_SAFE_INTEGER) return given;
  const upTo = typeof given === "number" && given > least ? `, up to ${Number.MAX_SAFE_INTEGER}` : "";
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is a number of ${least} or more${upTo}, not ${shownValue(given)}.`,
  );
}

/**
 * A count, which is a whole number.
 *
 * @throws EarshotError ERR_OPTION
 */
export function countOption(
  name: string,
  given: number | undefined,
  byDefault: number,
  least: number,
): number {
  const counted = numberOption(name, given, byDefault, least);
  if (counted === byDefault || Number.isInteger(counted)) return counted;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is a whole number of ${least} or more, not ${counted}.`);
}

/**
 * A limit of time, milliseconds; `Infinity` is none.
 *
 * @throws EarshotError ERR_OPTION
 */
export function limitOption(
  name: string,
  given: number | undefined,
  byDefault: number,
  least: number,
): number {
  return given === Number.POSITIVE_INFINITY ? given : numberOption(name, given, byDefault, least);
}

/**
 * A Standard Schema (standardschema.dev).
 *
 * @throws EarshotError ERR_OPTION
 */
export function schemaOption<Schema>(name: string, given: Schema): Schema {
  const { validate } = (given as { "~standard"?: { validate?: unknown } } | null)?.["~standard"] ?? {};
  if (typeof validate === "function") return given;
  throw new EarshotError("ERR_OPTION", `The ${name} is no Standard Schema (standardschema.dev).`);
}
