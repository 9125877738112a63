const loneSurrogate = /\p{Surrogate}/u;

/**
 * Text as it can be stored. SQLite's text is UTF-8, which cannot say half a surrogate pair, and JSON can
 * (`"\ud800"`): two ids that differ in nothing else would become one. Such text is stored as UTF-16 bytes.
 */
export function toColumn(text: string): string | Uint8Array {
  return loneSurrogate.test(text) ? Buffer.from(text, "utf16le") : text;
}

/** The other way. */
export function fromColumn(value: string | Uint8Array): string {
  return typeof value === "string"
    ? value
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("utf16le");
}
