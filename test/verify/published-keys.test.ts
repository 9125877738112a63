import { createHmac, createSign, generateKeyPairSync, sign as signWith } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test, vi } from "vitest";
import { RejectedError } from "../../src/base/errors.js";
import {
  awsSns,
  fal,
  googlePubsub,
  jwt,
  paypal,
  type Source,
  verifyWebhook,
} from "../../src/verify/index.js";
import { certificateFor } from "./support/certificate.js";
import {
  signerCertificate,
  signerEd,
  signerRsa,
  signers,
  snsMessage,
  snsTopic,
  token,
} from "./support/signers.js";

const now = 1_750_000_000_000;
const iat = now / 1000;
const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
const rs =
  (key = signerRsa.privateKey) =>
  (content: string) =>
    signWith("sha256", Buffer.from(content), key);
const jwk = (key: typeof signerRsa.publicKey, kid: string, more: object = {}) => ({
  ...key.export({ format: "jwk" }),
  kid,
  ...more,
});
const set = (...keys: object[]) => new Response(JSON.stringify({ keys }));

const url = "https://keys.example.com/jwks.json";
const claims = { iss: "https://acme.example", aud: "my-app", iat, exp: iat + 300 };
const source = (fetch: () => Promise<Response>, more: object = {}): Source =>
  jwt({
    provider: "acme",
    algorithms: ["RS256"],
    keySetUrl: url,
    audience: "my-app",
    issuer: "https://acme.example",
    fetch: fetch as never,
    ...more,
  });
const said = async (from: Source, text: string, nowMs = now) => {
  try {
    const { origin } = await verifyWebhook(
      from,
      { headers: { authorization: `Bearer ${text}` }, body: "{}" },
      nowMs,
    );
    return origin.signed ? "accepted" : "unsigned";
  } catch (thrown) {
    if (!(thrown instanceof RejectedError)) throw thrown;
    return `${thrown.status} ${thrown.code}`;
  }
};
const good = (more: object = {}, header: object = {}) =>
  token({ alg: "RS256", kid: "1", ...header }, { ...claims, ...more }, rs());

test("a token of a published key is accepted; the key set is read once, and never before the first token", async () => {
  const fetch = vi.fn(async () => set(jwk(signerRsa.publicKey, "1")));
  const from = source(fetch);
  expect(fetch).not.toHaveBeenCalled();
  expect(await Promise.all(Array.from({ length: 20 }, () => said(from, good())))).toEqual(
    Array(20).fill("accepted"),
  );
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(fetch.mock.calls[0]).toMatchObject([url, { redirect: "manual" }]);
});

const pem = signerRsa.publicKey.export({ type: "spki", format: "pem" }) as string;
const hmac = (key: string) => (content: string) =>
  // The confusion of RS256 with HS256: the public key, known to everyone, as the secret of an HMAC.
  createHmac("sha256", key).update(content).digest();

