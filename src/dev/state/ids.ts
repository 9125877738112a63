import { createHash, randomBytes, randomUUID } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const NANO_LENGTH = 12;

/** Where new ids and secrets come from. */
export interface Ids {
  /** A random UUID (RFC 9562, version 4). */
  uuid(): string;
  /** `ti_JZFoTyYKzzhB`: the prefix, `_`, and 12 letters and digits. */
  nano(prefix: string): string;
  /** `byteCount` random bytes in hex. */
  secret(byteCount: number): string;
}

/**
 * @param random numbers from 0 up to but without 1: the same numbers give the same ids. Default: the system's
 *   secure randomness.
 */
export function idsFrom(random?: () => number): Ids {
  const bytes = (count: number): Uint8Array => {
    if (random === undefined) return randomBytes(count);
    return Uint8Array.from({ length: count }, () => Math.floor(random() * 256) & 0xff);
  };
  return {
    uuid: () => (random === undefined ? randomUUID() : uuidOf(bytes(16))),
    nano: (prefix) => nanoOf(prefix, bytes(NANO_LENGTH)),
    secret: (byteCount) => Buffer.from(bytes(byteCount)).toString("hex"),
  };
}

/**
 * A UUID that follows from a text. Accounts and the project get theirs so: they are the same after a restart
 * without a data directory, and a listener that reconnects finds its channel again.
 */
export function stableUuid(text: string): string {
  return uuidOf(digestOf(text));
}

/** A nano id that follows from a text. */
export function stableNano(prefix: string, text: string): string {
  return nanoOf(prefix, digestOf(text));
}

function digestOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

function nanoOf(prefix: string, bytes: Uint8Array): string {
  let id = "";
  // 256 is no multiple of 62, so some letters come a little more often: ids need no more than to differ.
  for (const byte of bytes.subarray(0, NANO_LENGTH)) id += ALPHABET.charAt(byte % ALPHABET.length);
  return `${prefix}_${id}`;
}

function uuidOf(bytes: Uint8Array): string {
  const marked = Buffer.from(bytes.subarray(0, 16));
  marked[6] = ((marked[6] ?? 0) & 0x0f) | 0x40;
  marked[8] = ((marked[8] ?? 0) & 0x3f) | 0x80;
  const hex = marked.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
