import { expect, test } from "vitest";
import { EarshotError } from "../../src/base/errors.js";
import { senderDefinitions } from "../../src/providers/event-formats.js";
import { functionName } from "../../src/providers/sender.js";
import * as publicFace from "../../src/verify/index.js";
import {
  asana,
  calendly,
  composio,
  defineSource,
  deliveryOf,
  discord,
  github,
  gitlab,
  hmac,
  hubspot,
  intercom,
  jwt,
  linear,
  meta,
  microsoftGraph,
  notion,
  openai,
  paddle,
  type Source,
  shopify,
  slack,
  square,
  standardWebhooks,
  stripe,
  svix,
  telegram,
  token,
  twilio,
  typeform,
  verified,
  verifyWebhook,
  zendesk,
  zoom,
} from "../../src/verify/index.js";
import { asDelivery, headerOf } from "./support/request.js";
import { sender, testSecret, testWhsec } from "./support/senders.js";

type Options = {
  secrets?: string | readonly (string | undefined)[] | undefined;
  unsigned?: boolean;
  toleranceMs?: number;
};

const publicUrl = "https://hooks.example.com/hook";
const makers: ReadonlyArray<[string, (options: Options) => Source]> = [
  ["asana", asana],
  ["calendly", calendly],
  ["composio", composio],
  ["discord", ({ secrets, ...rest }) => discord({ ...rest, publicKeys: secrets })],
  ["github", github],
  ["gitlab", gitlab],
  ["gitlab with signingTokens", ({ secrets, ...rest }) => gitlab({ ...rest, signingTokens: secrets ?? [] })],
  ["hmac", (options) => hmac({ ...options, header: "x-signature" })],
  ["hubspot", (options) => hubspot({ ...options, publicUrl })],
  ["intercom", intercom],
  ["linear", linear],
  ["meta", meta],
  ["microsoftGraph", microsoftGraph],
  ["notion", notion],
  ["openai", openai],
  ["paddle", paddle],
  ["shopify", shopify],
  ["slack", slack],
  ["square", (options) => square({ ...options, publicUrl })],
  ["standardWebhooks", standardWebhooks],
  ["stripe", stripe],
  ["svix", svix],
  ["telegram", telegram],
  ["token", (options) => token({ ...options, header: "x-token" })],
  ["twilio", (options) => twilio({ ...options, publicUrl })],
  ["typeform", typeform],
  ["zendesk", zendesk],
  ["zoom", zoom],
];

/** The code of what is thrown. */
function codeOf(make: () => unknown): string {
  try {
    make();
  } catch (thrown) {
    if (thrown instanceof EarshotError) return thrown.code;
    throw thrown;
  }
  return "made";
}

test.each(makers)("%s: without a secret it is not made", (name, make) => {
  expect(codeOf(() => make({ secrets: undefined }))).toBe("ERR_SECRET_MISSING");
  expect(codeOf(() => make({}))).toBe("ERR_SECRET_MISSING");
  expect(codeOf(() => make({ secrets: "" }))).toBe("ERR_SECRET_MISSING");
  expect(codeOf(() => make({ secrets: " \n" }))).toBe("ERR_SECRET_MISSING");
  expect(codeOf(() => make({ secrets: [] }))).toBe("ERR_SECRET_MISSING");
  expect(codeOf(() => make({ secrets: [undefined] }))).toBe("ERR_SECRET_MISSING");
  expect(
    codeOf(() => make({ secrets: [testWhsec, ""] })),
    name,
  ).toMatch(/^ERR_SECRET_/);
  expect(codeOf(() => make({ unsigned: false }))).toBe("ERR_SECRET_MISSING");
  expect(codeOf(() => make({ secrets: null as never }))).toMatch(/^ERR_/);
  expect(codeOf(() => make({ secrets: 7 as never }))).toMatch(/^ERR_/);
  expect(codeOf(() => make({ secrets: [7 as never] }))).toBe("ERR_OPTION");
});

test.each(makers)("%s: a secret with a line break in it, or in quotes, is told precisely", (_name, make) => {
  const broken = () => make({ secrets: `${testSecret.slice(1)}\n${testSecret}` });
  expect(codeOf(broken)).toBe("ERR_SECRET_MALFORMED");
  expect(broken).toThrow(/line break/);
  for (const quoted of [`"${testWhsec}"`, `'${testSecret}'`]) {
    expect(codeOf(() => make({ secrets: quoted }))).toBe("ERR_SECRET_MALFORMED");
    expect(() => make({ secrets: quoted })).toThrow(/quotes/);
  }
});

