import type { MaybePromise } from "../base/maybe-promise.js";
import { type Content, joined } from "./content.js";

/**
 * The algorithm of a signature with a private key. `ecdsa-…` is over SHA-256 and SHA-384, written as DER; `rsa-…` is
 * PKCS#1 v1.5, `rsa-pss-…` has a salt as long as its hash.
 */
export type PublicKeyAlgorithm =
  | "ed25519"
  | "ecdsa-p256"
  | "ecdsa-p384"
  | "rsa-sha1"
  | "rsa-sha256"
  | "rsa-pss-sha256";

/** A public key: SubjectPublicKeyInfo (RFC 5280, 4.1) in DER. */
export type Spki = Uint8Array;

/** Curves of keys that only tokens have are beside the algorithms of signatures. */
export type SpkiKind = PublicKeyAlgorithm | "ecdsa-p521";

interface Kind {
  readonly hash: "sha1" | "sha256" | "sha384" | undefined;
  /** How its SubjectPublicKeyInfo begins, in hex; for RSA, a part of it. */
  readonly spki: string;
  /** Bytes of a signature; `undefined`: as many as the key has. */
  readonly size: number | undefined;
}

const RSA = "06092a864886f70d0101010500";

const kinds: Readonly<Record<PublicKeyAlgorithm, Kind>> = {
  ed25519: { hash: undefined, spki: "302a300506032b6570032100", size: 64 },
  "ecdsa-p256": {
    hash: "sha256",
    spki: "3059301306072a8648ce3d020106082a8648ce3d03010703420004",
    size: 64,
  },
  "ecdsa-p384": { hash: "sha384", spki: "3076301006072a8648ce3d020106052b8104002203620004", size: 96 },
  "rsa-sha1": { hash: "sha1", spki: RSA, size: undefined },
  "rsa-sha256": { hash: "sha256", spki: RSA, size: undefined },
  "rsa-pss-sha256": { hash: "sha256", spki: RSA, size: undefined },
};

/** Bytes of a key with 2,048 bits, the least for which a signature counts. */
const LEAST_RSA_BYTES = 290;
const LARGEST_RSA_SIGNATURE = 512;

/** Whether an algorithm has a public key. */
export function isPublicKeyAlgorithm(name: string): name is PublicKeyAlgorithm {
  return name in kinds;
}

const P521_SPKI = "30819b301006072a8648ce3d020106052b810400230381860004";
const rawSizes = { ed25519: 32, "ecdsa-p256": 64, "ecdsa-p384": 96, "ecdsa-p521": 132 } as const;

