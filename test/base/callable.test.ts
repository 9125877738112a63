import { expect, test } from "vitest";
import { isCallable, isClass } from "../../src/base/callable.js";

// As a minifier writes it.
const minified = new Function("return class{}")() as unknown;

test.each([
  ["a class", class Odd {}, true],
  ["a class without a name", class {}, true],
  ["a minified class", minified, true],
  ["a class that extends another", class extends Map {}, true],
  ["a function", function classify() {}, false],
  ["a method whose name is class", { class() {} }.class, false],
  ["an arrow function", () => undefined, false],
  ["a bound method", [].map.bind([]), false],
  ["a proxy of a function", new Proxy(() => undefined, {}), false],
])("%s", (_title, value, expected) => {
  expect(isClass(value)).toBe(expected);
  expect(isCallable(value)).toBe(!expected);
});

test("what is no function is neither", () => {
  for (const value of [undefined, null, {}, "class", 1]) {
    expect(isClass(value)).toBe(false);
    expect(isCallable(value)).toBe(false);
  }
});
