/** How bytes are written in a header or a secret. `hex` and `hex-upper` are read alike: in one case, whichever. */
export type Encoding = "hex" | "hex-upper" | "base64" | "base64url";

const INVALID = 255;

function alphabet(characters: string): Uint8Array {
  const values = new Uint8Array(128).fill(INVALID);
  for (let value = 0; value < characters.length; value += 1) values[characters.charCodeAt(value)] = value;
  return values;
}

const hexLower = alphabet("0123456789abcdef");
const hexUpper = alphabet("0123456789ABCDEF");
const base64 = alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

/**
 * Decodes strictly: bytes have one text (in hex two), and every other is rejected. base64 has no URL-safe
 * alphabet and no missing padding, base64url no other alphabet and no padding; there are no line breaks and no spare bits (RFC 4648, 3.3 to 3.5); hex in one case, lower or
 * upper. A lenient decoder makes an empty key of a pasted secret, and lets a changed signature pass.
 *
 * @returns `undefined` where the text is not in the encoding
 */
export function decodeText(text: string, encoding: Encoding): Uint8Array | undefined {
  if (encoding === "base64url") return decodeBase64Url(text);
  return encoding === "base64"
    ? decodeBase64(text)
    : (decodeHex(text, hexLower) ?? decodeHex(text, hexUpper));
}

/** Why {@link decodeText} rejects a text, for a message: `has "-" or "_": …`. */
export function whyNotDecoded(text: string, encoding: Encoding): string {
  if (encoding === "base64") {
    if (/[-_]/.test(text)) return 'has "-" or "_": that is the URL-safe alphabet, not plain base64';
    if (/[^A-Za-z0-9+/=]/.test(text)) return "has a character that is not of base64";
    return "is base64 with wrong padding or spare bits";
  }
  if (encoding === "base64url") return "is not base64url without padding";
  const wrong = /[^0-9a-fA-F]/.exec(text);
  if (wrong !== null) return `has a character that is no hex digit, at position ${wrong.index + 1}`;
  return text.length % 2 === 1
    ? "has an odd number of hex digits"
    : "mixes upper-case and lower-case hex digits";
}

/** How many characters `size` bytes take. */
export function encodedLength(size: number, encoding: Encoding): number {
  if (encoding === "base64url") return Math.ceil((size * 4) / 3);
  return encoding === "base64" ? Math.ceil(size / 3) * 4 : size * 2;
}

function decodeBase64Url(text: string): Uint8Array | undefined {
  if (/[+/=]/.test(text)) return undefined;
  return decodeBase64(
    text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4),
  );
}

function decodeHex(text: string, digits: Uint8Array): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    const high = digits[text.charCodeAt(2 * at)] ?? INVALID;
    const low = digits[text.charCodeAt(2 * at + 1)] ?? INVALID;
    if (high === INVALID || low === INVALID) return undefined;
    bytes[at] = high * 16 + low;
  }
  return bytes;
}

function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const characters = text.length - padding;
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let from = 0; from < characters; from += 1) {
    const value = base64[text.charCodeAt(from)] ?? INVALID;
    if (value === INVALID) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = held >> bits;
      at += 1;
      held &= (1 << bits) - 1;
    }
  }
  return held === 0 ? bytes : undefined;
}

/** Bytes as base64. */
export function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Bytes in an encoding, as a sender writes them. */
export function encodeBytes(bytes: Uint8Array, encoding: Encoding): string {
  if (encoding === "base64") return base64Of(bytes);
  if (encoding === "base64url")
    return base64Of(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return encoding === "hex" ? hexOf(bytes) : hexOf(bytes).toUpperCase();
}

/** Bytes as lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