/** Whether the bytes are a public key for the algorithm. */
export function isSpkiFor(kind: SpkiKind, spki: Spki): boolean {
  const start = kind === "ecdsa-p521" ? P521_SPKI : kinds[kind].spki;
  const hex = Array.from(spki.subarray(0, 40), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const hasForm =
    kind in rawSizes
      ? hex.startsWith(start) && spki.length === start.length / 2 + rawSizes[kind as keyof typeof rawSizes]
      : hex.includes(RSA) && spki.length >= LEAST_RSA_BYTES;
  return hasForm && isReadable(spki);
}

/** A point can be beside its curve, and DER can be cut off. Without Node's module it is found when it is used. */
function isReadable(spki: Spki): boolean {
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (typeof crypto?.createPublicKey !== "function") return true;
  try {
    crypto.createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    return true;
  } catch {
    return false;
  }
}

/** A raw Ed25519 key of 32 bytes as SubjectPublicKeyInfo (RFC 8410, 4). */
export function ed25519Spki(raw: Uint8Array): Spki {
  const start = kinds.ed25519.spki.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
  return Uint8Array.from([...start, ...raw]);
}

/** Fewest and most bytes of a signature as it is written; ECDSA's is DER, whose length varies. */
export function signatureSizes(algorithm: PublicKeyAlgorithm): readonly [least: number, most: number] {
  const { size } = kinds[algorithm];
  if (size === undefined) return [256, LARGEST_RSA_SIGNATURE];
  return algorithm === "ed25519" ? [size, size] : [8, size + 9];
}

/**
 * The signature as every runtime's check takes it: ECDSA's two numbers in fixed size (IEEE P1363), others unchanged.
 *
 * @returns `undefined` where it is no signature of the algorithm
 */
export function normalizedSignature(
  algorithm: PublicKeyAlgorithm,
  bytes: Uint8Array,
): Uint8Array | undefined {
  if (!algorithm.startsWith("ecdsa-")) return bytes;
  const half = (kinds[algorithm].size ?? 0) / 2;
  // SEQUENCE { INTEGER r, INTEGER s }; the length of each fits in one byte.
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2) return undefined;
  const out = new Uint8Array(2 * half);
  let at = 2;
  for (const end of [half, 2 * half]) {
    const length = bytes[at + 1] ?? 0;
    let number = bytes.subarray(at + 2, at + 2 + length);
    if (bytes[at] !== 0x02 || length === 0 || number.length !== length) return undefined;
    const first = number[0] as number;
    const isPadded = first === 0 && length > 1;
    // Each number has one form: positive, and without a zero byte that is not needed.
    if (first >= 0x80 || (isPadded && (number[1] as number) < 0x80)) return undefined;
    if (isPadded) number = number.subarray(1);
    if (number.length > half) return undefined;
    out.set(number, end - number.length);
    at += 2 + length;
  }
  return at === bytes.length ? out : undefined;
}

type Check = (content: Content, signature: Uint8Array) => MaybePromise<boolean>;

/** The module's type only: this file loads in runtimes without the module too. */
type NodeCrypto = typeof import("node:crypto");

/** Checks signatures with Node's crypto. Content is streamed, not copied. */
export function nodeCheck(crypto: NodeCrypto, algorithm: PublicKeyAlgorithm, spki: Spki): Check {
  const key = crypto.createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  const { hash } = kinds[algorithm];
  const options = {
    key,
    dsaEncoding: "ieee-p1363" as const,
    ...(algorithm === "rsa-pss-sha256" && {
      padding: crypto.constants.RSA_PKCS1_PSS_PADDING,
      saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST,
    }),
  };
  return (content, signature) => {
    if (hash === undefined) return crypto.verify(null, joined(content), key, signature);
    const check = crypto.createVerify(hash).update(content.before).update(content.body).update(content.after);
    return check.verify(options, signature);
  };
}

/** Checks signatures with WebCrypto. */
export function webCheck(algorithm: PublicKeyAlgorithm, spki: Spki): Check {
  const { subtle } = globalThis.crypto;
  const { imported, used } = webAlgorithm(algorithm);
  const key = subtle.importKey("spki", new Uint8Array(spki), imported, false, ["verify"]);
  // A key that cannot be imported matches nothing; until it is used, its rejection counts as handled.
  const ready = key.catch(() => undefined);
  return async (content, signature) => {
    const imported = await ready;
    return (
      imported !== undefined && subtle.verify(used, imported, new Uint8Array(signature), joined(content))
    );
  };
}

function webAlgorithm(algorithm: PublicKeyAlgorithm) {
  const hash = kinds[algorithm].hash?.toUpperCase().replace("SHA", "SHA-") ?? "";
  switch (algorithm) {
    case "ed25519":
      return { imported: { name: "Ed25519" }, used: { name: "Ed25519" } };
    case "ecdsa-p256":
    case "ecdsa-p384": {
      const namedCurve = algorithm === "ecdsa-p256" ? "P-256" : "P-384";
      return { imported: { name: "ECDSA", namedCurve }, used: { name: "ECDSA", hash } };
    }
    case "rsa-pss-sha256":
      return { imported: { name: "RSA-PSS", hash }, used: { name: "RSA-PSS", saltLength: 32 } };
    default:
      return { imported: { name: "RSASSA-PKCS1-v1_5", hash }, used: { name: "RSASSA-PKCS1-v1_5" } };
  }
}
