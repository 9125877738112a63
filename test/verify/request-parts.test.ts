import { describe, expect, test } from "vitest";
import type { HttpFacts } from "../../src/model/delivery.js";
import { microsoftGraph } from "../../src/verify/index.js";
import {
  checkWindow,
  eventNameHeader,
  idHeader,
  memberTime,
  oneHeader,
  portVariants,
  publicUrlOption,
  queryParameter,
  readTime,
  requestUrl,
} from "../../src/verify/request.js";
import { codeOf as codeOfVerdict, verdict } from "./support/verdict.js";

const request = (value?: string | readonly string[], target = "/hook"): HttpFacts => ({
  method: "POST",
  path: "/hook",
  target,
  header: () => value,
  remoteAddress: undefined,
});

function codeOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
}

describe("a header that identifies a delivery", () => {
  test.each([
    [undefined, undefined],
    ["", undefined],
    [[], undefined],
    [[""], undefined],
    ["a", "a"],
    [["a"], "a"],
    [["a", "a"], "ERR_HEADER_REPEATED"],
    [["", ""], "ERR_HEADER_REPEATED"],
    ["x".repeat(4096), "x".repeat(4096)],
    ["x".repeat(4097), "ERR_SIGNATURE_MALFORMED"],
    [["x".repeat(4097)], "ERR_SIGNATURE_MALFORMED"],
  ])("%j is read as %j", (value, expected) => {
    expect(codeOf(() => oneHeader(request(value), "x-signature"))).toBe(expected);
  });

  test.each([
    [undefined, undefined],
    ["a", "a"],
    ["~!", "~!"],
    ["x".repeat(256), "x".repeat(256)],
    ["x".repeat(257), "ERR_SIGNATURE_MALFORMED"],
    ["a b", "ERR_SIGNATURE_MALFORMED"],
    ["a\u007f", "ERR_SIGNATURE_MALFORMED"],
    ["ä", "ERR_SIGNATURE_MALFORMED"],
  ])("as an id, %j is read as %j", (value, expected) => {
    expect(codeOf(() => idHeader(request(value), "x-id", true))).toBe(expected);
  });

  test("an id with a dot is rejected only where the id is signed", () => {
    expect(codeOf(() => idHeader(request("a.b"), "x-id", true))).toBe("ERR_SIGNATURE_MALFORMED");
    expect(codeOf(() => idHeader(request("a.b"), "x-id", false))).toBe("a.b");
  });

  test.each([
    [undefined, undefined],
    ["pull request", "pull request"],
    ["x", "x"],
    [`a${" ".repeat(254)}b`, `a${" ".repeat(254)}b`],
    [`a${" ".repeat(255)}b`, "ERR_SIGNATURE_MALFORMED"],
    [" x", "ERR_SIGNATURE_MALFORMED"],
    ["x ", "ERR_SIGNATURE_MALFORMED"],
    ["x\ny", "ERR_SIGNATURE_MALFORMED"],
  ])("as the name of an event, %j is read as %j", (value, expected) => {
    expect(codeOf(() => eventNameHeader(request(value), "x-event"))).toBe(expected);
  });
});