const attacks: ReadonlyArray<readonly [what: string, text: string]> = [
  ["alg none without a signature", token({ alg: "none" }, claims, () => Buffer.alloc(0))],
  ["alg none with a signature", token({ alg: "none", kid: "1" }, claims, rs())],
  ["alg NONE", token({ alg: "NONE", kid: "1" }, claims, rs())],
  ["HS256 with the public key as its secret", token({ alg: "HS256", kid: "1" }, claims, hmac(pem))],
  [
    "HS256 with the key set's text",
    token({ alg: "HS256", kid: "1" }, claims, hmac(JSON.stringify(jwk(signerRsa.publicKey, "1")))),
  ],
  [
    "another algorithm of the same key",
    token({ alg: "RS512", kid: "1" }, claims, (content) =>
      signWith("sha512", Buffer.from(content), signerRsa.privateKey),
    ),
  ],
  ["PS256 of the same key", token({ alg: "PS256", kid: "1" }, claims, rs())],
  ["a kid with a path", token({ alg: "RS256", kid: "../../../dev/null" }, claims, rs())],
  ["a kid with SQL", token({ alg: "RS256", kid: "1' OR '1'='1" }, claims, rs())],
  ["a kid that is an object", token({ alg: "RS256", kid: { toString: "1" } }, claims, rs())],
  ["a kid that is __proto__", token({ alg: "RS256", kid: "__proto__" }, claims, rs())],
  ["another key under a known kid", token({ alg: "RS256", kid: "1" }, claims, rs(other.privateKey))],
  [
    "its own key in jwk",
    token({ alg: "RS256", kid: "1", jwk: jwk(other.publicKey, "1") }, claims, rs(other.privateKey)),
  ],
  [
    "its own key by jku",
    token({ alg: "RS256", kid: "1", jku: "https://evil.example/jwks.json" }, claims, rs(other.privateKey)),
  ],
  [
    "its own key by x5u",
    token({ alg: "RS256", kid: "1", x5u: "https://evil.example/cert.pem" }, claims, rs(other.privateKey)),
  ],
  [
    "its own certificate in x5c",
    token({ alg: "RS256", kid: "1", x5c: ["MIIB"] }, claims, rs(other.privateKey)),
  ],
  ["an unknown critical header", token({ alg: "RS256", kid: "1", crit: ["acme"], acme: true }, claims, rs())],
  ["expired", good({ exp: iat - 61, iat: iat - 400 })],
  ["without exp", good({ exp: undefined })],
  ["exp as text", good({ exp: String(iat + 300) })],
  ["not yet valid", good({ nbf: iat + 61 })],
  ["from the future", good({ iat: iat + 3600, exp: iat + 7200 })],
  ["for another audience", good({ aud: "another-app" })],
  ["for several other audiences", good({ aud: ["a", "b"] })],
  ["without an audience", good({ aud: undefined })],
  ["of another issuer", good({ iss: "https://acme.example.evil.example" })],
  [
    "with another payload",
    good().replace(
      /\.[^.]+\./,
      `.${Buffer.from(JSON.stringify({ ...claims, admin: true })).toString("base64url")}.`,
    ),
  ],
  ["without its signature", good().replace(/[^.]+$/, "")],
  ["cut off", good().slice(0, -8)],
  ["with a fourth part", `${good()}.x`],
  ["with spaces", good().replace(".", " .")],
  [
    "in standard base64",
    good().replace(/[^.]+$/, (part) => Buffer.from(part, "base64url").toString("base64")),
  ],
  ["as an encrypted token", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..a.b.c"],
  ["nothing", ""],
];

test.each(attacks)("rejected: a token %s, and nothing is fetched from where it says", async (_what, text) => {
  const fetch = vi.fn(async (_url: string) => set(jwk(signerRsa.publicKey, "1")));
  const result = await said(source(fetch as never), text);
  expect(result).toMatch(/^40[01] ERR_/);
  expect(new Set(fetch.mock.calls.map(([asked]) => asked)).size).toBeLessThanOrEqual(1);
  expect(fetch.mock.calls.every(([asked]) => asked === url)).toBe(true);
});

test("a key for encryption, of another type or another algorithm in the set is not used", async () => {
  for (const more of [{ use: "enc" }, { alg: "RS512" }, { kty: "oct", k: "AAAA" }, { n: "AQAB" }]) {
    const from = source(async () => set(jwk(signerRsa.publicKey, "1", more)));
    expect(await said(from, good())).toMatch(/^401 ERR_SIGNATURE_WRONG$/);
  }
});

test("a secret and a public key are never accepted by one source", () => {
  expect(() => jwt({ algorithms: ["HS256"], secrets: pem, keySetUrl: url })).toThrow(/one of `secrets`/);
  expect(() => jwt({ algorithms: ["HS256", "RS256"], secrets: "x".repeat(32) })).toThrow(/all with a secret/);
  expect(() => jwt({ algorithms: [] as never, secrets: "x".repeat(32) })).toThrow();
  expect(() => jwt({ algorithms: ["none" as never], secrets: "x".repeat(32) })).toThrow(/algorithms/);
  expect(() => jwt({ algorithms: ["RS256"], keySetUrl: "http://keys.example.com" })).toThrow(/HTTPS/);
});

test("keys that rotate during a burst: the new key is read once, and unknown keys cost no more fetches", async () => {
  let keys = [jwk(signerRsa.publicKey, "1")];
  const fetch = vi.fn(async () => set(...keys));
  const from = source(fetch);
  expect(await said(from, good())).toBe("accepted");
  keys = [jwk(signerRsa.publicKey, "1"), jwk(other.publicKey, "2")];
  const rotated = token({ alg: "RS256", kid: "2" }, claims, rs(other.privateKey));
  const later = now + 31_000;
  const burst = await Promise.all(
    Array.from({ length: 50 }, (_none, at) => said(from, at % 2 ? rotated : good(), later)),
  );
  expect(new Set(burst)).toEqual(new Set(["accepted"]));
  expect(fetch).toHaveBeenCalledTimes(2);
  const unknown = token({ alg: "RS256", kid: "3" }, claims, rs(other.privateKey));
  for (let at = 0; at < 20; at += 1)
    expect(await said(from, unknown, later + at)).toBe("401 ERR_SIGNATURE_WRONG");
  expect(fetch).toHaveBeenCalledTimes(2);
});

test("a key set that is down: 503 so that the sender tries again; afterwards what was read within a day is used", async () => {
  let up = false;
  const fetch = vi.fn(async () => {
    if (!up) throw new Error("getaddrinfo ENOTFOUND");
    return set(jwk(signerRsa.publicKey, "1"));
  });
  const from = source(fetch);
  expect(await said(from, good())).toBe("503 ERR_KEYS_UNAVAILABLE");
  expect(await said(from, good(), now + 1000)).toBe("503 ERR_KEYS_UNAVAILABLE");
  expect(fetch).toHaveBeenCalledTimes(1);
  up = true;
  expect(await said(from, good(), now + 6000)).toBe("accepted");
  up = false;
  const hours = (count: number) => now + 6000 + count * 3_600_000;
  const fresh = (nowMs: number) =>
    good({ iat: Math.floor(nowMs / 1000), exp: Math.floor(nowMs / 1000) + 300 });
  expect(await said(from, fresh(hours(3)), hours(3))).toBe("accepted");
  expect(await said(from, fresh(hours(25)), hours(25))).toBe("503 ERR_KEYS_UNAVAILABLE");
});

test("a key set that is no key set, of 10 MB, slow, or a redirect, rejects and holds nothing", {
  timeout: 20_000,
}, async () => {
  const endless = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
        },
      }),
    );
  for (const answer of [
    () => new Response("x".repeat(10 * 1024 * 1024)),
    endless,
    () => new Response("<html>"),
    () => new Response("[]"),
    () => new Response("null"),
    () => new Response('{"keys":{}}'),
    () => new Response("gone", { status: 404 }),
    () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }),
  ]) {
    expect(
      await said(
        source(async () => answer()),
        good(),
      ),
    ).toBe("503 ERR_KEYS_UNAVAILABLE");
  }
  const hanging = (_url: string, { signal }: RequestInit) =>
    new Promise<Response>((_resolve, reject) =>
      signal?.addEventListener("abort", () => reject(signal.reason)),
    );
  const startedAt = performance.now();
  expect(await said(source(hanging as never), good())).toBe("503 ERR_KEYS_UNAVAILABLE");
  expect(performance.now() - startedAt).toBeLessThan(8000);
});