test.each(makers)("%s: `unsigned` has to be said by name, and goes with no secret", (_name, make) => {
  expect(codeOf(() => make({ unsigned: true, secrets: testWhsec }))).toBe("ERR_OPTION");
  expect(codeOf(() => make({ unsigned: true, secrets: "" }))).toBe("ERR_OPTION");
  expect(codeOf(() => make({ unsigned: "true" as never }))).toBe("ERR_OPTION");
  expect(codeOf(() => make({ unsigned: 1 as never }))).toBe("ERR_OPTION");
  const source = make({ unsigned: true });
  expect(source.verify(asDelivery({ headers: {}, body: "{}" }), 0)).toMatchObject({
    origin: { signed: false },
  });
});

test.each(makers)("%s: an option that does not exist is rejected", (_name, make) => {
  expect(codeOf(() => make({ secrets: testWhsec, secret: testWhsec } as never))).toBe("ERR_OPTION");
  expect(codeOf(() => make({ secrets: testWhsec, tolerance: 5 } as never))).toBe("ERR_OPTION");
});

test("a maker called without options says what it takes", () => {
  expect(() => github(undefined as never)).toThrow(/github\(\) takes its options as an object/);
});

test("gitlab takes a secret token or a signing token, not both", () => {
  expect(codeOf(() => gitlab({ secrets: testSecret, signingTokens: testWhsec }))).toBe("ERR_OPTION");
});

test.each([
  ["standardWebhooks", standardWebhooks],
  ["svix", svix],
  ["openai", openai],
] as const)("%s: a secret is strict base64 of 16 bytes or more", (_name, make) => {
  const generated = Buffer.alloc(24, 250);
  for (const secrets of [
    "whsec_",
    "whsec_!",
    "whsec_c2VjcmV0",
    "not base64 at all",
    generated.toString("base64url"),
    `whsec_${generated.toString("base64")}=`,
    `WHSEC_${generated.toString("base64")}`,
    `whsec_whsec_${generated.toString("base64")}`,
  ]) {
    expect(
      codeOf(() => make({ secrets })),
      secrets,
    ).toBe("ERR_SECRET_MALFORMED");
  }
  const unpadded = generated.subarray(0, 23).toString("base64").replace("=", "");
  for (const secrets of [`whsec_${generated.toString("base64")}`, generated.toString("base64"), unpadded]) {
    expect(codeOf(() => make({ secrets }))).toBe("made");
  }
});

test("composio takes any text for a secret, be it in the form of whsec_ or not quite", () => {
  for (const secrets of [
    testWhsec,
    "whsec_not base64",
    "whsec_c2VjcmV0",
    "a text of sixteen",
    "Grüße an die Welt",
  ]) {
    expect(codeOf(() => composio({ secrets }))).toBe("made");
  }
});

test("a token in a header is plain ASCII", () => {
  for (const make of [telegram, gitlab, microsoftGraph]) {
    expect(codeOf(() => make({ secrets: "Grüße an alle Welt" }))).toBe("ERR_SECRET_MALFORMED");
  }
});

test("a secret that is not ASCII keys the HMAC with its UTF-8", async () => {
  const { createHmac } = await import("node:crypto");
  const signature = createHmac("sha256", "Grüße an alle Welt ☂").update("{}").digest("hex");
  const request = { headers: { "x-hub-signature-256": `sha256=${signature}` }, body: "{}" };
  expect(github({ secrets: "Grüße an alle Welt ☂" }).verify(asDelivery(request), 0)).toMatchObject({
    origin: { signed: true },
  });
});

test.each([
  ["github", () => github({ secrets: "hunter2" })],
  // Of a token, the key is as long as the hash.
  ["jwt", () => jwt({ provider: "jwt", secrets: "hunter2", algorithms: ["HS256"] })],
])("a short text secret of %s is taken, with a warning that does not show it", async (name, make) => {
  let hear: (warning: Error) => void = () => {};
  const warned = new Promise<Error>((resolve) => {
    // Warnings of other tests come out a moment later too.
    hear = (warning) => warning.message.startsWith(`${name}:`) && resolve(warning);
  });
  process.on("warning", hear);
  expect(codeOf(make)).toBe("made");
  const warning = await warned;
  process.off("warning", hear);
  expect(warning.name).toBe("EarshotWarning");
  expect(warning.message).toMatch(/: a secret of 7 bytes/);
  expect(warning.message).not.toContain("hunter2");
});

