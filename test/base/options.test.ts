import { expect, test } from "vitest";
import {
  functionOption,
  number,
  type OptionTable,
  oneOf,
  readOptions,
  value,
  withoutDefault,
} from "../../src/base/options.js";

interface Options {
  readonly limitMs?: number | undefined;
  readonly mode?: "fast" | "safe" | undefined;
  readonly onEnd?: (() => void) | undefined;
  readonly label?: string | undefined;
  readonly quiet?: boolean | undefined;
}

const table = {
  limitMs: number(1000, 10),
  mode: oneOf(["fast", "safe"], "safe"),
  onEnd: functionOption<() => void>("without parameters"),
  label: withoutDefault<string>(),
  quiet: value(false, (_, given) => given),
} satisfies OptionTable<Options>;

const read = (options: object) => readOptions("The test", table, options);
const reading = (options: object) => () => read(options);

test("an option that is missing, or undefined, has its default", () => {
  const defaults = { limitMs: 1000, mode: "safe", onEnd: undefined, label: undefined, quiet: false };
  expect(read({})).toEqual(defaults);
  expect(read({ limitMs: undefined, mode: undefined, quiet: undefined })).toEqual(defaults);
  expect(read({ limitMs: 10, mode: "fast", quiet: true })).toMatchObject({
    limitMs: 10,
    mode: "fast",
    quiet: true,
  });
});

test("a misspelled option is rejected with the nearest one, a strange one with all that there are", () => {
  expect(reading({ limtMs: 1 })).toThrow("The test has no option `limtMs`; did you mean `limitMs`?");
  expect(reading({ xyz: 1 })).toThrow(
    "The test has no option `xyz`; it has limitMs, mode, onEnd, label, quiet.",
  );
});

test("a value out of range is rejected with the option's full name and the value", () => {
  expect(reading({ limitMs: 9 })).toThrow("`limitMs` is a number of 10 or more, not 9.");
  expect(reading({ limitMs: "9" })).toThrow('`limitMs` is a number of 10 or more, not "9".');
  expect(reading({ limitMs: Number.NaN })).toThrow("`limitMs` is a number");
  expect(reading({ mode: "slow" })).toThrow('`mode` is "fast" or "safe", not "slow".');
  expect(reading({ onEnd: 1 })).toThrow("`onEnd` is a function without parameters, not 1.");
  const nested = () => readOptions("`a`", table, { limitMs: 0 }, (key) => `a.${key}`);
  expect(nested).toThrow("`a.limitMs` is a number of 10 or more, not 0.");
});

test("a table that lacks an option, has one too many, or one of another type, does not compile", () => {
  const { limitMs, ...rest } = table;
  // @ts-expect-error: `limitMs` is missing.
  void (rest satisfies OptionTable<Options>);
  // @ts-expect-error: `other` is no option.
  void ({ ...rest, limitMs, other: withoutDefault<string>() } satisfies OptionTable<Options>);
  // @ts-expect-error: `label` is a text.
  void ({ ...rest, limitMs, label: number(1, 1) } satisfies OptionTable<Options>);
  expect(Object.keys(rest)).not.toContain("limitMs");
});
