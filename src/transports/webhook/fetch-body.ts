import { type Refusal, refusals } from "./responses.js";
import { Bytes, bytesOf } from "./body-buffer.js";
import type { Load, Reading } from "./admission-control.js";

/** A whole body, the refusal of one that is too large or too slow, or `undefined` where the sender is gone. */
type Outcome = Uint8Array | Refusal | undefined;

/** Reads the body of a Fetch `Request`: capped, with a deadline, in the space that `load` has. */
export class FetchBody implements Reading {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #load: Load;
  readonly #maxBytes: number;
  readonly #contentLength: number | undefined;
  readonly #bytes = new Bytes();
  #over = false;
  #settle: (outcome: Outcome) => void = () => {};

  constructor(
    stream: ReadableStream<Uint8Array>,
    load: Load,
    maxBytes: number,
    contentLength: number | undefined,
  ) {
    this.#reader = stream.getReader();
    this.#load = load;
    this.#maxBytes = maxBytes;
    this.#contentLength = contentLength;
  }

  get held(): number {
    return this.#bytes.length;
  }

  read(): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#load.startReading(this);
      this.#pump().then(
        (refusal) => this.#end(refusal),
        // The stream fails when the sender hangs up.
        () => this.#gone(),
      );
    });
  }

  timeOut(): void {
    this.#drop(refusals.bodyTimeout);
  }

  giveWay(): void {
    this.#drop(refusals.overloaded);
  }

  /** @returns why the body is not taken; `undefined` where it is all here */
  async #pump(): Promise<Refusal | undefined> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done || this.#over) return undefined;
      const part = value instanceof Uint8Array ? value : bytesOf(value);
      if (part === undefined) return refusals.malformed;
      if (this.#bytes.length + part.length > this.#maxBytes) return refusals.tooLarge;
      this.#bytes.append(part, this.#contentLength);
      this.#load.hold(part.length);
    }
  }

  #end(refusal: Refusal | undefined): void {
    if (!this.#load.endReading(this)) return;
    if (refusal !== undefined) {
      this.#drop(refusal);
      return;
    }
    const whole = this.#contentLength === undefined || this.#contentLength === this.#bytes.length;
    this.#settle(whole ? this.#bytes.take() : undefined);
  }

  #gone(): void {
    this.#load.endReading(this);
    this.#settle(undefined);
  }

  #drop(refusal: Refusal): void {
    this.#over = true;
    this.#bytes.take();
    this.#settle(refusal);
    this.#reader.cancel().catch(() => {});
  }
}
