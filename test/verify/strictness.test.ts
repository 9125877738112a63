import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  composio,
  contentful,
  discord,
  github,
  linear,
  slack,
  standardWebhooks,
  stripe,
  verifyWebhook,
  zendesk,
} from "../../src/verify/index.js";
import { headerOf, type TestRequest, withHeader } from "./support/request.js";
import { type Sender, sender, senders, testSecret, testWhsec } from "./support/senders.js";
import { codeOf, type Verdict, verdict } from "./support/verdict.js";

const now = 1_750_000_000_000;
const names = senders.map((one) => one.name);
const signing = senders.filter((one) => one.encoding !== undefined).map((one) => one.name);

/** What the header has before the signature: `sha256=`, `v1,`, `t=1750000000,v1=`. */
function split(one: Sender, request: TestRequest): [string, string] {
  const value = headerOf(request, one.header);
  const signature = /[0-9A-Za-z+/]{27,}=*$/.exec(value)?.[0] ?? "";
  return [value.slice(0, value.length - signature.length), signature];
}

function expectRefused(said: Verdict, codes: readonly string[], what: string): void {
  expect(codes, what).toContain(codeOf(said));
  if ("refused" in said) {
    expect(said.status, what).toBe(/MALFORMED|REPEATED/.test(said.refused) ? 400 : 401);
    expect(said.message).not.toContain(testSecret);
    expect(said.message).not.toContain(testWhsec);
  }
}

describe.each(names)("%s", (name) => {
  const one = sender(name);
  const source = one.make();

  test("nothing in the signature's header is a missing signature", async () => {
    const request = await one.send("text", now);
    for (const value of [undefined, ""]) {
      expectRefused(
        verdict(source, withHeader(request, one.header, value), now),
        ["ERR_SIGNATURE_MISSING"],
        "absent",
      );
    }
    for (const header of one.signedHeaders) {
      const without = withHeader(request, header, undefined);
      expectRefused(verdict(source, without, now), ["ERR_SIGNATURE_MISSING"], `without ${header}`);
    }
  });

  test("a header that comes twice is rejected, be it twice the same", async () => {
    const request = await one.send("text", now);
    const counted = [one.header, ...one.signedHeaders, ...unsignedIds(request)];
    for (const header of counted) {
      const value = headerOf(request, header);
      const twice = withHeader(request, header, [value, value]);
      expectRefused(verdict(source, twice, now), ["ERR_HEADER_REPEATED"], header);
      // The same, where a server has joined them.
      if (header !== one.header && !one.signedHeaders.includes(header)) continue;
      const joined = withHeader(request, header, `${value}, ${value}`);
      expect(codeOf(verdict(source, joined, now)), `${header}, joined`).not.toBe("accepted");
    }
  });

  test("the signature of another secret is wrong", async () => {
    if (one.encoding === undefined) return;
    const request = await one.send("text", now);
    const other = await one.send("another text", now);
    const crossed = withHeader(request, one.header, headerOf(other, one.header));
    const said = verdict(source, { ...crossed, url: other.url ?? "/hook" }, now);
    expectRefused(said, ["ERR_SIGNATURE_WRONG"], "crossed");
  });

  test("what did not come over HTTP has no signature", () => {
    expect(() => source.verify({ source: "websocket", body: "{}", receivedAt: now }, now)).toThrow(
      /no headers/,
    );
  });

  test("its secret shows nowhere", async () => {
    const { inspect } = await import("node:util");
    for (const text of [
      inspect(source, { depth: 9, showHidden: true }),
      JSON.stringify(source),
      String(source),
    ]) {
      expect(text).not.toContain(testSecret);
      expect(text).not.toContain(testWhsec.slice(6));
    }
    expect(Object.isFrozen(source)).toBe(true);
  });
});

function unsignedIds(request: TestRequest): string[] {
  const ids = [
    "x-github-delivery",
    "x-github-event",
    "x-shopify-topic",
    "x-shopify-webhook-id",
    "linear-delivery",
  ];
  return Object.keys(request.headers).filter((name) => ids.includes(name));
}

