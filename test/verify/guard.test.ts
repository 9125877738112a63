import { describe, expect, test } from "vitest";
import { RejectedError } from "../../src/base/errors.js";
import type { Delivery } from "../../src/model/delivery.js";
import type { Source } from "../../src/model/source.js";
import { guardedSource } from "../../src/verify/guard.js";
import { github } from "../../src/verify/index.js";
import { asDelivery } from "./support/request.js";

const plain = asDelivery({ headers: {}, body: "{}" });
const delivery = { ...plain, http: { ...plain.http, route: "/acme" } } as Delivery;

const source = (members: object) => ({ provider: "acme", ...members }) as unknown as Source;

/** What a guarded source makes of a result, at once and as a promise: both are the same. */
async function outcome(name: "verify" | "handshake", act: () => unknown): Promise<unknown> {
  const run = async (member: () => unknown) => {
    try {
      return await guardedSource(source({ [name]: member }))[name]?.(delivery, 0);
    } catch (thrown) {
      if (!(thrown instanceof RejectedError)) throw thrown;
      return `${thrown.status} ${thrown.code}`;
    }
  };
  const atOnce = await run(act);
  expect(await run(async () => act())).toEqual(atOnce);
  return atOnce;
}

const failing = (thrown: unknown) => () => {
  throw thrown;
};
const rejection = (status: unknown) => new RejectedError("ERR_SCHEMA", status as number, "no");
const unreadable = new Proxy(new Error("x"), {
  get: failing(new Error("at every look")),
  getPrototypeOf: failing(new Error("at every look")),
});

test("a built-in source is used as it is, and the data of another one is kept, what is absent stays absent", () => {
  const built = github({ secrets: "a secret of 16 bytes" });
  expect(guardedSource(built)).toBe(built);
  const data = {
    toleranceMs: 1,
    maxBodyBytes: 2,
    acknowledgement: { status: 204 },
    credentialHeaders: ["x-key"],
  };
  expect(guardedSource(source({ ...data, verify: () => undefined }))).toEqual({
    provider: "acme",
    ...data,
    verify: expect.any(Function),
  });
  expect(Object.keys(guardedSource(source({ verify: () => undefined })))).toEqual(["provider", "verify"]);
});

describe("verify of a hand-written source", () => {
  const origin = { provider: "acme", signed: true, route: undefined };
  const verified = (changes: object) => ({
    delivery,
    origin: { ...origin, route: "/acme", messageId: undefined, ...changes },
  });

  test.each<[string, () => unknown, unknown]>([
    ["a verified delivery", () => ({ delivery, origin }), verified({})],
    ["one without the delivery", () => ({ origin }), verified({})],
    ["one with its own route", () => ({ origin: { ...origin, route: "/own" } }), verified({ route: "/own" })],
    ["an id", () => ({ origin: { ...origin, messageId: "1" } }), verified({ messageId: "1" })],
    ["a number for an id", () => ({ origin: { ...origin, messageId: 7 } }), verified({ messageId: "7" })],
    ["an empty id", () => ({ origin: { ...origin, messageId: "" } }), verified({})],
    ["an object for an id", () => ({ origin: { ...origin, messageId: {} } }), verified({})],
    ["nothing", () => undefined, "401 ERR_SIGNATURE_WRONG"],
    ["null", () => null, "401 ERR_SIGNATURE_WRONG"],
    ["true", () => true, "401 ERR_SIGNATURE_WRONG"],
    ["an origin that is null", () => ({ origin: null }), "401 ERR_SIGNATURE_WRONG"],
    ["an origin that is a string", () => ({ origin: "acme" }), "401 ERR_SIGNATURE_WRONG"],
    ["an origin without provider", () => ({ origin: {} }), "401 ERR_SIGNATURE_WRONG"],
    ["an error", failing(new Error("no")), "401 ERR_SIGNATURE_WRONG"],
    ["undefined thrown", failing(undefined), "401 ERR_SIGNATURE_WRONG"],
    ["what cannot be read", failing(unreadable), "401 ERR_SIGNATURE_WRONG"],
    ["a rejection with 400", failing(rejection(400)), "400 ERR_SCHEMA"],
    ["a rejection with 599", failing(rejection(599)), "599 ERR_SCHEMA"],
    ["a rejection with 399", failing(rejection(399)), "401 ERR_SIGNATURE_WRONG"],
    ["a rejection with 600", failing(rejection(600)), "401 ERR_SIGNATURE_WRONG"],
    ["a rejection with half a status", failing(rejection(400.5)), "401 ERR_SIGNATURE_WRONG"],
  ])("that returns or throws %s", async (_name, act, expected) => {
    expect(await outcome("verify", act)).toEqual(expected);
  });

  test("that throws has its error as the cause of the rejection, and at most 4,096 characters of its message", () => {
    const thrown = new Error("x".repeat(5000));
    const verify = () => guardedSource(source({ verify: failing(thrown) })).verify(delivery, 0);
    expect(verify).toThrow(expect.objectContaining({ cause: thrown }));
    expect(verify).toThrow(/: x{4000,4095}…$/);
  });
});

describe("handshake of a hand-written source", () => {
  const wrong = "401 ERR_SIGNATURE_WRONG";

  test.each<[unknown, unknown]>([
    [undefined, undefined],
    [null, undefined],
    [{ status: 200 }, { status: 200 }],
    [
      { status: 599, body: "", headers: {} },
      { status: 599, body: "", headers: {} },
    ],
    [{ status: 199 }, wrong],
    [{ status: 600 }, wrong],
    [{ status: 200.5 }, wrong],
    [{ status: "200" }, wrong],
    [{ status: 200, body: 7 }, wrong],
    [{ status: 200, headers: null }, wrong],
    [{ status: 200, headers: "x" }, wrong],
    ["ok", wrong],
    [true, wrong],
  ])("that returns %j", async (result, expected) => {
    expect(await outcome("handshake", () => result)).toEqual(expected);
  });

  test("that throws is rejected", async () => {
    expect(await outcome("handshake", failing(new Error("no")))).toBe(wrong);
    expect(await outcome("handshake", failing(rejection(403)))).toBe("403 ERR_SCHEMA");
  });
});
