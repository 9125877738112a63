import { type Refusal, refusals } from "./responses.js";
import { Bytes, bytesOf } from "./body-buffer.js";
import type { Load, Reading } from "./admission-control.js";
import { isGone, isTruncated, type MountedRequest } from "./node-request.js";

/** What becomes of a body. Where the sender hangs up, nothing does. */
export interface BodyTaker {
  deliver(body: Uint8Array): void;
  /** @param stalled whether the sender is not to be waited for */
  refuse(refusal: Refusal, stalled?: boolean): void;
  /** The body ended before its end, and the sender is still there. */
  misplaced(length: number): void;
}

/** Reads a body that does not arrive in one piece: capped, with a deadline, in the space that `load` has. */
export class NodeBody implements Reading {
  readonly #req: MountedRequest;
  readonly #load: Load;
  readonly #taker: BodyTaker;
  readonly #maxBytes: number;
  readonly #contentLength: number | undefined;
  readonly #bytes = new Bytes();
  readonly #onData = (part: unknown) => this.#grow(part);
  readonly #onEnd = () => this.#end();
  readonly #onGone = () => {
    const length = this.#bytes.length;
    if (this.#stop() && !isGone(this.#req)) this.#taker.misplaced(length);
  };

  constructor(
    req: MountedRequest,
    load: Load,
    taker: BodyTaker,
    maxBytes: number,
    contentLength: number | undefined,
  ) {
    this.#req = req;
    this.#load = load;
    this.#taker = taker;
    this.#maxBytes = maxBytes;
    this.#contentLength = contentLength;
  }

  get held(): number {
    return this.#bytes.length;
  }

  /** @param given what has been read of it already; an adapter's part may be text */
  start(given: Uint8Array | null): void {
    const first = given === null || given instanceof Uint8Array ? given : bytesOf(given);
    if (first === undefined) {
      this.#taker.refuse(refusals.malformed);
      return;
    }
    if (first !== null) {
      if (first.length > this.#maxBytes) {
        this.#taker.refuse(refusals.tooLarge);
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
    // Last: where there is no room at all, this one itself gives way.
    this.#load.startReading(this);
  }

  timeOut(): void {
    this.#detach();
    this.#taker.refuse(refusals.bodyTimeout, true);
  }

  giveWay(): void {
    this.#detach();
    this.#taker.refuse(refusals.overloaded, true);
  }

  #grow(given: unknown): void {
    const part = given instanceof Uint8Array ? given : bytesOf(given);
    if (part === undefined) {
      if (this.#stop()) this.#taker.refuse(refusals.malformed);
      return;
    }
    if (this.#bytes.length + part.length > this.#maxBytes) {
      if (this.#stop()) this.#taker.refuse(refusals.tooLarge);
      return;
    }
    this.#bytes.append(part, this.#contentLength);
    this.#load.hold(part.length);
  }

  #end(): void {
    const length = this.#bytes.length;
    if (!this.#load.endReading(this)) return;
    const body = this.#bytes.take();
    this.#detach();
    if (!isTruncated(this.#req, length, this.#contentLength)) this.#taker.deliver(body);
    else if (!isGone(this.#req)) this.#taker.misplaced(length);
  }

  /** @returns whether it was still being read */
  #stop(): boolean {
    const was = this.#load.endReading(this);
    this.#detach();
    return was;
  }

  #detach(): void {
    this.#bytes.take();
    const req = this.#req;
    req.off?.("data", this.#onData);
    req.off?.("end", this.#onEnd);
    req.off?.("close", this.#onGone);
    // An error after this must still find a listener: the one for errors stays.
  }
}