describe("a signed time", () => {
  test.each([
    ["1700000000", "s", 1_700_000_000_000],
    ["1700000000", "ms", 1_700_000_000],
    ["1", "s", 1000],
    ["9".repeat(15), "ms", 999_999_999_999_999],
    ["2026-01-01T00:00:00Z", "iso", Date.UTC(2026, 0, 1)],
    ["2026-01-01T00:00:00.5Z", "iso", Date.UTC(2026, 0, 1) + 500],
    ["2026-01-01T00:00:00.123456789Z", "iso", Date.UTC(2026, 0, 1) + 123],
  ] as const)("%s in %s is %d", (text, unit, expected) => {
    expect(readTime(text, unit, "The time")).toBe(expected);
  });

  test.each([
    ["", "s"],
    ["0", "s"],
    ["01700000000", "s"],
    ["1".repeat(16), "ms"],
    ["1700000000abc", "s"],
    ["a1700000000", "s"],
    ["1e9", "s"],
    [" 17", "s"],
    ["-17", "s"],
    ["17.5", "s"],
    ["0x1f", "ms"],
    ["2026-01-01T00:00:00Z", "s"],
    ["1700000000", "iso"],
    ["2026-13-01T00:00:00Z", "iso"],
    ["2026-01-01T00:00:00", "iso"],
    ["2026-01-01T00:00:00+01:00", "iso"],
    ["2026-01-01T00:00:00.Z", "iso"],
    ["x2026-01-01T00:00:00Z", "iso"],
    ["2026-01-01T00:00:00Zx", "iso"],
  ] as const)("%j in %s is malformed", (text, unit) => {
    expect(codeOf(() => readTime(text, unit, "The time"))).toBe("ERR_TIMESTAMP_MALFORMED");
  });

  test("a malformed time is quoted in part, with what was expected", () => {
    const message = (unit: "s" | "ms" | "iso") => {
      try {
        return readTime("x".repeat(99), unit, "The header x-time");
      } catch (thrown) {
        return (thrown as Error).message;
      }
    };
    const quoted = `"${"x".repeat(40)}".`;
    expect(message("s")).toBe(`The header x-time is not a whole number of seconds: ${quoted}`);
    expect(message("ms")).toBe(`The header x-time is not a whole number of milliseconds: ${quoted}`);
    expect(message("iso")).toBe(`The header x-time is not a UTC date and time: ${quoted}`);
  });

  test.each([
    [300_000, undefined],
    [300_001, "ERR_TIMESTAMP_STALE"],
    [0, undefined],
    [-300_000, undefined],
    [-300_001, "ERR_TIMESTAMP_FUTURE"],
  ])("that is %d ms old is judged at exactly the tolerance, on both sides", (ageMs, expected) => {
    expect(codeOf(() => checkWindow(1_000_000, 1_000_000 + ageMs, 300_000))).toBe(expected);
  });

  test("outside the tolerance has a message with positive numbers", () => {
    expect(() => checkWindow(5000, 0, 1000)).toThrow("It was signed 5000 ms ahead; 1000 ms are allowed.");
    expect(() => checkWindow(0, 5000, 1000)).toThrow("It was signed 5000 ms ago; 1000 ms are allowed.");
  });

  test.each([
    ['{"at":1700000000000}', 1_700_000_000_000],
    ['{"at":-1}', -1],
    ['{"at":"1700000000000"}', "ERR_TIMESTAMP_MALFORMED"],
    ['{"at":1.5}', "ERR_TIMESTAMP_MALFORMED"],
    ['{"at":9007199254740992}', "ERR_TIMESTAMP_MALFORMED"],
    ["{}", "ERR_TIMESTAMP_MALFORMED"],
    ["null", "ERR_TIMESTAMP_MALFORMED"],
    ["{", "ERR_TIMESTAMP_MALFORMED"],
  ])("in the body %s is read as %j", (body, expected) => {
    expect(codeOf(() => memberTime(body, "at"))).toBe(expected);
  });
});

describe("a signed URL", () => {
  test.each([
    ["https://example.com/hook", "https://example.com/hook"],
    ["  http://example.com/hook?a=b\n", "http://example.com/hook?a=b"],
    [undefined, "ERR_OPTION"],
    ["", "ERR_OPTION"],
    ["example.com/hook", "ERR_OPTION"],
    ["/hook", "ERR_OPTION"],
    ["ftp://example.com/hook", "ERR_OPTION"],
    ["xhttps://example.com/hook", "ERR_OPTION"],
    ["httpsx://example.com/hook", "ERR_OPTION"],
    ["https://example.com/hook#part", "ERR_OPTION"],
  ])("publicUrl %j is %j", (given, expected) => {
    expect(codeOf(() => publicUrlOption("acme", given))).toBe(expected);
  });

  test.each([
    ["https://a.com/x", "https://a.com:443/x"],
    ["HTTPS://a.com/x", "HTTPS://a.com:443/x"],
    ["http://a.com/x:1?y#z", "http://a.com:80/x:1?y#z"],
    ["https://a.com:8443/x", "https://a.com/x"],
    ["https://a.com:443", "https://a.com"],
    ["https://a.com?x=\n1", "https://a.com:443?x=\n1"],
    ["http://[::1]/x", "http://[::1]:80/x"],
    ["https:a.com/x", undefined],
    ["see https://a.com/x", undefined],
  ])("%j may be signed as %j", (url, other) => {
    expect(portVariants(url)).toEqual(other === undefined ? [url] : [url, other]);
  });

  test.each([
    ["https://a.com/x", "/x", "https://a.com/x"],
    ["https://a.com/x?own=1", "/x", "https://a.com/x?own=1"],
    ["https://a.com/x?own=1", "/x?its=2", "https://a.com/x?its=2"],
    ["https://a.com/x", "/x?", "https://a.com/x?"],
    ["https://a.com/x", "?a", "https://a.com/x?a"],
  ])("%s with the request for %s is %s", (publicUrl, target, expected) => {
    expect(requestUrl(publicUrl, request(undefined, target))).toBe(expected);
  });

  test.each([
    ["/x", undefined],
    ["/x?", undefined],
    ["/x?sha=1", "1"],
    ["?sha=1", "1"],
    ["/x?a=1&sha=2&sha=3", "2"],
    ["/x?sha", ""],
    ["/x?sha&a=1", ""],
    ["/x?shadow=1", undefined],
    ["/x?shadow=1&sha=2", "2"],
    ["/x?a=sha=1", undefined],
    ["/x?a=1&&sha=%41", "A"],
    ["/sha=1", undefined],
  ])("the parameter sha of %s is %j", (target, expected) => {
    expect(queryParameter(request(undefined, target), "sha")).toBe(expected);
  });
});

