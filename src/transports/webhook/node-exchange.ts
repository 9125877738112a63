import type { ServerResponse } from "node:http";
import type { HttpFacts } from "../../model/delivery.js";
import type { Answer } from "../../model/source.js";
import { senderAddress } from "./address.js";
import { type Refusal, refusals } from "./responses.js";
import type { Connections } from "./connections.js";
import { consumedMessage, nodeCulprit } from "./consumed-body.js";
import { type Core, contentLengthOf, isPromise, whyRefused } from "./server-core.js";
import { nodeHeaders, rawHeaders } from "./headers.js";
import { type BodyTaker, NodeBody } from "./node-body.js";
import {
  hasNoBody,
  hasParsedBody,
  isConsumed,
  isGone,
  keptBytes,
  type MountedRequest,
  peerAddress,
} from "./node-request.js";
import { isOpen, whenSent, writeAndReset, writeAnswer } from "./node-response.js";
import type { Route } from "./endpoints.js";

const NOTHING = new Uint8Array(0);
/** What is left of a refused body and is no longer than this is read, so that the connection can be kept. */
const SHORT_REST_BYTES = 64 * 1024;

/** One request and its answer. */
export class NodeExchange implements BodyTaker {
  readonly #core: Core;
  readonly #connections: Connections;
  readonly #req: MountedRequest;
  readonly #res: ServerResponse;
  /** The request target as the sender wrote it. */
  readonly #target: string;
  readonly #path: string;
  readonly #route: Route;
  readonly #contentLength: number | undefined;

  constructor(
    core: Core,
    connections: Connections,
    req: MountedRequest,
    res: ServerResponse,
    target: string,
    path: string,
    route: Route,
  ) {
    this.#core = core;
    this.#connections = connections;
    this.#req = req;
    this.#res = res;
    this.#target = target;
    this.#path = path;
    this.#route = route;
    this.#contentLength = contentLengthOf(req.headers["content-length"]);
  }

  /**
   * Looks at the head, then reads the body and delivers it.
   *
   * @param own whether it came to the door's own server: then nobody has touched it
   * @param waits whether the sender waits for `100 Continue` before it sends the body
   */
  take(own: boolean, waits: boolean): void {
    try {
      this.#take(own, waits);
    } catch (thrown) {
      this.#broken(thrown);
    }
  }

