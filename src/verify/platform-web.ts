import { type Content, joined } from "./content.js";
import { hexOf } from "./encoding.js";
import type { Hash, Key, MacKey, Platform } from "./platform.js";

const names: Readonly<Record<Hash, string>> = { sha1: "SHA-1", sha256: "SHA-256", sha512: "SHA-512" };

/**
 * WebCrypto (https://www.w3.org/TR/webcrypto/), for runtimes without Node's crypto. It answers with promises;
 * the verdicts are the same.
 */
export function webPlatform(): Platform {
  const { subtle } = globalThis.crypto;

  // `subtle.verify` compares in constant time itself.
  async function oneOf(
    algorithm: string,
    key: Promise<Awaited<ReturnType<typeof subtle.importKey>>>,
    content: Content,
    signatures: readonly Uint8Array[],
  ): Promise<boolean> {
    const [ready, whole] = [await key, joined(content)];
    const verdicts = await Promise.all(
      signatures.map((signature) => subtle.verify(algorithm, ready, new Uint8Array(signature), whole)),
    );
    return verdicts.includes(true);
  }

  return {
    hmac(hash, secret): MacKey {
      const key = imported(
        subtle.importKey("raw", new Uint8Array(secret), { name: "HMAC", hash: names[hash] }, false, [
          "sign",
          "verify",
        ]),
      );
      const sign = async (content: Content) =>
        new Uint8Array(await subtle.sign("HMAC", await key, joined(content)));
      return {
        // Several signatures are compared with one HMAC: to verify each would hash the content as often.
        matches: async (content, signatures) =>
          signatures.length === 1
            ? oneOf("HMAC", key, content, signatures)
            : anySame(await sign(content), signatures),
        sign,
      };
    },
    ed25519(publicKey): Key {
      const key = imported(
        subtle.importKey("raw", new Uint8Array(publicKey), { name: "Ed25519" }, false, ["verify"]),
      );
      return { matches: (content, signatures) => oneOf("Ed25519", key, content, signatures) };
    },
    digest: async (bytes) => hexOf(new Uint8Array(await subtle.digest("SHA-256", new Uint8Array(bytes)))),
  };
}

/** Compares every byte of every signature, however early they differ. */
function anySame(expected: Uint8Array, signatures: readonly Uint8Array[]): boolean {
  let found = false;
  for (const signature of signatures) {
    let difference = expected.length ^ signature.length;
    for (let at = 0; at < expected.length; at += 1) difference |= (expected[at] ?? 0) ^ (signature[at] ?? 0);
    if (difference === 0) found = true;
  }
  return found;
}

/** A key that cannot be read is told of where it is used; until then nobody waits for the promise. */
function imported<Result>(key: Promise<Result>): Promise<Result> {
  key.catch(() => {});
  return key;
}