test("toleranceMs is obeyed, and 0 is a number like any other", async () => {
  const now = 1_750_000_000_000;
  const request = await sender("slack").send("text", now);
  const delivery = asDelivery(request);
  const strict = slack({ secrets: testSecret, toleranceMs: 0 });
  expect(strict.verify(delivery, now)).toMatchObject({ origin: { sentAt: now } });
  // Its time is in whole seconds.
  expect(strict.verify(delivery, now + 999)).toMatchObject({ origin: { sentAt: now } });
  expect(codeOf(() => strict.verify(delivery, now + 1000))).toBe("ERR_TIMESTAMP_STALE");
  expect(codeOf(() => strict.verify(delivery, now - 1))).toBe("ERR_TIMESTAMP_FUTURE");
  const patient = slack({ secrets: testSecret, toleranceMs: 86_400_000 });
  expect(patient.verify(delivery, now + 86_400_000)).toMatchObject({ origin: { sentAt: now } });
  for (const toleranceMs of [-1, Number.NaN, Number.POSITIVE_INFINITY, "5" as never]) {
    expect(codeOf(() => slack({ secrets: testSecret, toleranceMs }))).toBe("ERR_OPTION");
  }
});

test.each([
  ["hubspot", hubspot],
  ["square", square],
  ["twilio", twilio],
] as const)("%s: without the public URL, which is signed, it is not made", (_name, make) => {
  for (const url of [
    undefined,
    "",
    "hooks.example.com/hook",
    "ftp://example.com/",
    "https://example.com/#top",
  ]) {
    expect(
      codeOf(() => make({ secrets: testSecret, publicUrl: url })),
      String(url),
    ).toBe("ERR_OPTION");
  }
});

test.each([
  [{ header: "x signature" }, /name of a header/],
  [{ header: "" }, /name of a header/],
  [{ header: undefined as never }, /name of a header/],
  [{ algorithm: "md5" as never }, /one of sha1, sha256, sha512/],
  [{ encoding: "base32" as never }, /one of hex, hex-upper, base64/],
  [{ key: "utf8" as never }, /one of text/],
  [{ signed: "{time}.{body}" }, /needs `time`/],
  [{ signed: "{id}.{body}" }, /needs `id`/],
  [{ signed: "{id}", id: "x-id" }, /\{body\} once/],
  [{ signed: "{body}{body}" }, /\{body\} once/],
  [{ signed: "{boddy}" }, /unknown \{boddy\}/],
  [{ signed: "{url}{body}" }, /publicUrl/],
  [{ time: { header: "x-time", unit: "s" as const } }, /no \{time\}/],
  [{ signed: "{time}{body}", time: { header: "x-time", unit: "h" as never } }, /one of s, ms, iso/],
  // Each of these was skipped without a word, rejected every request, or was a TypeError.
  [{ signed: "{time}{body}", time: { header: "x-time" } as never }, /one of s, ms, iso/],
  [
    { signed: "{time}{body}", time: { header: "x-time", field: "t", unit: "s" } as never },
    /\{ header, unit \}/,
  ],
  [{ time: null as never }, /\{ header, unit \}/],
  [{ signed: "{id}{body}", id: 5 as never }, /`id` is the name/],
  [{ id: null as never }, /`id` is the name/],
  [{ prefix: 5 as never }, /`prefix` is plain ASCII/],
  [{ alsoIn: "x-other" as never }, /`alsoIn` is a list/],
  [{ alsoIn: ["x-other"], separator: "," }, /leave out `fields` and `separator`/],
  [{ alsoIn: ["x-other"], fields: { signature: "v1" } }, /leave out `fields` and `separator`/],
  [{ publicUrl: "https://example.com/hook" }, /no \{url\}/],
  [{ signed: 5 as never }, /`signed` is a text/],
  [{ signed: "{option:name}{body}" }, /`signed` is a text/],
  [
    { signed: "{time}{body}", fields: { signature: "t" }, time: { field: "t", unit: "s" as const } },
    /are both "t"/,
  ],
])("hmac(%o) is refused", (options, message) => {
  const make = () => hmac({ secrets: testSecret, header: "x-signature", ...options });
  expect(codeOf(make)).toBe("ERR_OPTION");
  expect(make).toThrow(message);
});

const otherSecret = "a secret of more than 32 bytes, in text";
test.each([
  [{ algorithms: [] }, /`algorithms` is a list/],
  [{ keySetUrl: "https://acme.example/jwks.json" }, /one of `secrets`, `publicKeys` and `keySetUrl`/],
  [{ publicKeys: "key" }, /one of `secrets`, `publicKeys` and `keySetUrl`/],
  [{ prefix: 5 as never }, /`prefix` is plain ASCII/],
  [{ claims: "tenant" as never }, /`claims` is an object/],
  [{ claims: ["tenant"] as never }, /`claims` is an object/],
])("jwt(%o) is refused", (options, message) => {
  const make = () => jwt({ algorithms: ["HS256"], secrets: otherSecret, ...options });
  expect(codeOf(make)).toBe("ERR_OPTION");
  expect(make).toThrow(message);
});