test("the runtime's fetch follows no redirect of a key set", async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    if (request.url === "/keys") response.writeHead(302, { location: "/elsewhere" }).end();
    else response.end(JSON.stringify({ keys: [jwk(signerRsa.publicKey, "1")] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const fetch = (_url: string, init: RequestInit) => globalThis.fetch(`http://127.0.0.1:${port}/keys`, init);
  try {
    expect(await said(source(fetch as never), good())).toBe("503 ERR_KEYS_UNAVAILABLE");
    expect(asked).toEqual(["/keys"]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("google: a token of another service account, or for another audience, is rejected", async () => {
  const signer = signers["google-pubsub"];
  const request = await signer?.sign("text", now);
  const make = (serviceAccount: string, audience = "https://hooks.example.com/hook") =>
    googlePubsub({
      audience,
      serviceAccount,
      fetch: async () => set(jwk(signerRsa.publicKey, "google-pubsub")),
    });
  const result = async (from: Source) =>
    verifyWebhook(from, request as never, now).then(
      () => "accepted",
      (error: RejectedError) => error.code,
    );
  expect(await result(make("push@acme.iam.gserviceaccount.com"))).toBe("accepted");
  expect(await result(make("other@acme.iam.gserviceaccount.com"))).toBe("ERR_SIGNATURE_WRONG");
  expect(await result(make("push@acme.iam.gserviceaccount.com", "https://elsewhere.example"))).toBe(
    "ERR_SIGNATURE_WRONG",
  );
  expect(() => googlePubsub({ audience: undefined, serviceAccount: "a@b" })).toThrow(/audience/);
  expect(() => googlePubsub({ audience: "x", serviceAccount: undefined })).toThrow(/serviceAccount/);
});

test("sns: both signature versions are accepted; another topic, host, certificate or member is not", async () => {
  const calls: string[] = [];
  const make = (topics = snsTopic, pemText = signerCertificate) =>
    awsSns({
      topics,
      fetch: async (asked) => {
        calls.push(asked);
        return new Response(pemText);
      },
    });
  const result = (message: object, from = make(), nowMs = now) =>
    verifyWebhook(from, { headers: {}, body: JSON.stringify(message) }, nowMs).then(
      () => "accepted",
      (error: RejectedError) => error.code,
    );
  for (const version of ["1", "2"] as const)
    expect(await result(snsMessage("x", now, {}, version))).toBe("accepted");
  expect(await result(snsMessage("x", now, { Subject: "s" }))).toBe("accepted");
  for (const name of ["Message", "MessageId", "Timestamp", "TopicArn", "Signature", "Type"]) {
    const message = snsMessage("x", now);
    const changed = {
      ...message,
      [name]: name === "Timestamp" ? new Date(now + 1).toISOString() : `A${message[name]?.slice(1)}x`,
    };
    expect(await result(changed), name).not.toBe("accepted");
  }
  expect(await result(snsMessage("x", now, { TopicArn: "arn:aws:sns:us-east-1:666:evil" }))).toBe(
    "ERR_SIGNATURE_MISSING",
  );
  expect(await result(snsMessage("x", now), make(), now + 3_700_000)).toBe("ERR_TIMESTAMP_STALE");
  const rsaPair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  expect(await result(snsMessage("x", now), make(snsTopic, certificateFor(rsaPair)))).toBe(
    "ERR_SIGNATURE_WRONG",
  );
  expect(
    await result(
      snsMessage("x", now),
      make(snsTopic, certificateFor(signerRsa, "20200101000000Z", "20210101000000Z")),
    ),
  ).toBe("ERR_SIGNATURE_WRONG");
  calls.length = 0;
  for (const host of [
    "https://evil.example/cert.pem",
    "http://sns.us-east-1.amazonaws.com/cert.pem",
    "https://sns.us-east-1.amazonaws.com.evil.example/cert.pem",
    "https://sns.us-east-1.amazonaws.com:8443/cert.pem",
    "https://user@sns.us-east-1.amazonaws.com/cert.pem",
    "https://s3.amazonaws.com/bucket/cert.pem",
    "https://sns.s3-us-west-2.amazonaws.com/cert.pem",
    "https://sns.us-east-1.amazonaws.com/cert.pem?x=1",
    "https://sns.us-east-1.amazonaws.com/cert.pem#x",
    "file:///etc/passwd",
    "x",
  ]) {
    expect(await result(snsMessage("x", now, { SigningCertURL: host })), host).toBe("ERR_SIGNATURE_WRONG");
  }
  expect(calls).toEqual([]);
});

test("sns: a signed confirmation of the topic is confirmed at Amazon only, and one of another topic is not", async () => {
  const calls: string[] = [];
  const cancel = vi.fn();
  const fetch = async (asked: string) => {
    calls.push(asked);
    return new Response(asked.endsWith(".pem") ? signerCertificate : new ReadableStream({ cancel }));
  };
  const confirm = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336";
  const message = (more: Record<string, string> = {}) =>
    snsMessage("x", now, { Type: "SubscriptionConfirmation", Token: "2336", SubscribeURL: confirm, ...more });
  const shake = async (body: object, confirmed?: boolean) => {
    const { deliveryOf } = await import("../../src/verify/index.js");
    const from = awsSns({
      topics: snsTopic,
      fetch,
      ...(confirmed === undefined ? {} : { confirm: confirmed }),
    });
    const text = JSON.stringify(body);
    return (async () => from.handshake?.(deliveryOf({ headers: {}, body: text }, now), now))().catch(
      (error: RejectedError) => error.code,
    );
  };
  expect(await shake(message())).toEqual({ status: 200 });
  expect(calls).toContain(confirm);
  expect(cancel, "the body is not left open").toHaveBeenCalledTimes(1);
  calls.length = 0;
  expect(await shake(message({ TopicArn: "arn:aws:sns:us-east-1:666:evil" }))).toBe("ERR_SIGNATURE_MISSING");
  expect(await shake({ ...message(), SubscribeURL: "https://sns.us-east-1.amazonaws.com/?x" })).toBe(
    "ERR_SIGNATURE_WRONG",
  );
  expect(await shake(message({ SubscribeURL: "https://evil.example/" }))).toBe("ERR_KEYS_UNAVAILABLE");
  expect(await shake(message(), false)).toBeUndefined();
  expect(calls.filter((asked) => !asked.endsWith(".pem"))).toEqual([]);
});

test("paypal: the webhook's id is signed, and a certificate of another host is not read", async () => {
  const request = await signers.paypal?.sign("text", now);
  const result = (webhookId: string, headers: object = {}) =>
    verifyWebhook(
      paypal({ webhookId, fetch: async () => new Response(signerCertificate) }),
      {
        ...(request as never as { body: string; headers: object }),
        headers: { ...request?.headers, ...headers } as never,
      },
      now,
    ).then(
      () => "accepted",
      (error: RejectedError) => error.code,
    );
  expect(await result("1JE4291016473214C")).toBe("accepted");
  expect(await result("another")).toBe("ERR_SIGNATURE_WRONG");
  expect(
    await result("1JE4291016473214C", { "paypal-cert-url": "https://api.paypal.com.evil.example/x" }),
  ).toBe("ERR_SIGNATURE_WRONG");
  expect(() => paypal({ webhookId: undefined })).toThrow(/webhookId/);
});

test("paypal: what is signed is the text that its package's example prints", async () => {
  const file = readFileSync(new URL("./support/paypal-event.json", import.meta.url), "utf8");
  const { body } = JSON.parse(file) as { readonly body: string };
  const text = "dfb3be50-fd74-11e4-8bf3-77339302725b|2015-05-18T15:45:13Z|4JH86294D6297924G|2771810304";
  const headers = {
    "paypal-transmission-id": "dfb3be50-fd74-11e4-8bf3-77339302725b",
    "paypal-transmission-time": "2015-05-18T15:45:13Z",
    "paypal-transmission-sig": createSign("RSA-SHA256").update(text).sign(signerRsa.privateKey, "base64"),
    "paypal-cert-url":
      "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77",
  };
  const source = paypal({
    webhookId: "4JH86294D6297924G",
    toleranceMs: Number.MAX_SAFE_INTEGER,
    fetch: async () => new Response(signerCertificate),
  });
  const { origin } = await verifyWebhook(source, { headers, body }, now);
  expect(origin).toMatchObject({
    provider: "paypal",
    signed: true,
    sentAt: Date.UTC(2015, 4, 18, 15, 45, 13),
  });
  await expect(verifyWebhook(source, { headers, body: `${body} ` }, now)).rejects.toMatchObject({
    code: "ERR_SIGNATURE_WRONG",
  });
});

test("fal: a key set that has rotated is read again", async () => {
  let key = generateKeyPairSync("ed25519").publicKey;
  const fetch = vi.fn(async () => set({ ...key.export({ format: "jwk" }) }));
  const from = fal({ fetch });
  const result = async (nowMs: number) =>
    verifyWebhook(from, (await signers.fal?.sign("x", nowMs)) as never, nowMs).then(
      () => "accepted",
      (error: RejectedError) => error.code,
    );
  expect(await result(now)).toBe("ERR_SIGNATURE_WRONG");
  expect(fetch).toHaveBeenCalledTimes(1);
  key = signerEd.publicKey;
  expect(await result(now + 31_000)).toBe("accepted");
  expect(fetch).toHaveBeenCalledTimes(2);
});
