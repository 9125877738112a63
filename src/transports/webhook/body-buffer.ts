/** The smallest buffer to grow from. */
const LEAST_BYTES = 16 * 1024;

/**
 * A body as it grows. The parts are copied together as they come: a list of parts would cost a sender one byte,
 * and us a hundred, for each part of one byte.
 */
export class Bytes {
  #buffer: Uint8Array = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param expected how long the body will be, where that is known; never believed beyond what has come */
  append(part: Uint8Array, expected: number | undefined): void {
    const length = this.#length + part.length;
    if (this.#length === 0) {
      // Not copied: a body of one part stays where it is.
      this.#buffer = part;
      this.#length = length;
      return;
    }
    if (length > this.#buffer.length) {
      let size = Math.max(length, 2 * this.#buffer.length, LEAST_BYTES);
      if (expected !== undefined && expected >= length) size = Math.min(size, expected);
      const larger = new Uint8Array(size);
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(part, this.#length);
    this.#length = length;
  }

  /** The body; nothing is held afterwards. */
  take(): Uint8Array {
    const body = this.#buffer.subarray(0, this.#length);
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
    return body;
  }
}

/**
 * A part of a body from an adapter that gives no `Uint8Array`: text as UTF-8, and the bytes of any other view.
 *
 * @returns `undefined` where the part has no bytes
 */
export function bytesOf(part: unknown): Uint8Array | undefined {
  if (typeof part === "string") return new TextEncoder().encode(part);
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  return part instanceof ArrayBuffer ? new Uint8Array(part) : undefined;
}
