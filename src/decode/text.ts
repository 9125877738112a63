import { DecodeError, messageOf } from "../base/errors.js";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A body as text, without loss: encoding the text again gives the same bytes.
 *
 * @throws DecodeError ERR_NOT_UTF8, instead of the replacement characters that would hide what was sent
 */
export function textOf(body: Uint8Array | string): string {
  if (typeof body === "string") return body;
  try {
    return strict.decode(body);
  } catch (cause) {
    throw new DecodeError("ERR_NOT_UTF8", `The body of ${body.byteLength} bytes is not valid UTF-8.`, {
      cause,
    });
  }
}

/** A byte order mark before JSON may be ignored (RFC 8259, 8.1). */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** @throws DecodeError ERR_NOT_JSON, saying where the text stops being JSON */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DecodeError("ERR_NOT_JSON", `The body is not JSON: ${messageOf(cause)}`, { cause });
  }
}
