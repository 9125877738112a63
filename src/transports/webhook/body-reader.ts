import type { AdmissionControl, Reading } from "./admission-control.js";
import { isGone, isTruncated, type MountedRequest } from "./node-request.js";
import { type RejectionResponse, rejections } from "./responses.js";

/** Gets the result of reading a body. */
export interface BodyReceiver {
  deliver(body: Uint8Array): void;
  /** @param stalled whether the rest of the body is not read */
  reject(rejection: RejectionResponse, stalled?: boolean): void;
  /** The body ended early, and the sender is still connected. */
  incomplete(length: number): void;
  /** The sender has hung up. */
  gone(): void;
}

/** Reads a body that does not arrive in one piece: with a limit, a deadline, and under admission control. */
export class NodeBody implements Reading {
  readonly #req: MountedRequest;
  readonly #admission: AdmissionControl;
  readonly #receiver: BodyReceiver;
  readonly #maxBytes: number;
  readonly #contentLength: number | undefined;
  readonly #bytes = new BodyBuffer();
  readonly #onData = (part: unknown) => this.#grow(part);
  readonly #onEnd = () => this.#end();
  readonly #onGone = () => {
    const length = this.#bytes.length;
    if (this.#stop()) this.#cut(length);
  };

  constructor(
    req: MountedRequest,
    admission: AdmissionControl,
    receiver: BodyReceiver,
    maxBytes: number,
    contentLength: number | undefined,
  ) {
    this.#req = req;
    this.#admission = admission;
    this.#receiver = receiver;
    this.#maxBytes = maxBytes;
    this.#contentLength = contentLength;
  }

  get heldBytes(): number {
    return this.#bytes.length;
  }

  /** @param given the part that has been read already; an adapter's part may be text */
  start(given: Uint8Array | null): void {
    const first = given === null || given instanceof Uint8Array ? given : bytesOf(given);
    if (first === undefined) {
      this.#receiver.reject(rejections.malformed);
      return;
    }
    if (first !== null) {
      if (first.length > this.#maxBytes) {
        this.#receiver.reject(rejections.tooLarge);
        return;
      }
      this.#bytes.append(first, this.#contentLength);
    }
    const req = this.#req;
    // One by one: not every adapter's `on` returns the request.
    req.on("end", this.#onEnd);
    req.on("close", this.#onGone);
    req.on("error", this.#onGone);
    req.on("data", this.#onData);
    // A listener alone does not end a pause.
    if (req.readableFlowing === false) req.resume();
    // Last: without any memory left, this body itself is evicted.
    this.#admission.startReading(this);
  }

  timeOut(): void {
    this.#detach();
    this.#receiver.reject(rejections.bodyTimeout, true);
  }

  evict(): void {
    this.#detach();
    this.#receiver.reject(rejections.overloaded, true);
  }

  #grow(given: unknown): void {
    const part = given instanceof Uint8Array ? given : bytesOf(given);
    if (part === undefined) {
      if (this.#stop()) this.#receiver.reject(rejections.malformed);
      return;
    }
    if (this.#bytes.length + part.length > this.#maxBytes) {
      if (this.#stop()) this.#receiver.reject(rejections.tooLarge);
      return;
    }
    this.#bytes.append(part, this.#contentLength);
    this.#admission.hold(part.length);
  }

  #end(): void {
    const length = this.#bytes.length;
    if (!this.#admission.endReading(this)) return;
    const body = this.#bytes.drain();
    this.#detach();
    if (!isTruncated(this.#req, length, this.#contentLength)) this.#receiver.deliver(body);
    else this.#cut(length);
  }

  #cut(length: number): void {
    if (isGone(this.#req)) this.#receiver.gone();
    else this.#receiver.incomplete(length);
  }

  /** @returns whether it was still being read */
  #stop(): boolean {
    const was = this.#admission.endReading(this);
    this.#detach();
    return was;
  }

  #detach(): void {
    this.#bytes.drain();
    const req = this.#req;
    req.off?.("data", this.#onData);
    req.off?.("end", this.#onEnd);
    req.off?.("close", this.#onGone);
    // The listener for errors stays: without one, a later error would end the process at once.
  }
}

/** A body that has ended, the rejection of one that is too large or too slow, or `undefined` where the sender is gone. */
type BodyResult = Uint8Array | RejectionResponse | undefined;

/** Reads the body of a Fetch `Request`: with a limit, a deadline, and under admission control. */
export class FetchBody implements Reading {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #admission: AdmissionControl;
  readonly #maxBytes: number;
  readonly #contentLength: number | undefined;
  readonly #bytes = new BodyBuffer();
  #over = false;
  #settle: (result: BodyResult) => void = () => {};

  constructor(
    stream: ReadableStream<Uint8Array>,
    admission: AdmissionControl,
    maxBytes: number,
    contentLength: number | undefined,
  ) {
    this.#reader = stream.getReader();
    this.#admission = admission;
    this.#maxBytes = maxBytes;
    this.#contentLength = contentLength;
  }

  get heldBytes(): number {
    return this.#bytes.length;
  }

  read(): Promise<BodyResult> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#admission.startReading(this);
      this.#pump().then(
        () => this.#end(),
        // The stream fails when the sender hangs up.
        () => this.#gone(),
      );
    });
  }

  timeOut(): void {
    this.#drop(rejections.bodyTimeout);
  }

  evict(): void {
    this.#drop(rejections.overloaded);
  }

  /**
   * Reads to the end, also after a rejection: then the parts are dropped. The stream is never canceled. Some adapters
   * throw outside of any promise when a part arrives after that, which would end the process; others reset the
   * connection, and the sender would not see its response.
   */
  async #pump(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      if (this.#over) continue;
      const part = value instanceof Uint8Array ? value : bytesOf(value);
      if (part === undefined) this.#reject(rejections.malformed);
      else if (this.#bytes.length + part.length > this.#maxBytes) this.#reject(rejections.tooLarge);
      else {
        this.#bytes.append(part, this.#contentLength);
        this.#admission.hold(part.length);
      }
    }
  }

  #reject(rejection: RejectionResponse): void {
    if (this.#admission.endReading(this)) this.#drop(rejection);
  }

  #end(): void {
    if (this.#admission.endReading(this)) this.#settle(this.#bytes.drain());
  }

  #gone(): void {
    this.#admission.endReading(this);
    this.#settle(undefined);
  }

  #drop(rejection: RejectionResponse): void {
    this.#over = true;
    this.#bytes.drain();
    this.#settle(rejection);
  }
}

/** The smallest buffer that grows. */
const LEAST_BYTES = 16 * 1024;

/**
 * A growing body. Parts are copied together as they arrive: a list of parts would cost about a hundred bytes of
 * memory for each part of one byte.
 */
class BodyBuffer {
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
function bytesOf(part: unknown): Uint8Array | undefined {
  if (typeof part === "string") return new TextEncoder().encode(part);
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  return part instanceof ArrayBuffer ? new Uint8Array(part) : undefined;
}
