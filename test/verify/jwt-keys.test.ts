import { generateKeyPairSync, type KeyObject, sign as signWith } from "node:crypto";
import { expect, test, vi } from "vitest";
import { RejectedError } from "../../src/base/errors.js";
import { jwt, publicKey, type Source, verifyWebhook } from "../../src/verify/index.js";
import { signerRsa, token } from "./support/signers.js";

const now = 1_750_000_000_000;
const exp = now / 1000 + 300;
const rsa = signerRsa;
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ec384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const ec521 = generateKeyPairSync("ec", { namedCurve: "P-521" });
const ed = generateKeyPairSync("ed25519");

const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }) as string;
const tokenOf = (alg: string, hash: string | null, key: KeyObject) =>
  token({ alg }, { exp }, (content) =>
    signWith(hash, Buffer.from(content), { key, dsaEncoding: "ieee-p1363" }),
  );
const tokens = {
  RS256: tokenOf("RS256", "sha256", rsa.privateKey),
  RS512: tokenOf("RS512", "sha512", rsa.privateKey),
  ES256: tokenOf("ES256", "sha256", ec.privateKey),
  ES384: tokenOf("ES384", "sha384", ec384.privateKey),
  ES512: tokenOf("ES512", "sha512", ec521.privateKey),
  EdDSA: tokenOf("EdDSA", null, ed.privateKey),
};
const names = Object.keys(tokens) as (keyof typeof tokens)[];

async function said(from: Source, text: string, nowMs = now) {
  try {
    await verifyWebhook(from, { headers: { authorization: `Bearer ${text}` }, body: "{}" }, nowMs);
    return "accepted";
  } catch (thrown) {
    if (!(thrown instanceof RejectedError)) throw thrown;
    return `${thrown.status} ${thrown.code}`;
  }
}

test("given public keys of every kind are used for the algorithms that take them", async () => {
  const keys = [rsa, ec, ec384, ec521, ed].map(({ publicKey }) => pem(publicKey));
  const from = jwt({ algorithms: names, publicKeys: keys });
  for (const name of names) expect(await said(from, tokens[name]), name).toBe("accepted");
});

test("a token whose algorithm takes none of the given keys is rejected, and throws nothing else", async () => {
  const from = jwt({ algorithms: names, publicKeys: pem(ec.publicKey) });
  for (const name of names)
    expect(await said(from, tokens[name]), name).toBe(
      name === "ES256" ? "accepted" : "401 ERR_SIGNATURE_WRONG",
    );
});

test("a key of a set without `alg` is used for each accepted algorithm; one of another curve is not", async () => {
  const keys = [ec521, ec384, ec, rsa, ed].map(({ publicKey }) => publicKey.export({ format: "jwk" }));
  const from = jwt({
    algorithms: names,
    keySetUrl: "https://keys.example.com/jwks.json",
    fetch: async () => new Response(JSON.stringify({ keys })),
  });
  for (const name of names) expect(await said(from, tokens[name]), name).toBe("accepted");
});

// RFC 7515, appendices A.2 and A.3: one payload, signed with two keys.
const rfcPayload =
  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const vectors = [
  [
    "RS256",
    {
      kty: "RSA",
      n: "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
      e: "AQAB",
    },
    `eyJhbGciOiJSUzI1NiJ9.${rfcPayload}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw`,
  ],
  [
    "ES256",
    {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    },
    `eyJhbGciOiJFUzI1NiJ9.${rfcPayload}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`,
  ],
] as const;

test.each(vectors)("the example of RFC 7515 with %s is accepted until its `exp`", async (name, key, text) => {
  const fetch = vi.fn(async () => new Response(JSON.stringify({ keys: [key] })));
  const from = jwt({
    algorithms: [name],
    issuer: "joe",
    claims: { "http://example.com/is_root": true },
    keySetUrl: "https://keys.example.com/jwks.json",
    fetch,
  });
  const end = 1_300_819_380_000;
  expect(await said(from, text, end - 1000)).toBe("accepted");
  expect(await said(from, text, end + 61_000)).toBe("401 ERR_TIMESTAMP_STALE");
  const changed = text.replace(/\.(.)(?=[^.]*$)/, (_all, first) => `.${first === "A" ? "B" : "A"}`);
  expect(await said(from, changed, end - 1000)).toBe("401 ERR_SIGNATURE_WRONG");
});

test("a check without its value is no check that is left out: it throws", () => {
  const keys = { algorithms: ["RS256"], publicKeys: pem(rsa.publicKey) } as const;
  const wrong: readonly object[] = [
    { audience: [] },
    { audience: "" },
    { audience: undefined },
    { audience: ["my-app", undefined] },
    { issuer: [] },
    { issuer: "" },
    { issuer: undefined },
    { claims: { repository: undefined } },
    { maxAgeMs: Number.NaN },
    { maxAgeMs: "5m" },
    { bodyDigest: {} },
    { bodyDigest: { claim: "body", encoding: "sha256" } },
  ];
  for (const more of wrong) {
    expect(() => jwt({ ...keys, ...more } as never), JSON.stringify(more)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION" }),
    );
  }
});

test("a public key in the right form that cannot be read is an error of the option", () => {
  const brokenPoint = ec.publicKey.export({ type: "spki", format: "der" });
  brokenPoint[60] = (brokenPoint[60] ?? 0) ^ 1;
  const brokenLength = rsa.publicKey.export({ type: "spki", format: "der" });
  brokenLength[1] = 0x83;
  const malformed = expect.objectContaining({ code: "ERR_SECRET_MALFORMED" });
  const cases = [
    ["ecdsa-p256", "ES256", brokenPoint],
    ["rsa-sha256", "RS256", brokenLength],
  ] as const;
  for (const [algorithm, name, bytes] of cases) {
    const publicKeys = bytes.toString("base64");
    expect(() => publicKey({ algorithm, header: "x-signature", publicKeys })).toThrow(malformed);
    expect(() => jwt({ algorithms: [name], publicKeys })).toThrow(malformed);
  }
});