test.each(["credentialHeaders", "handshakeMethods"])(
  "defineSource: `%s` that is no list of names is refused",
  (option) => {
    const make = (value: unknown) => () =>
      defineSource({ provider: "acme", verify: () => verified(), [option]: value } as never);
    for (const value of ["x-signature", [5], null])
      expect(codeOf(make(value)), String(value)).toBe("ERR_OPTION");
    expect(make(["x-signature"])).not.toThrow();
  },
);

test("hmac: every hole of `signed` is filled from the request", async () => {
  const { createHmac } = await import("node:crypto");
  const source = hmac({
    provider: "acme",
    secrets: Buffer.from(testSecret).toString("hex"),
    header: "X-Acme-Signature",
    algorithm: "sha1",
    encoding: "base64",
    key: "hex",
    signed: "{method} {url} {requestUrl}\n{id}\n{time}\n{body}\nend",
    time: { header: "X-Acme-Time", unit: "iso" },
    id: "X-Acme-Id",
    eventName: "X-Acme-Event",
    publicUrl: "https://hooks.example.com/hook?a=1",
  });
  const content =
    "PUT https://hooks.example.com/hook?a=1 https://hooks.example.com/hook?b=2\n7\n2025-06-15T15:06:40Z\n{}\nend";
  const request = {
    method: "put",
    url: "/behind/a/proxy?b=2",
    headers: {
      "X-Acme-Signature": createHmac("sha1", testSecret).update(content).digest("base64"),
      "x-acme-TIME": "2025-06-15T15:06:40Z",
      "X-Acme-Id": "7",
      "X-Acme-Event": "order placed",
    },
    body: "{}",
  };
  const { origin } = await verifyWebhook(source, request, 1_750_000_000_000);
  expect(origin).toEqual({
    provider: "acme",
    messageId: "7",
    eventName: "order placed",
    sentAt: 1_750_000_000_000,
    signed: true,
    route: "/behind/a/proxy",
  });
});

test("verifyWebhook takes headers as Node, fetch or a list have them", async () => {
  const now = Date.now();
  const request = await sender("github").send("text", now);
  const source = github({ secrets: testSecret });
  const plain = request.headers as Record<string, string>;
  const upper = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name.toUpperCase(), value]));
  for (const headers of [plain, upper, new Headers(plain), { ...plain, host: undefined }]) {
    const verified = await verifyWebhook(source, { headers, body: request.body }, now);
    expect(verified.origin).toMatchObject({ provider: "github", eventName: "pull_request", route: "/" });
  }
  const twice = { ...plain, "X-Hub-Signature-256": headerOf(request, "x-hub-signature-256") };
  await expect(verifyWebhook(source, { headers: twice, body: request.body }, now)).rejects.toMatchObject({
    code: "ERR_HEADER_REPEATED",
    status: 400,
  });
});

test("a parsed body is rejected, with what was wrong", async () => {
  const body = { id: 1 } as never;
  expect(codeOf(() => deliveryOf({ headers: {}, body }))).toBe("ERR_BODY_CONSUMED");
  expect(codeOf(() => deliveryOf({ headers: {}, body: undefined as never }))).toBe("ERR_BODY_CONSUMED");
});

test("deliveryOf reads path and query of a URL, whole or not", () => {
  const http = (url: string) => deliveryOf({ headers: {}, body: "", url }).http;
  expect(http("https://example.com:8443/a/b?c=d#e")).toMatchObject({ path: "/a/b", target: "/a/b?c=d" });
  expect(http("/a?b=%20c")).toMatchObject({ path: "/a", target: "/a?b=%20c" });
  expect(http("/a")).toMatchObject({ path: "/a", target: "/a", method: "POST" });
});

test("nothing that marks a delivery as verified is exported", () => {
  const senders = senderDefinitions.map(({ scheme }) => functionName(scheme.provider));
  const others = ["defineSource", "deliveryOf", "describeSender", "hmac", "jwt", "publicKey", "reject"];
  const more = ["senderDefinitions", "token", "verified", "verifyWebhook"];
  expect(Object.keys(publicFace).sort()).toEqual([...senders, ...others, ...more].sort());
});
