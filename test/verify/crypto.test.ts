import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Hash, nodeCrypto, type RuntimeCrypto, webCrypto } from "../../src/verify/crypto.js";
import { decodeText, encodedLength, hexOf } from "../../src/verify/encoding.js";
import { runs } from "../support/runs.js";

function node(): RuntimeCrypto {
  const platform = nodeCrypto();
  if (platform === undefined) throw new Error("The tests run on Node.");
  return platform;
}

const platforms: ReadonlyArray<[string, RuntimeCrypto]> = [
  ["node", node()],
  ["web", webCrypto()],
];
const hashes: readonly Hash[] = ["sha1", "sha256", "sha512"];
const content = fc.record({
  before: fc.string({ unit: "grapheme", maxLength: 40 }),
  body: fc.uint8Array({ maxLength: 300 }),
  after: fc.string({ maxLength: 20 }),
});

test.each(platforms)(
  "%s: an HMAC is RFC 2104's, for keys and contents of any size",
  async (_name, platform) => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...hashes), key, content, async (hash, secret, one) => {
        const expected = createHmac(hash, secret)
          .update(one.before)
          .update(one.body)
          .update(one.after)
          .digest();
        const mac = platform.hmac(hash, secret);
        expect(Buffer.from(await mac.sign(one))).toEqual(expected);
        const wrong = Buffer.from(expected);
        wrong[0] = (wrong[0] ?? 0) ^ 1;
        expect(await mac.matches(one, [wrong, expected])).toBe(true);
        expect(await mac.matches(one, [wrong])).toBe(false);
        expect(await mac.matches(one, [])).toBe(false);
      }),
      { numRuns: runs(200) },
    );
  },
);

test.each(platforms)(
  "%s: a signature of another length matches nothing, whatever was compared before it",
  async (_name, platform) => {
    const one = { before: "x", body: new Uint8Array(), after: "" };
    const right = createHmac("sha256", "k").update("x").digest();
    const mac = platform.hmac("sha256", Buffer.from("k"));
    for (const wrong of [right.subarray(0, 31), Buffer.concat([right, Buffer.from("x")]), Buffer.alloc(0)]) {
      expect(await mac.matches(one, [right])).toBe(true);
      expect(await mac.matches(one, [wrong])).toBe(false);
      expect(await mac.matches(one, [wrong, right, wrong])).toBe(true);
    }
  },
);

test.each([0, 1, 63, 64, 65, 16_250, 16_300, 16_383, 16_384, 16_385, 100_000])(
  "an HMAC over %i bytes is the same, copied or streamed, and again after it",
  (size) => {
    const body = Buffer.alloc(size, "earshot");
    for (const hash of hashes) {
      const mac = node().hmac(hash, Buffer.from("k".repeat(200)));
      const expected = createHmac(hash, "k".repeat(200)).update("ä.").update(body).update("☂").digest();
      const short = createHmac(hash, "k".repeat(200)).update("x").digest();
      for (let round = 0; round < 2; round += 1) {
        expect(mac.sign({ before: "ä.", body, after: "☂" })).toEqual(new Uint8Array(expected));
        expect(mac.sign({ before: "x", body: new Uint8Array(), after: "" })).toEqual(new Uint8Array(short));
      }
    }
  },
);

test.each(platforms)("%s: Ed25519 and SHA-256 are Node's", async (_name, platform) => {
  const pair = generateKeyPairSync("ed25519");
  const key = platform.ed25519(pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32));
  await fc.assert(
    fc.asyncProperty(content, fc.nat({ max: 511 }), async (one, bit) => {
      const whole = Buffer.concat([Buffer.from(one.before), one.body, Buffer.from(one.after)]);
      const signature = sign(null, whole, pair.privateKey);
      expect(await key.matches(one, [signature])).toBe(true);
      signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await key.matches(one, [signature])).toBe(false);
      expect(await platform.digest(whole)).toBe(createHash("sha256").update(whole).digest("hex"));
    }),
    { numRuns: 60 },
  );
});

test("decoding takes what Node encodes, and nothing that Node would encode otherwise", () => {
  const encodings = ["hex", "hex-upper", "base64"] as const;
  const encode = (bytes: Uint8Array, encoding: (typeof encodings)[number]) => {
    const text = Buffer.from(bytes).toString(encoding === "base64" ? "base64" : "hex");
    return encoding === "hex-upper" ? text.toUpperCase() : text;
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.constantFrom(...encodings), (bytes, encoding) => {
      const text = encode(bytes, encoding);
      expect(decodeText(text, encoding)).toEqual(bytes);
      expect(encodedLength(bytes.length, encoding)).toBe(text.length);
      expect(hexOf(bytes)).toBe(encode(bytes, "hex"));
    }),
    { numRuns: runs(2000) },
  );
  const near = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."0123456789abcdefABCDEFGgz+/-_= \n\u00e9\u0130"), maxLength: 12 }),
    fc.base64String(),
    fc.string(),
  );
  fc.assert(
    fc.property(near, fc.constantFrom(...encodings), (text, encoding) => {
      const bytes = decodeText(text, encoding);
      if (bytes === undefined) return;
      // Hex has two texts for the same bytes, one in each case, and none in both.
      const texts =
        encoding === "base64"
          ? [encode(bytes, encoding)]
          : [encode(bytes, "hex"), encode(bytes, "hex-upper")];
      expect(texts).toContain(text);
    }),
    { numRuns: runs(20_000) },
  );
});