describe.each(signing)("%s", (name) => {
  const one = sender(name);
  const source = one.make();

  test("a signature of another length or alphabet, in mixed case, or with white space, is malformed", async () => {
    const request = await one.send("text", now);
    const [before, signature] = split(one, request);
    expect(before + signature).toBe(headerOf(request, one.header));
    const variants = [
      signature.slice(0, -1),
      signature.slice(0, -2),
      signature.slice(0, -4),
      signature.slice(0, 8),
      signature.slice(1),
      `${signature}=`,
      `${signature}0`,
      `${signature}00`,
      `${signature}AAAA`,
      signature + signature,
      ` ${signature}`,
      ...(one.encoding === "base64" && /^v1a?,/.test(before) ? [] : [`${signature} `]),
      `${signature}\t`,
      `${signature}\n`,
      `${signature.slice(0, 10)} ${signature.slice(10)}`,
      ...(/[,;]/.test(before) && one.encoding === "hex" ? [] : [`${signature},`]),
      `"${signature}"`,
      `é${signature.slice(1)}`,
      `\u0000${signature.slice(1)}`,
      `\u0130${signature.slice(1)}`,
      one.encoding === "hex" ? mixedCase(signature) : signature.replace(/=+$/, ""),
      one.encoding === "hex" ? `0x${signature}` : `-${signature.slice(1)}`,
      one.encoding === "hex" ? `g${signature.slice(1)}` : `_${signature.slice(1)}`,
    ];
    for (const variant of variants) {
      const said = verdict(source, withHeader(request, one.header, before + variant), now);
      expectRefused(said, ["ERR_SIGNATURE_MALFORMED"], JSON.stringify(variant));
    }
  });

  test("what stands before the signature has to be there, and to be right", async () => {
    const request = await one.send("text", now);
    const [before, signature] = split(one, request);
    if (before === "") return;
    for (const other of [
      "",
      before.slice(1),
      before.toUpperCase() === before ? before.toLowerCase() : before.toUpperCase(),
      ...(before.includes("=") && /[,;]/.test(before) ? [] : [`${before}${before}`]),
      ...(/^v1a?,/.test(before) ? [] : [` ${before}`]),
    ]) {
      const said = verdict(source, withHeader(request, one.header, other + signature), now);
      expectRefused(said, ["ERR_SIGNATURE_MALFORMED", "ERR_SIGNATURE_MISSING", "ERR_HEADER_REPEATED"], other);
    }
  });

  test("the empty signature is none", async () => {
    const request = await one.send("text", now);
    const [before] = split(one, request);
    for (const value of [before, before.trimEnd(), `${before}=`, `${before}==`]) {
      if (value === "") continue;
      const said = verdict(source, withHeader(request, one.header, value), now);
      expectRefused(said, ["ERR_SIGNATURE_MALFORMED"], JSON.stringify(value));
    }
  });

  test("a header of 4,097 characters is not looked at", async () => {
    const request = await one.send("text", now);
    const said = verdict(source, withHeader(request, one.header, "a".repeat(4097)), now);
    expectRefused(said, ["ERR_SIGNATURE_MALFORMED"], "long");
  });
});

function mixedCase(text: string): string {
  const at = text.search(/[a-z]/i);
  const letter = text.charAt(at);
  const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  return text.slice(0, at) + other + text.slice(at + 1);
}

const windows: ReadonlyArray<[string, number]> = [
  ["calendly", 180_000],
  ["composio", 300_000],
  ["discord", 300_000],
  ["hmac, sha512 over time and body", 300_000],
  ["hubspot", 300_000],
  ["linear", 60_000],
  ["openai", 300_000],
  ["paddle", 5_000],
  ["slack", 300_000],
  ["standard-webhooks", 300_000],
  ["standard-webhooks, v1a", 300_000],
  ["stripe", 300_000],
  ["svix", 300_000],
  ["zendesk", 300_000],
  ["zoom", 300_000],
];

