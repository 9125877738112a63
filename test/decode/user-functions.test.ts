import { expect, test } from "vitest";
import { decode } from "../../src/decode/index.js";
import type { Origin } from "../../src/model/verified.js";
import { markVerified } from "../../src/verify/outcome.js";

const origin: Origin = { provider: "acme", signed: true, route: "/acme" };
const header = (name: string) => (name === "content-type" ? "text/xml" : undefined);
const http = { method: "POST", path: "/acme", target: "/acme", header, remoteAddress: undefined };
const delivery = markVerified({ source: "webhook", body: "<a/>", receivedAt: 1, http }, origin);

// `XMLParser` returns a value, and xml2js's `parseStringPromise` a promise.
test.each<[string, () => unknown]>([
  ["resolves", async () => ({ a: 1 })],
  ["rejects", async () => Promise.reject(new Error("later"))],
])("a route's `parse` whose promise %s is told so, and makes no empty payload", (_how, parse) => {
  expect(() => decode(delivery, { contents: false, parse })).toThrow(/`parse` of the route .*a promise/);
});

test.each<[string, () => unknown]>([
  ["a promise that rejects", async () => Promise.reject(new Error("later"))],
  ["a promise as a payload", () => [{ payload: Promise.reject(new Error("later")) }]],
])("a source's `read` that returns %s is told so, and does not end the process", async (_what, read) => {
  expect(() => decode(delivery, { contents: false, read: read as () => [] })).toThrow(/a promise/);
  // An unhandled rejection would fail the test.
  await new Promise((resolve) => setTimeout(resolve, 10));
});
