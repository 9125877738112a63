import { startsWith } from "../base/bytes.js";
import { RejectedError } from "../base/errors.js";
import { boundaryOf, multipartFields } from "../base/multipart.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import { badRequest } from "./outcome.js";

/** JSON up to this size, bytes, is parsed whatever it holds: parsing costs many times as much as hashing. */
const ANY_JSON_BYTES = 256 * 1024;
/** Larger JSON is parsed if it is mostly text, and up to this size, bytes. SNS wraps 256 KiB of text, escaped. */
const TEXT_JSON_BYTES = 2 * 1024 * 1024;
/** Bytes outside of strings, in larger JSON: brackets, numbers, quotes. */
const MOST_OUTSIDE = 64 * 1024;
/** Fields of a form, and bytes of one that may have a part of a signature. Longer ones and files are passed over. */
const MOST_FIELDS = 1000;
const LONGEST_FIELD = 512;

/** Characters of a boundary in a large body. True ones have more; the search for a short one takes long. */
const LEAST_BOUNDARY = 8;
/** Blanks before JSON, bytes. */
const MOST_BLANKS = 4096;

const [TAB, LINE, RETURN, SPACE, QUOTE, AND, BACKSLASH, OBJECT] = [9, 10, 13, 32, 0x22, 0x26, 0x5c, 0x7b];
const byteOrderMark = Uint8Array.of(0xef, 0xbb, 0xbf);

/**
 * The members of a body that has its signature in itself: all of JSON, the short fields of a form. The body is
 * anybody's, so what is read of it is bounded.
 *
 * @returns `undefined` where it is neither
 * @throws RejectedError ERR_BODY_TOO_LARGE, ERR_SIGNATURE_MALFORMED
 */
export function readUnverified(body: Uint8Array, contentType: string | undefined): JsonObject | undefined {
  // Mailgun sends a multipart form where a message has attachments.
  const boundary = boundaryOf(contentType);
  if (boundary !== undefined) {
    if (boundary.length < LEAST_BOUNDARY && body.length > ANY_JSON_BYTES) {
      throw badRequest(
        "ERR_SIGNATURE_MALFORMED",
        "The form's boundary is too short for a body of this size.",
      );
    }
    const fields = multipartFields(body, boundary, LONGEST_FIELD);
    if (fields !== undefined) return Object.fromEntries(fields);
  }
  if (!beginsObject(body)) return Object.fromEntries(shortFields(body));
  const isCheap =
    body.length <= ANY_JSON_BYTES || (body.length <= TEXT_JSON_BYTES && bytesOutside(body) <= MOST_OUTSIDE);
  if (!isCheap) {
    throw new RejectedError(
      "ERR_BODY_TOO_LARGE",
      413,
      `The body has ${body.length} bytes of JSON, which is more than is parsed before its signature is checked.`,
    );
  }
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === LINE || byte === RETURN || byte === TAB;
}

function beginsObject(body: Uint8Array): boolean {
  let at = startsWith(body, byteOrderMark, 0) ? byteOrderMark.length : 0;
  while (at < MOST_BLANKS && isBlank(body[at])) at += 1;
  return body[at] === OBJECT;
}

/** Bytes of JSON that are neither in a string nor blank. One pass, which stops above the most that are allowed. */
function bytesOutside(body: Uint8Array): number {
  let outside = 0;
  for (let at = 0; at < body.length && outside <= MOST_OUTSIDE; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) {
      for (at += 1; at < body.length && body[at] !== QUOTE; at += 1) if (body[at] === BACKSLASH) at += 1;
      outside += 2;
    } else if (!isBlank(byte)) outside += 1;
  }
  return outside;
}

function shortFields(body: Uint8Array): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  const decoder = new TextDecoder();
  let count = 0;
  for (let at = 0; at < body.length; count += 1) {
    if (count === MOST_FIELDS) {
      throw badRequest("ERR_SIGNATURE_MALFORMED", `The form has more than ${MOST_FIELDS} fields.`);
    }
    const and = body.indexOf(AND, at);
    const to = and === -1 ? body.length : and;
    if (to - at <= LONGEST_FIELD) found.push(...new URLSearchParams(decoder.decode(body.subarray(at, to))));
    at = to + 1;
  }
  return found;
}
