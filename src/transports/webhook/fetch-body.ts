import type { AdmissionControl, Reading } from "./admission-control.js";
import { BodyBuffer, bytesOf } from "./body-buffer.js";
import { type RejectionResponse, rejections } from "./responses.js";

/** A complete body, the rejection of one that is too large or too slow, or `undefined` where the sender is gone. */
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
        (rejection) => this.#end(rejection),
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

  /** @returns the rejection; `undefined` where the body is complete */
  async #pump(): Promise<RejectionResponse | undefined> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done || this.#over) return undefined;
      const part = value instanceof Uint8Array ? value : bytesOf(value);
      if (part === undefined) return rejections.malformed;
      if (this.#bytes.length + part.length > this.#maxBytes) return rejections.tooLarge;
      this.#bytes.append(part, this.#contentLength);
      this.#admission.hold(part.length);
    }
  }

  #end(rejection: RejectionResponse | undefined): void {
    if (!this.#admission.endReading(this)) return;
    if (rejection !== undefined) {
      this.#drop(rejection);
      return;
    }
    const whole = this.#contentLength === undefined || this.#contentLength === this.#bytes.length;
    this.#settle(whole ? this.#bytes.drain() : undefined);
  }

  #gone(): void {
    this.#admission.endReading(this);
    this.#settle(undefined);
  }

  #drop(rejection: RejectionResponse): void {
    this.#over = true;
    this.#bytes.drain();
    this.#settle(rejection);
    this.#reader.cancel().catch(() => {});
  }
}
