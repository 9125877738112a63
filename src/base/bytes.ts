/** Whether `part` stands at this place. */
export function startsWith(bytes: Uint8Array, part: Uint8Array, at: number): boolean {
  for (let n = 0; n < part.length; n += 1) if (bytes[at + n] !== part[n]) return false;
  return true;
}

/** A shorter part is not searched natively: bytes that consist of its first one would take ten times as long. */
const SHORT = 8;

/** The place of `part`; -1 where it is not. In one native pass where the runtime has one. */
export function indexOfBytes(bytes: Uint8Array, part: Uint8Array, from: number): number {
  const { Buffer } = globalThis as { Buffer?: { from(b: ArrayBufferLike, o: number, l: number): NodeBytes } };
  if (Buffer !== undefined && part.length >= SHORT) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(part, from);
  }
  const [first, second] = part;
  const last = bytes.length - part.length;
  for (let at = from; at <= last; at += 1) {
    if (bytes[at] !== first || (second !== undefined && bytes[at + 1] !== second)) continue;
    if (startsWith(bytes, part, at)) return at;
  }
  return -1;
}

interface NodeBytes {
  indexOf(part: Uint8Array, from: number): number;
}

const CHUNK = 8192;

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    // A spread would read byte by byte: six times as long.
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + CHUNK) as unknown as number[]);
  }
  return text;
}