/** Senders whose time has milliseconds, or may have. All others sign whole seconds, and compare whole seconds. */
const inMilliseconds = new Set(["hmac, sha512 over time and body", "hubspot", "linear", "zendesk"]);

test.each(windows)(
  "%s: the time may lie %i ms from ours, both ways, in the unit that is signed, and no more",
  async (name, toleranceMs) => {
    const one = sender(name);
    const source = one.make();
    const request = await one.send("text", now);
    for (const distance of [0, 1, toleranceMs - 1, toleranceMs]) {
      expect(codeOf(verdict(source, request, now + distance))).toBe("accepted");
      expect(codeOf(verdict(source, request, now - distance))).toBe("accepted");
    }
    const restMs = inMilliseconds.has(name) ? 0 : 999;
    expect(codeOf(verdict(source, request, now + toleranceMs + restMs))).toBe("accepted");
    for (const distance of [toleranceMs + 1, 2 * toleranceMs, 10 ** 12]) {
      expectRefused(verdict(source, request, now + restMs + distance), ["ERR_TIMESTAMP_STALE"], "old");
      expectRefused(verdict(source, request, now - distance), ["ERR_TIMESTAMP_FUTURE"], "ahead");
    }
    const said = verdict(source, request, now);
    expect(said).toMatchObject({ accepted: { sentAt: now } });
  },
);

const notTimes = [
  "0",
  "01750000000",
  "1750000000abc",
  "1750000000.0",
  "1.75e9",
  "0x684f1a80",
  " 1750000000",
  "1750000000 ",
  "1750000000\n",
  "+1750000000",
  "-1750000000",
  "1,750,000,000",
  "١٧٥٠٠٠٠٠٠٠",
  "９",
  "1750000000000000",
  "NaN",
  "Infinity",
  "null",
  "2025-06-15",
  "2025-06-15T15:06:40+00:00",
  "2025-06-15t15:06:40z",
  "2025-13-15T15:06:40Z",
];

const timed: ReadonlyArray<[string, (time: string) => TestRequest, () => ReturnType<typeof slack>]> = [
  ["slack", slackAt, () => slack({ secrets: testSecret })],
  ["composio", composioAt, () => composio({ secrets: testSecret })],
  ["stripe", stripeAt, () => stripe({ secrets: testSecret })],
  ["zendesk", zendeskAt, () => zendesk({ secrets: testSecret })],
];

test.each(timed)("%s: a time is strict, although it is signed as it stands", (_name, at, make) => {
  const source = make();
  for (const time of notTimes) {
    // A comma ends a field of Stripe's header: the field after it has no name.
    const codes = ["ERR_TIMESTAMP_MALFORMED", "ERR_SIGNATURE_MALFORMED", "ERR_TIMESTAMP_STALE"];
    expectRefused(verdict(source, at(time), now), codes, JSON.stringify(time));
  }
});

function signed(content: string, encoding: "hex" | "base64"): string {
  return createHmac("sha256", testSecret).update(content).digest(encoding);
}

function slackAt(time: string): TestRequest {
  return {
    headers: {
      "x-slack-request-timestamp": time,
      "x-slack-signature": `v0=${signed(`v0:${time}:{}`, "hex")}`,
    },
    body: "{}",
  };
}

function composioAt(time: string, id = "msg_1"): TestRequest {
  const signature = `v1,${signed(`${id}.${time}.{}`, "base64")}`;
  return {
    headers: { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signature },
    body: "{}",
  };
}

function stripeAt(time: string): TestRequest {
  return { headers: { "stripe-signature": `t=${time},v1=${signed(`${time}.{}`, "hex")}` }, body: "{}" };
}

function zendeskAt(time: string): TestRequest {
  return {
    headers: {
      "x-zendesk-webhook-signature": signed(`${time}{}`, "base64"),
      "x-zendesk-webhook-signature-timestamp": time,
    },
    body: "{}",
  };
}

