import type { MaybePromise } from "../base/maybe-promise.js";
import type { Content } from "./content.js";

/** Hash functions an HMAC is made of. */
export type Hash = "sha1" | "sha256" | "sha512";

/** Bytes of each hash, and so of its HMAC. */
export const hashSize: Readonly<Record<Hash, number>> = { sha1: 20, sha256: 32, sha512: 64 };

/** A key that was read once, and is used for every delivery. */
export interface Key {
  /**
   * Whether one of the signatures is this key's over the content. Every signature is compared whole, in
   * constant time; each has the size that the algorithm makes.
   */
  matches(content: Content, signatures: readonly Uint8Array[]): MaybePromise<boolean>;
}

/** A key that can sign too. */
export interface MacKey extends Key {
  sign(content: Content): MaybePromise<Uint8Array>;
}

/** All that verification asks of the runtime. */
export interface Platform {
  hmac(hash: Hash, secret: Uint8Array): MacKey;
  /** @param publicKey the raw 32 bytes */
  ed25519(publicKey: Uint8Array): Key;
  /** SHA-256, lower-case hex. */
  digest(bytes: Uint8Array): MaybePromise<string>;
}
