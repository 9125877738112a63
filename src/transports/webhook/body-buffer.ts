/** The smallest buffer that grows. */
const LEAST_BYTES = 16 * 1024;

/**
 * A growing body. Parts are copied together as they arrive: a list of parts would cost about a hundred bytes of
 * memory for each part of one byte.
 */
export class BodyBuffer {
  #buffer: Uint8Array = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param expected the declared length, if there is one; no memory is reserved for it in advance */
  append(part: Uint8Array, expected: number | undefined): void {
    const length = this.#length + part.length;
    if (this.#length === 0) {
      // Not copied: a body of one part needs no buffer.
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

  /** Returns the body and releases it. */
  drain(): Uint8Array {
    const body = this.#buffer.subarray(0, this.#length);
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
    return body;
  }
}

/**
 * A part of a body from an adapter that gives no `Uint8Array`: text as UTF-8, and the bytes of any other view.
 *
 * @returns `undefined` where the part is neither
 */
export function bytesOf(part: unknown): Uint8Array | undefined {
  if (typeof part === "string") return new TextEncoder().encode(part);
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  return part instanceof ArrayBuffer ? new Uint8Array(part) : undefined;
}