describe("a token in the body", () => {
  const source = microsoftGraph({ secrets: ["a secret token", 'with "quotes" in it'] });
  const check = (body: unknown) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return codeOfVerdict(verdict(source, { headers: {}, body: text }, 0));
  };
  const right = { clientState: "a secret token" };
  const second = { clientState: 'with "quotes" in it' };
  const wrong = { clientState: "another token!" };

  test.each([
    ["one element", { value: [right] }, "accepted"],
    ["several elements", { value: [right, right, right, right, right, right] }, "accepted"],
    ["the second secret, with escapes", { value: [{ clientState: 'with "quotes" in it' }] }, "accepted"],
    // "Multiple notifications that correspond to different subscriptions in the same `POST` request":
    // https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks
    [
      "elements of two subscriptions, each with its own secret",
      { value: [right, second, right] },
      "accepted",
    ],
    ["a wrong element beside two right ones", { value: [right, second, wrong] }, "ERR_SIGNATURE_WRONG"],
    ["white space around the colon", '{"value":[{"clientState" \n:\t"a secret token"}]}', "accepted"],
    ["escapes of other characters", '{"value":[{"clientState":"\\u0061 secret token"}]}', "accepted"],
    ["a wrong token", { value: [wrong] }, "ERR_SIGNATURE_WRONG"],
    ["a prefix of the token", { value: [{ clientState: "a secret" }] }, "ERR_SIGNATURE_WRONG"],
    ["one wrong element among right ones", { value: [right, wrong] }, "ERR_SIGNATURE_WRONG"],
    ["an element without a token", { value: [right, {}] }, "ERR_SIGNATURE_MISSING"],
    ["an element that is null", { value: [right, null] }, "ERR_SIGNATURE_MISSING"],
    [
      "the token in another place first",
      { clientState: "a secret token", value: [wrong] },
      "ERR_SIGNATURE_WRONG",
    ],
    ["the right token in the list only", { clientState: "another token!", value: [right] }, "accepted"],
    ["the token outside of the list", { other: [right] }, "ERR_SIGNATURE_MISSING"],
    ["a list that is none", { value: right }, "ERR_SIGNATURE_MISSING"],
    ["an empty token", { value: [{ clientState: "" }] }, "ERR_SIGNATURE_MISSING"],
    ["a number for a token", { value: [{ clientState: 7 }] }, "ERR_SIGNATURE_MISSING"],
    ["no token", { value: [] }, "ERR_SIGNATURE_MISSING"],
    ["no JSON after the token", '{"value":[{"clientState":"a secret token"}', "ERR_SIGNATURE_MISSING"],
    ["null", "null", "ERR_SIGNATURE_MISSING"],
    ["an empty body", "", "ERR_SIGNATURE_MISSING"],
    ["the fourth occurrence", { a: wrong, b: wrong, c: wrong, value: [right] }, "accepted"],
    [
      "the fifth occurrence",
      { a: wrong, b: wrong, c: wrong, d: wrong, value: [right] },
      "ERR_SIGNATURE_WRONG",
    ],
    [
      "a token longer than 1,024 characters",
      { value: [{ clientState: "x".repeat(1100) }] },
      "ERR_SIGNATURE_MISSING",
    ],
  ])("%s", (_name, body, expected) => {
    expect(check(body)).toEqual(expected);
  });
});
