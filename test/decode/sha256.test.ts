import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256Hex } from "../../src/decode/sha256.js";

/** The digest as a runtime without Node's crypto makes it. */
function withoutNode<T>(run: () => T): T {
  const { getBuiltinModule } = process;
  Object.assign(process, { getBuiltinModule: undefined });
  try {
    return run();
  } finally {
    Object.assign(process, { getBuiltinModule });
  }
}

const plainSha256 = (bytes: Uint8Array) => withoutNode(() => sha256Hex(bytes));

const byNode = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("of every length around the size of a block, the digest is Node's", () => {
  for (let length = 0; length < 200; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 7 + length) % 256);
    expect(plainSha256(bytes)).toBe(byNode(bytes));
  }
});

test("of any bytes, the digest is Node's", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => plainSha256(bytes) === byNode(bytes)),
    { numRuns: 500 },
  );
  const long = new Uint8Array(3_000_001).fill(0xa5);
  expect(plainSha256(long)).toBe(byNode(long));
});

test("text is digested as UTF-8, with Node's crypto and without", () => {
  const text = "Grüße ☂ \ud83d\ude00";
  const expected = byNode(Buffer.from(text));
  expect(sha256Hex(text)).toBe(expected);
  withoutNode(() => {
    expect(sha256Hex(text)).toBe(expected);
    expect(sha256Hex(new TextEncoder().encode(text))).toBe(expected);
  });
});
