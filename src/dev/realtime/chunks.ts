import { randomUUID } from "node:crypto";
import { CHUNKED_TRIGGER_EVENT, type Chunk, MESSAGE_LIMIT_BYTES } from "../../protocol/pusher.js";

/** An event as it goes out: whole, or one of its parts. */
export interface Message {
  readonly event: string;
  readonly data: string;
}

/** What a chunk takes besides its piece: `{"id":"<36>","index":<n>,"chunk":"","final":false}`, rounded up. */
const ENVELOPE_BYTES = 120;

/**
 * Splits what is over the limit. The `data` of every message that comes back, a chunk's envelope and escapes
 * included, is within it; the pieces joined by index are `data` again.
 *
 * @param limitBytes default: the platform's own limit
 */
export function split(event: string, data: string, limitBytes = MESSAGE_LIMIT_BYTES): readonly Message[] {
  if (Buffer.byteLength(data) <= limitBytes) return [{ event, data }];
  const id = randomUUID();
  const pieces = cut(data, Math.max(1, limitBytes - ENVELOPE_BYTES));
  return pieces.map((piece, index) => {
    const chunk: Chunk = { id, index, chunk: piece, final: index === pieces.length - 1 };
    return { event: CHUNKED_TRIGGER_EVENT, data: JSON.stringify(chunk) };
  });
}

/** Cuts text into pieces of at most `mostBytes` bytes each once they stand in a JSON string. */
function cut(text: string, mostBytes: number): string[] {
  const pieces: string[] = [];
  let from = 0;
  let bytes = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const units = code > 0xffff ? 2 : 1;
    const size = encodedBytes(code);
    if (bytes + size > mostBytes && at > from) {
      pieces.push(text.slice(from, at));
      from = at;
      bytes = 0;
    }
    bytes += size;
    at += units;
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** What JSON.stringify makes of one code point, in bytes of UTF-8. */
function encodedBytes(code: number): number {
  if (code === 0x22 || code === 0x5c) return 2;
  // \n and its like take 2, the other control characters 6: the larger is near enough.
  if (code < 0x20) return 6;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  // A surrogate without its partner is written as an escape.
  if (code >= 0xd800 && code <= 0xdfff) return 6;
  return code > 0xffff ? 4 : 3;
}
