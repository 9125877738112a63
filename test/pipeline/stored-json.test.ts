import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { handle } from "../../src/base/foreign-promise.js";
import { MAX_STORED_LENGTH, storedJson } from "../../src/pipeline/stored-json.js";
import { oddValues } from "../support/odd-values.js";
import { runs } from "../support/runs.js";

const shown = (value: unknown) => storedJson("It", value, "ERR_STEP");

test("any JSON value is stored as JSON.stringify writes it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(shown(value)).toBe(JSON.stringify(value));
    }),
    { numRuns: runs(500) },
  );
});

test("whatever a step returns, it is stored whole or the error is ERR_STEP with its place", () => {
  const part = fc.oneof(fc.nat(oddValues.length - 1), fc.record({ json: fc.jsonValue() }));
  const shape = fc.constantFrom("alone", "in a list", "as members");
  fc.assert(
    fc.property(shape, fc.array(part, { minLength: 1 }), (form, parts) => {
      const values = parts.map((one) => {
        if (typeof one === "object") return one.json;
        const value = oddValues[one]?.make();
        handle(value);
        return value;
      });
      const whole = form === "alone" ? values[0] : form === "in a list" ? values : { ...values };
      let text: string | undefined;
      try {
        text = shown(whole);
      } catch (error) {
        expect(error).toMatchObject({ code: "ERR_STEP" });
        return;
      }
      if (text !== undefined) JSON.parse(text);
    }),
    { numRuns: runs(1000) },
  );
});

class Reply {
  readonly text = "hi";
}
class Silent {}
const rejected = Promise.reject(new Error("no"));
rejected.catch(() => undefined);
const circle: Record<string, unknown> = {};
circle.self = [circle];

test.each<[what: string, value: unknown, json: string | undefined]>([
  ["nothing", undefined, undefined],
  ["a member that is undefined", { a: undefined, b: 1 }, '{"b":1}'],
  ["a date", { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  ["an instance with members", new Reply(), '{"text":"hi"}'],
  ["an empty object of another realm", runInNewContext("({ a: {} })"), '{"a":{}}'],
  ["an object without a prototype", Object.create(null), "{}"],
])("%s is stored", (_what, value, json) => {
  expect(shown(value)).toBe(json);
});

test.each<[what: string, value: unknown, problem: string]>([
  ["a Map", { users: [1, new Map([[1, 2]])] }, "users[1] is a Map, of which JSON holds nothing."],
  ["an error", { cause: new Error("no") }, "cause is a Error, of which JSON holds nothing."],
  ["NaN", [0, Number.NaN], "[1] is NaN."],
  ["Infinity", { a: { b: Number.POSITIVE_INFINITY } }, "a.b is Infinity."],
  ["a bigint", 5n, "it is a bigint."],
  ["a function", { next: { fn: () => 1 } }, "next.fn is a function."],
  ["a symbol", [Symbol("x")], "[0] is a symbol."],
  ["undefined in a list", [undefined], "[0] is undefined, in a list."],
  ["bytes", { body: new Uint8Array(2) }, "body is binary: make it Base64."],
  ["a Buffer", Buffer.from("x"), "it is binary: make it Base64."],
  ["a promise", { later: rejected }, "later is a promise: await it."],
  ["an instance without members", new Silent(), "it is a Silent, of which JSON holds nothing."],
  ["a circle", circle, "circular"],
  [
    "an object whose toJSON throws",
    {
      toJSON() {
        throw new Error("not me");
      },
    },
    "not me",
  ],
  ["an object whose toJSON returns nothing", { toJSON: () => undefined }, "JSON has no form of it."],
])("%s is an error that says where", (_what, value, problem) => {
  expect(() => shown(value)).toThrow(problem);
});

test("a result of the longest size is stored, one character more is not", () => {
  expect(shown("x".repeat(MAX_STORED_LENGTH - 2))).toHaveLength(MAX_STORED_LENGTH);
  expect(() => shown("x".repeat(MAX_STORED_LENGTH - 1))).toThrow("Store only what later code needs");
});