test("linear: a body without a whole number for its time is rejected, however well it is signed", () => {
  const source = linear({ secrets: testSecret });
  for (const body of [
    "{}",
    "null",
    "[]",
    "not json",
    "",
    `{"webhookTimestamp":"${now}"}`,
    `{"webhookTimestamp":${now}.5}`,
    `{"webhookTimestamp":null}`,
    `{"webhookTimestamp":1e400}`,
    `{"data":{"webhookTimestamp":${now}}}`,
  ]) {
    const request = { headers: { "linear-signature": signed(body, "hex") }, body };
    expectRefused(verdict(source, request, now), ["ERR_TIMESTAMP_MALFORMED"], body);
  }
});

test('a signed id with a "." is rejected: text could slide between it and the time', () => {
  const source = composio({ secrets: testSecret });
  const time = String(now / 1000);
  expect(codeOf(verdict(source, composioAt(time), now))).toBe("accepted");
  // The signature of id "a" and body "{}" is the one of id "a.{time}" and time "…" as well, but for the dot.
  for (const id of ["a.b", ".", "msg_1.", "msg 1", "msg_é", "msg_\u0000", "m".repeat(257)]) {
    expectRefused(
      verdict(source, composioAt(time, id), now),
      ["ERR_SIGNATURE_MALFORMED"],
      JSON.stringify(id),
    );
  }
});

test("a list may have several signatures, and versions that nobody knows", () => {
  const source = composio({ secrets: testSecret });
  const time = String(now / 1000);
  const request = composioAt(time);
  const good = headerOf(request, "webhook-signature");
  const bad = `v1,${Buffer.alloc(32).toString("base64")}`;
  const said = (value: string) => verdict(source, withHeader(request, "webhook-signature", value), now);
  for (const value of [
    `${bad} ${good}`,
    `${good} ${bad}`,
    `v2,anything ${good}`,
    `v1a,xyz ${good} v9,`,
    `v1,short ${good}`,
  ]) {
    expect(codeOf(said(value)), value).toBe("accepted");
  }
  expectRefused(said(`${bad} ${bad}`), ["ERR_SIGNATURE_WRONG"], "two wrong ones");
  for (const value of ["v2,abc", `v1a,${good.slice(3)}`, "v11,abc"]) {
    expectRefused(said(value), ["ERR_SIGNATURE_MISSING"], value);
  }
  for (const value of [
    good.slice(3),
    `v1=${good.slice(3)}`,
    `v1 ${good.slice(3)}`,
    `,${good}`,
    `${good},${good}`,
    `${good}, ${good}`,
    Array(17).fill(good).join(" "),
  ]) {
    expectRefused(said(value), ["ERR_SIGNATURE_MALFORMED"], value);
  }
});

test("fields may have several signatures, and names that nobody knows, but one time", () => {
  const source = stripe({ secrets: testSecret });
  const time = String(now / 1000);
  const request = stripeAt(time);
  const good = headerOf(request, "stripe-signature").split("v1=")[1] ?? "";
  const bad = "0".repeat(64);
  const said = (value: string) => verdict(source, withHeader(request, "stripe-signature", value), now);
  for (const value of [
    `t=${time},v1=${bad},v1=${good}`,
    `v1=${good},t=${time}`,
    `t=${time},v0=${bad},v1=${good},scheme=x=y`,
    `t=${time},v1=short,v1=${good}`,
    `t=${time},v1=${good},`,
    `t=${time},v1=${good},nothing`,
  ]) {
    expect(codeOf(said(value)), value).toBe("accepted");
  }
  expectRefused(said(`t=${time},v1=${bad}`), ["ERR_SIGNATURE_WRONG"], "wrong");
  expectRefused(said(`t=${time},v0=${good}`), ["ERR_SIGNATURE_MISSING"], "v0");
  expectRefused(said(`t=${time},t=${time},v1=${good}`), ["ERR_HEADER_REPEATED"], "two times");
  for (const value of [`v1=${good}`, `t=${time}, v1=${good}`, `t=${time},=${good}`, `t=${time},${good}`]) {
    expectRefused(said(value), ["ERR_SIGNATURE_MALFORMED", "ERR_SIGNATURE_MISSING"], value);
  }
});

