import type { AdmissionControl, Reading } from "./admission-control.js";
import { BodyBuffer, bytesOf } from "./body-buffer.js";
import { isGone, isTruncated, type MountedRequest } from "./node-request.js";
import { type RejectionResponse, rejections } from "./responses.js";

/** Gets the result of reading a body. If the sender hangs up, nothing is called. */
export interface BodyReceiver {
  deliver(body: Uint8Array): void;
  /** @param stalled whether the rest of the body is not read */
  reject(rejection: RejectionResponse, stalled?: boolean): void;
  /** The body ended early, and the sender is still connected. */
  incomplete(length: number): void;
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
    if (this.#stop() && !isGone(this.#req)) this.#receiver.incomplete(length);
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
    else if (!isGone(this.#req)) this.#receiver.incomplete(length);
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
    // The listener for errors stays: a later error without one would end the process.
  }
}
