import { plainSha256 } from "./sha256-plain.js";

/** SHA-256 of a text (as UTF-8) or of bytes, in hex. Node's own where it is, asked for when it is needed. */
export function sha256Hex(text: string | Uint8Array): string {
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  // One call instead of createHash().update().digest(): 0.6 of its time for short texts.
  if (typeof crypto?.hash === "function") return crypto.hash("sha256", text, "hex");
  return plainSha256(typeof text === "string" ? new TextEncoder().encode(text) : text);
}
