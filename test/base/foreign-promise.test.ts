import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ignore } from "../../src/base/foreign-promise.js";
import { messageOf } from "../../src/base/message-of.js";
import { unhandledRejections } from "../support/unhandled-rejections.js";

const rejected = () => Promise.reject(new Error("a rejection"));
const values: readonly (readonly [string, () => unknown])[] = [
  ["a rejected promise", rejected],
  ["a promise rejected with a rejected promise", () => Promise.reject(rejected())],
  ["a list of rejected promises", () => [rejected(), Promise.reject(rejected())]],
  ["a promise of such a list", async () => [rejected()]],
  // biome-ignore lint/suspicious/noThenProperty: a value of this kind is what is tried
  ["an object whose `then` throws", () => ({ then: () => JSON.parse("{") })],
  ["a revoked proxy", revoked],
  ["no promise at all", () => 12],
];

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test.each(values)("%s that is ignored leaves no rejection unhandled", async (_name, make) => {
  const unhandled = unhandledRejections();
  ignore(make());
  for (let turns = 0; turns < 5; turns += 1) await turn();
  expect(unhandled).toEqual([]);
});

test.each<[string, () => unknown]>([
  ["a rejected promise", rejected],
  ["an error whose cause is a rejected promise", () => new Error("x", { cause: rejected() })],
  ["an AggregateError of rejected promises", () => new AggregateError([rejected(), rejected()])],
])("%s that was thrown and told leaves no rejection unhandled", async (_name, make) => {
  const unhandled = unhandledRejections();
  messageOf(make());
  for (let turns = 0; turns < 5; turns += 1) await turn();
  expect(unhandled).toEqual([]);
});
