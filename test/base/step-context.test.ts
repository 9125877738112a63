import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { currentStep, runInStep } from "../../src/base/step-context.js";

const host = globalThis as { [key: symbol]: unknown };
const KEY = Symbol.for("earshot.step");

// Another test file of the same process may have made a storage, and goes on with it.
let before: unknown;
beforeEach(() => {
  before = host[KEY];
  delete host[KEY];
});
afterEach(() => {
  if (before === undefined) delete host[KEY];
  else host[KEY] = before;
});

test("outside of a step there is none, and to ask for it makes no storage", () => {
  expect(currentStep()).toBeUndefined();
  expect(host[KEY]).toBeUndefined();
});

test("steps that run side by side are not mixed up, across awaits and timers", async () => {
  const seen = await Promise.all(
    ["a", "b", "c"].map((step) =>
      runInStep({ eventId: "1", step }, async () => {
        const before = currentStep()?.step;
        await turn();
        return [before, currentStep()?.step];
      }),
    ),
  );
  expect(seen).toEqual([
    ["a", "a"],
    ["b", "b"],
    ["c", "c"],
  ]);
  expect(currentStep()).toBeUndefined();
});

test("what the function throws comes out, and the step has ended", () => {
  const error = new Error("no");
  const throws = () => {
    throw error;
  };
  expect(() => runInStep({ eventId: "1", step: "a" }, throws)).toThrow(error);
  expect(currentStep()).toBeUndefined();
});

test("in a runtime without AsyncLocalStorage the function runs, and no step is known", () => {
  const { getBuiltinModule } = process;
  Object.assign(process, { getBuiltinModule: undefined });
  try {
    expect(runInStep({ eventId: "1", step: "a" }, currentStep)).toBeUndefined();
    expect(runInStep({ eventId: "1", step: "a" }, () => 7)).toBe(7);
  } finally {
    Object.assign(process, { getBuiltinModule });
  }
});