  #take(own: boolean, waits: boolean): void {
    const req = this.#req;
    const route = this.#route;
    const length = this.#contentLength;
    const refusal = this.#core.check(route, req.method ?? "", length, req.headers["content-encoding"]);
    if (refusal !== undefined) {
      this.refuse(refusal, waits);
      return;
    }
    if (!own) {
      // A stream that fails before it is listened to would end the process.
      req.on?.("error", ignore);
      const kept = keptBytes(req);
      if (kept !== undefined) {
        if (kept.length > route.maxBodyBytes) this.refuse(refusals.tooLarge);
        else this.deliver(kept);
        return;
      }
      if (isConsumed(req, length)) {
        this.refuse(refusals.consumed, false, consumedMessage(nodeCulprit(req, this.#res)));
        return;
      }
      // Gone while something before us was at work.
      if (req.destroyed && !req.readableEnded) {
        if (!isGone(req)) this.misplaced(0);
        return;
      }
    }
    // Adapters that only resemble a server may leave both headers out and still have a body: they are read.
    if (req.readableEnded || (hasNoBody(req, length) && (own || length === 0))) {
      this.deliver(NOTHING);
      return;
    }
    if (waits) this.#res.writeContinue();
    if (req.httpVersionMajor >= 2) this.#readOn(null);
    // A short body that came with its head is there as soon as the parser returns: no listener is needed for it.
    else process.nextTick(readOnce, this);
  }

  readOnce(): void {
    const req = this.#req;
    try {
      // An adapter's request may have events alone.
      const first: Uint8Array | null = typeof req.read === "function" ? req.read() : null;
      if (first !== null && first.length === this.#contentLength) this.deliver(first);
      else if (!req.destroyed) this.#readOn(first);
      else if (!isGone(req)) this.misplaced(first?.length ?? 0);
    } catch (thrown) {
      this.#broken(thrown);
    }
  }

  misplaced(length: number): void {
    if (hasParsedBody(this.#req)) {
      this.refuse(refusals.consumed, true, consumedMessage(nodeCulprit(this.#req, this.#res)));
      return;
    }
    const why = `The body ended after ${length} bytes, and its head declared ${this.#contentLength ?? "more"}.`;
    this.refuse(refusals.malformed, true, why);
  }

  /** The request or the response is none that Node would make. */
  #broken(thrown: unknown): void {
    this.#core.failed(thrown, this.#path, this.#remoteAddress(), this.#route);
    this.#writeFailed();
  }

  #writeFailed(): void {
    try {
      if (isOpen(this.#res)) writeAnswer(this.#res, refusals.failed, this.#closes());
    } catch {
      // There is nothing to answer with; the report has said so.
    }
  }

  #readOn(first: Uint8Array | null): void {
    const { maxBodyBytes } = this.#route;
    new NodeBody(this.#req, this.#core.load, this, maxBodyBytes, this.#contentLength).start(first);
  }

  deliver(body: Uint8Array): void {
    const { options } = this.#core;
    // Asked again: while the body came, others may have taken the places.
    if (this.#core.full(this.#route)) {
      this.refuse(refusals.overloaded);
      return;
    }
    const req = this.#req;
    const raw = req.rawHeaders ?? [];
    const http: HttpFacts = {
      method: req.method ?? "",
      path: this.#path,
      route: this.#route.pattern,
      target: this.#target,
      header: nodeHeaders(raw, req.headers),
      remoteAddress: this.#remoteAddress(),
    };
    // HTTP/2 may have an authority in place of a Host header.
    const host = textOf(req.headers[":authority"]);
    const request = this.#route.requests.read(http, rawHeaders(raw, req.headers), host);
    this.#core.startWork(this.#route);
    let answer: Answer | Promise<Answer>;
    try {
      answer = options.receive(
        { source: "webhook", body, receivedAt: options.clock.now(), http, request },
        this.#route.pattern,
      );
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    if (isPromise(answer)) this.#await(answer);
    else this.#answer(answer);
  }

  #await(answer: Promise<Answer>): void {
    const { socket } = this.#req;
    const core = this.#core;
    this.#connections.wait(socket);
    const onLate = () => {
      this.#connections.endWait(socket);
      this.refuse(refusals.late, true, core.whyLate());
    };
    core.awaited.add(onLate);
    // What is late keeps its place until it has ended: else there would be no bound for it.
    const end = (then: () => void) => {
      if (!core.awaited.delete(onLate)) return core.endWork(this.#route);
      this.#connections.endWait(socket);
      then();
    };
    answer.then(
      (settled) => end(() => this.#answer(settled)),
      (thrown: unknown) => end(() => this.#fail(thrown)),
    );
  }

  #answer(answer: Answer): void {
    const { onSent } = answer;
    try {
      const open = isOpen(this.#res);
      if (onSent !== undefined) whenSent(this.#res, open, onSent);
      if (open) writeAnswer(this.#res, answer, this.#closes());
    } catch (thrown) {
      // A header that cannot be sent. Its sender gets no acknowledgement.
      onSent?.(false);
      this.#fail(thrown);
      return;
    }
    this.#core.endWork(this.#route);
  }

  #fail(thrown: unknown): void {
    this.#core.failed(thrown, this.#path, this.#remoteAddress(), this.#route);
    this.#writeFailed();
    this.#core.endWork(this.#route);
  }

  /** @param stalled whether the sender is not to be waited for: it is too slow, or itself waits for our word */
  refuse(refusal: Refusal, stalled = false, why = whyRefused(refusal, this.#route)): void {
    const res = this.#res;
    this.#core.refused(refusal, why, this.#path, this.#remoteAddress(), this.#route);
    if (!isOpen(res)) return;
    try {
      this.#writeRefusal(refusal, stalled);
    } catch (thrown) {
      this.#broken(thrown);
    }
  }

  #writeRefusal(refusal: Refusal, stalled: boolean): void {
    const res = this.#res;
    if (this.#req.httpVersionMajor >= 2) writeAndReset(this.#req, res, refusal);
    else if (stalled) writeAnswer(res, refusal, true);
    else if (this.#hasRest() && typeof this.#req.socket?.destroy === "function")
      this.#connections.linger(this.#req, res, refusal);
    else writeAnswer(res, refusal, this.#closes());
  }

  /** Whether more of the body is to come than is worth reading for the sake of the connection. */
  #hasRest(): boolean {
    const req = this.#req;
    if (req.complete || req.readableEnded || hasNoBody(req, this.#contentLength)) return false;
    const length = this.#contentLength;
    return length === undefined || !(length <= SHORT_REST_BYTES);
  }

  #closes(): boolean {
    return this.#core.load.closing && this.#req.httpVersionMajor === 1;
  }

  #remoteAddress(): string | undefined {
    const req = this.#req;
    const { trustProxy } = this.#core.options;
    return senderAddress(peerAddress(req), req.headers["x-forwarded-for"], trustProxy);
  }
}

/** Apart from the exchange, so that an event that waits holds no request and no connection. */
function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function ignore(): void {}

function readOnce(exchange: NodeExchange): void {
  exchange.readOnce();
}
