import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import { shownValue } from "../base/warning.js";

/** How a test is declared, in Vitest, Jest, Mocha and `node:test` alike. */
export type TestFunction = (name: string, run: () => Promise<void>) => unknown;

/** `{ describe, test }` of the test runner; where it says `it`, `{ describe, test: it }`. */
export interface TestRunner {
  describe(name: string, declare: () => void): unknown;
  readonly test: TestFunction;
}

/** @throws EarshotError ERR_OPTION */
export function runnerOption(name: string, given: TestRunner): TestRunner {
  if (isCallable(given?.describe) && isCallable(given.test)) return given;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is { describe, test } of a test runner, not ${shownValue(given)}.`,
  );
}