test("with several secrets, newest first, each of them verifies", () => {
  const old = "ffffffffffffffffffffffffffffffff";
  const request = composioAt(String(now / 1000));
  for (const secrets of [
    [testSecret, old],
    [old, testSecret],
    [old, old, testSecret],
  ]) {
    expect(codeOf(verdict(composio({ secrets }), request, now))).toBe("accepted");
  }
  const said = verdict(composio({ secrets: [old, `${testSecret}0`] }), request, now);
  expectRefused(said, ["ERR_SIGNATURE_WRONG"], "none of two");
});

test("an unsigned id verifies nothing, and its body's digest goes with it", () => {
  const source = github({ secrets: testSecret });
  const body = '{"zen":"Design for failure."}';
  const send = (delivery: string | undefined): TestRequest => ({
    headers: {
      "x-hub-signature-256": `sha256=${signed(body, "hex")}`,
      "x-github-event": "ping",
      ...(delivery === undefined ? {} : { "x-github-delivery": delivery }),
    },
    body,
  });
  const one = verdict(source, send("a"), now);
  const two = verdict(source, send("b"), now);
  const none = verdict(source, send(undefined), now);
  expect(one).toMatchObject({ accepted: { messageId: "a", eventName: "ping", signed: true } });
  for (const said of [one, two, none]) {
    if (!("accepted" in said)) throw new Error("refused");
    expect(said.accepted.digest).toMatch(/^[0-9a-f]{64}$/);
  }
  // Where the id is signed it says all.
  const signedId = verdict(composio({ secrets: testSecret }), composioAt(String(now / 1000)), now);
  expect(signedId).toMatchObject({ accepted: { messageId: "msg_1" } });
  expect(signedId).not.toHaveProperty("accepted.digest");
});

test("v1 and v1a beside each other: either key verifies its own version only", async () => {
  const v1 = await sender("standard-webhooks").send("text", now);
  const v1a = await sender("standard-webhooks, v1a").send("text", now);
  const publicOnly = sender("standard-webhooks, v1a").make();
  const secretOnly = standardWebhooks({ secrets: testWhsec });
  expectRefused(verdict(publicOnly, v1, now), ["ERR_SIGNATURE_WRONG"], "v1 to a public key");
  expectRefused(verdict(secretOnly, v1a, now), ["ERR_SIGNATURE_WRONG"], "v1a to a secret");
  const swapped = withHeader(
    v1a,
    "webhook-signature",
    headerOf(v1a, "webhook-signature").replace("v1a,", "v1,"),
  );
  expectRefused(verdict(secretOnly, swapped, now), ["ERR_SIGNATURE_MALFORMED"], "v1a as v1");
});

test("discord: a public key takes 32 bytes of hex", () => {
  for (const publicKeys of ["ab", "zz".repeat(32), "0".repeat(63), "0".repeat(66)]) {
    expect(() => discord({ publicKeys })).toThrow(/32 bytes in hex/);
  }
});

test("contentful: a captured request is not made fresh by its signed headers in the value of one", async () => {
  const secret = "0123456789abcdef".repeat(4);
  const from = contentful({ secrets: secret });
  const names = "content-type,x-contentful-signed-headers,x-contentful-timestamp";
  const values = `application/json;x-contentful-signed-headers:${names};x-contentful-timestamp:${now}`;
  const request = (listed: string, contentType: string, at: number) => ({
    url: "/hook",
    body: "{}",
    headers: {
      "content-type": contentType,
      "x-contentful-signed-headers": listed,
      "x-contentful-timestamp": String(at),
      "x-contentful-signature": createHmac("sha256", secret)
        .update(`POST\n/hook\ncontent-type:${values}\n{}`)
        .digest("hex"),
    },
  });
  await expect(verifyWebhook(from, request(names, "application/json", now), now)).resolves.toBeDefined();
  const later = now + 3_600_000;
  await expect(verifyWebhook(from, request("content-type", values, later), later)).rejects.toMatchObject({
    code: "ERR_SIGNATURE_WRONG",
  });
});
