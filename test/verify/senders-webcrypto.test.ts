import { constants, generateKeyPairSync, sign as signWith } from "node:crypto";
import { expect, test } from "vitest";
import { RejectedError } from "../../src/base/errors.js";
import { publicKey, type Source, verifyWebhook, type WebhookRequest } from "../../src/verify/index.js";
import { signers } from "./support/signers.js";

const now = 1_750_000_000_000;

/** What is made while Node's crypto module cannot be had, as in a runtime without it. */
async function withoutNodeCrypto<Made>(run: () => Promise<Made>): Promise<Made> {
  const { getBuiltinModule } = process;
  Object.assign(process, { getBuiltinModule: () => undefined });
  try {
    return await run();
  } finally {
    Object.assign(process, { getBuiltinModule });
  }
}

async function result(source: Source, request: WebhookRequest): Promise<string> {
  try {
    const { origin } = await verifyWebhook(source, request, now);
    return JSON.stringify(origin);
  } catch (thrown) {
    if (!(thrown instanceof RejectedError)) throw thrown;
    return `${thrown.status} ${thrown.code}`;
  }
}

test.each(Object.keys(signers))("%s: without Node's crypto the results are the same", async (name) => {
  const { make, sign, covered } = signers[name] ?? expect.fail();
  const request = await sign("Grüße ☂", now);
  const header = covered?.[0] ?? Object.keys(request.headers)[0];
  const requests: WebhookRequest[] = [
    request,
    { ...request, body: `${String(request.body)} ` },
    { ...request, headers: {} },
    ...(header === undefined
      ? []
      : [
          {
            ...request,
            headers: { ...request.headers, [header]: `${request.headers[header]?.slice(0, -4)}AAAA` },
          },
        ]),
  ];
  const byNode = make();
  for (const one of requests) {
    const wanted = await result(byNode, one);
    // Each a new source: the other one would keep what it has imported.
    expect(await withoutNodeCrypto(() => result(make(), one))).toBe(wanted);
  }
});

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
const [p256, p384] = ["P-256", "P-384"].map((namedCurve) => generateKeyPairSync("ec", { namedCurve }));
const ed = generateKeyPairSync("ed25519");
const pem = (pair: typeof rsa) => pair.publicKey.export({ type: "spki", format: "pem" }) as string;

const algorithms = [
  ["ed25519", ed, (data: Buffer) => signWith(null, data, ed.privateKey)],
  ["ecdsa-p256", p256, (data: Buffer) => signWith("sha256", data, p256?.privateKey as never)],
  ["ecdsa-p384", p384, (data: Buffer) => signWith("sha384", data, p384?.privateKey as never)],
  ["rsa-sha1", rsa, (data: Buffer) => signWith("sha1", data, rsa.privateKey)],
  ["rsa-sha256", rsa, (data: Buffer) => signWith("sha256", data, rsa.privateKey)],
  [
    "rsa-pss-sha256",
    rsa,
    (data: Buffer) =>
      signWith("sha256", data, {
        key: rsa.privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: 32,
      }),
  ],
] as const;

test.each(algorithms)(
  "%s: a key as PEM, in one line, or in base64 is accepted by both kinds of crypto",
  async (algorithm, pair, sign) => {
    const body = "Grüße".repeat(100);
    const request = { headers: { "x-signature": sign(Buffer.from(body)).toString("base64") }, body };
    const text = pem(pair as typeof rsa);
    const forms = [text, text.replaceAll("\n", "\\n"), text.replaceAll(/-----[^-]+-----|\s/g, "")];
    for (const publicKeys of forms) {
      const make = () => publicKey({ algorithm, publicKeys, header: "X-Signature", encoding: "base64" });
      for (const run of [(test: () => Promise<string>) => test(), withoutNodeCrypto]) {
        expect(await run(() => result(make(), request))).toContain('"signed":true');
        expect(await run(() => result(make(), { ...request, body: `${body}x` }))).toBe(
          "401 ERR_SIGNATURE_WRONG",
        );
      }
    }
  },
);

test("a public key of another kind, or a small one, is told when the source is made", () => {
  const make = (algorithm: "ed25519" | "ecdsa-p256" | "rsa-sha256", pair: unknown) => () =>
    publicKey({ algorithm, publicKeys: pem(pair as typeof rsa), header: "x-signature" });
  expect(make("ecdsa-p256", p384)).toThrow(/P-256/);
  expect(make("ecdsa-p256", rsa)).toThrow(/P-256/);
  expect(make("rsa-sha256", ed)).toThrow(/RSA/);
  expect(make("rsa-sha256", small)).toThrow(/2,048/);
  expect(make("ed25519", p256)).toThrow(/Ed25519/);
  expect(() =>
    publicKey({ algorithm: "rsa-sha256", publicKeys: "-----BEGIN PRIVATE KEY-----", header: "x" }),
  ).toThrow(/RSA/);
});

test("an ECDSA signature has one form: other lengths, signs and paddings of DER are rejected", async () => {
  const body = "x";
  const right = signWith("sha256", Buffer.from(body), p256?.privateKey as never);
  const source = publicKey({
    algorithm: "ecdsa-p256",
    publicKeys: pem(p256 as never),
    header: "x-signature",
  });
  const said = (bytes: Buffer) => result(source, { headers: { "x-signature": bytes.toString("hex") }, body });
  expect(await said(right)).toContain('"signed":true');
  const rLength = right[3] as number;
  const r = right.subarray(4, 4 + rLength);
  const s = right.subarray(4 + rLength + 2);
  const der = (first: Buffer, second: Buffer) =>
    Buffer.concat([
      Buffer.from([0x30, first.length + second.length + 4, 2, first.length]),
      first,
      Buffer.from([2, second.length]),
      second,
    ]);
  for (const changed of [
    der(Buffer.concat([Buffer.from([0]), r]), s),
    der(r, Buffer.concat([Buffer.from([0, 0]), s])),
    der(r, Buffer.alloc(0)),
    Buffer.concat([right, Buffer.from([0])]),
    Buffer.concat([Buffer.from([0x30, 0x81, right.length - 2]), right.subarray(2)]),
    Buffer.concat([Buffer.from([0x31]), right.subarray(1)]),
    Buffer.alloc(70),
    der(Buffer.from([0]), Buffer.from([0])),
  ]) {
    expect(await said(changed), changed.toString("hex")).toMatch(/^40[01] ERR_SIGNATURE_/);
  }
});
