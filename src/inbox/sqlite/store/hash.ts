import { hash } from "node:crypto";

/**
 * A number for an index that stands for a text: smaller than the text, and as cheap to compare. Equal texts
 * have equal numbers; whoever finds a number still compares the text.
 */
export function hash64(text: string): bigint {
  return hash("sha256", text, "buffer").readBigInt64BE(0);
}

/** The same in 48 bits, which a JavaScript number holds: for what is read back. */
export function hash48(text: string): number {
  return hash("sha256", text, "buffer").readUIntBE(0, 6);
}
