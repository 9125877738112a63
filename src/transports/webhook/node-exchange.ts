import type { ServerResponse } from "node:http";
import type { HttpFacts } from "../../model/delivery.js";
import type { WebhookResponse } from "../../model/source.js";
import { type BodyReceiver, NodeBody } from "./body-reader.js";
import type { Connections } from "./connections.js";
import { consumedBodyMessage, nodeBodyConsumer } from "./consumed-body.js";
import type { WebhookEndpoint } from "./endpoints.js";
import {
  awaitsContinue,
  emitsOnly,
  hasNoBody,
  hasParsedBody,
  isConsumed,
  isGone,
  isPutBack,
  type MountedRequest,
  peerAddress,
  rawBodyOf,
} from "./node-request.js";
import { isOpen, whenSent, writeAndReset, writeResponse } from "./node-response.js";
import { contentLengthOf, nodeHeaders, rawHeaders, senderAddress } from "./request-head.js";
import { type RejectionResponse, rejections } from "./responses.js";
import { isPending, rejectionDetail, type ServerCore } from "./server-core.js";

const NOTHING = new Uint8Array(0);
/** The rest of a rejected body is read up to this length, so that the connection can be reused. */
const SHORT_REST_BYTES = 64 * 1024;

/** One request and its response. */
export class NodeExchange implements BodyReceiver {
  readonly #core: ServerCore;
  readonly #connections: Connections;
  readonly #req: MountedRequest;
  readonly #res: ServerResponse;
  /** The request target as the sender wrote it. */
  readonly #target: string;
  readonly #path: string;
  readonly #endpoint: WebhookEndpoint;
  #contentLength: number | undefined;

  constructor(
    core: ServerCore,
    connections: Connections,
    req: MountedRequest,
    res: ServerResponse,
    target: string,
    path: string,
    endpoint: WebhookEndpoint,
  ) {
    this.#core = core;
    this.#connections = connections;
    this.#req = req;
    this.#res = res;
    this.#target = target;
    this.#path = path;
    this.#endpoint = endpoint;
    this.#contentLength = undefined;
  }

  /**
   * Checks the head, then reads the body and delivers it.
   *
   * @param own whether it came to the listener's own server: then no framework has read it
   * @param expectsContinue whether the own server got it as one that waits for `100 Continue`
   */
  start(own: boolean, expectsContinue: boolean): void {
    try {
      this.#start(own, expectsContinue);
    } catch (thrown) {
      this.#broken(thrown);
    }
  }

  #start(own: boolean, expectsContinue: boolean): void {
    const req = this.#req;
    const endpoint = this.#endpoint;
    // It came behind a rejection that closes the connection: no response would arrive (RFC 9112, 9.6).
    if (this.#connections.isClosing(req)) return;
    // Not in the constructor: a request that is broken must not throw into the framework.
    this.#contentLength = contentLengthOf(req.headers["content-length"]);
    const length = this.#contentLength;
    const awaited = expectsContinue || (!own && awaitsContinue(req, this.#res));
    const rejection = this.#core.check(endpoint, req.method ?? "", length, req.headers["content-encoding"]);
    if (rejection !== undefined) {
      this.reject(rejection, awaited);
      return;
    }
    if (!own) {
      // An error of a stream without a listener would end the process.
      req.on?.("error", ignore);
      const raw = rawBodyOf(req);
      if (raw !== undefined) {
        if (raw.length > endpoint.maxBodyBytes) this.reject(rejections.tooLarge);
        else this.deliver(raw);
        return;
      }
      if (isPutBack(req)) {
        this.#readOn(null);
        return;
      }
      if (isConsumed(req, length)) {
        this.reject(rejections.consumed, false, consumedBodyMessage(nodeBodyConsumer(req, this.#res)));
        return;
      }
      // The sender hung up before the handler was called.
      if (req.destroyed && !req.readableEnded) {
        if (isGone(req)) this.gone();
        else this.incomplete(0);
        return;
      }
    }
    // Adapters that only resemble a server may leave both headers out and still have a body: they are read.
    if (req.readableEnded || (hasNoBody(req, length) && (own || length === 0))) {
      this.deliver(NOTHING);
      return;
    }
    if (awaited) this.#res.writeContinue();
    if (req.httpVersionMajor >= 2 || (!own && emitsOnly(req))) this.#readOn(null);
    // A short body that came with its head is there as soon as the parser returns: no listener is needed for it.
    else process.nextTick(readOnce, this);
  }

  readOnce(): void {
    const req = this.#req;
    try {
      // An adapter's request may have only events.
      const first: Uint8Array | null = typeof req.read === "function" ? req.read() : null;
      if (first !== null && first.length === this.#contentLength) this.deliver(first);
      else if (!req.destroyed) this.#readOn(first);
      else if (isGone(req)) this.gone();
      else this.incomplete(first?.length ?? 0);
    } catch (thrown) {
      this.#broken(thrown);
    }
  }

  incomplete(length: number): void {
    if (hasParsedBody(this.#req)) {
      this.reject(rejections.consumed, true, consumedBodyMessage(nodeBodyConsumer(this.#req, this.#res)));
      return;
    }
    if (this.#res.headersSent) {
      this.gone();
      return;
    }
    const why = `The body ended after ${length} bytes, and its head declared ${this.#contentLength ?? "more"}.`;
    this.reject(rejections.malformed, true, why);
  }

  gone(): void {
    if (this.#res.headersSent) this.#core.reportTaken(this.#path);
  }

  /** Node would not make a request or response like this. */
  #broken(thrown: unknown): void {
    this.#core.reportFailed(thrown, this.#path, this.#remoteAddress(), this.#endpoint);
    this.#writeFailed();
  }

  #writeFailed(): void {
    try {
      if (isOpen(this.#res)) writeResponse(this.#res, rejections.failed, this.#closes());
    } catch {
      // There is nothing to respond with, and the listener event is sent.
    }
  }

  #readOn(first: Uint8Array | null): void {
    const { maxBodyBytes } = this.#endpoint;
    new NodeBody(this.#req, this.#core.admission, this, maxBodyBytes, this.#contentLength).start(first);
  }

  deliver(body: Uint8Array): void {
    const { options } = this.#core;
    // Checked again: while the body arrived, the limit may have been reached.
    if (this.#core.full(this.#endpoint)) {
      this.reject(rejections.overloaded);
      return;
    }
    const req = this.#req;
    // An adapter may leave its stream empty beside the parsed body, and have no length.
    if (body.length === 0 && req.method !== "GET" && hasParsedBody(req)) {
      this.incomplete(0);
      return;
    }
    const raw = req.rawHeaders ?? [];
    const http: HttpFacts = {
      method: req.method ?? "",
      path: this.#path,
      route: this.#endpoint.pattern,
      target: this.#target,
      header: nodeHeaders(raw, req.headers),
      remoteAddress: this.#remoteAddress(),
    };
    // HTTP/2 may have an authority instead of a Host header.
    const host = req.httpVersionMajor >= 2 ? textOf(req.headers[":authority"]) : undefined;
    const request = this.#endpoint.requests.read(http, rawHeaders(raw, req.headers), host);
    this.#core.startWork(this.#endpoint);
    let response: WebhookResponse | Promise<WebhookResponse>;
    try {
      response = options.receive(
        // With all members that are set later: objects of one shape are read faster.
        { source: "webhook", body, receivedAt: options.clock.now(), http, request, traceparent: undefined },
        this.#endpoint,
      );
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    if (isPending(response)) this.#await(response);
    else this.#respond(response);
  }

  #await(response: Promise<WebhookResponse>): void {
    const { socket } = this.#req;
    const core = this.#core;
    this.#connections.startWait(socket);
    const onLate = () => {
      this.#connections.endWait(socket);
      this.reject(rejections.late, true, core.lateMessage());
    };
    core.awaited.add(onLate);
    // A late delivery counts until it has ended: otherwise there would be no limit for it.
    const end = (next: () => void) => {
      if (!core.awaited.delete(onLate)) return core.endWork(this.#endpoint);
      this.#connections.endWait(socket);
      next();
    };
    response.then(
      (settled) => end(() => this.#respond(settled)),
      (thrown: unknown) => end(() => this.#fail(thrown)),
    );
  }

  #respond(response: WebhookResponse): void {
    const { onSent } = response;
    try {
      const open = isOpen(this.#res);
      if (onSent !== undefined) whenSent(this.#res, open, onSent);
      if (open) writeResponse(this.#res, response, this.#closes());
      else this.gone();
    } catch (thrown) {
      // A header that cannot be sent: the sender gets no acknowledgement.
      onSent?.(false);
      this.#fail(thrown);
      return;
    }
    this.#core.endWork(this.#endpoint);
  }

  #fail(thrown: unknown): void {
    this.#core.reportFailed(thrown, this.#path, this.#remoteAddress(), this.#endpoint);
    this.#writeFailed();
    this.#core.endWork(this.#endpoint);
  }

  /** @param stalled whether the rest of the body is not read: the sender is too slow, or waits for `100 Continue` */
  reject(
    rejection: RejectionResponse,
    stalled = false,
    why = rejectionDetail(rejection, this.#endpoint),
  ): void {
    const res = this.#res;
    this.#core.reportRejected(rejection, why, this.#path, this.#remoteAddress(), this.#endpoint);
    if (!isOpen(res)) {
      this.gone();
      return;
    }
    try {
      this.#writeRejection(rejection, stalled);
    } catch (thrown) {
      this.#broken(thrown);
    }
  }

  #writeRejection(rejection: RejectionResponse, stalled: boolean): void {
    const res = this.#res;
    if (this.#req.httpVersionMajor >= 2) writeAndReset(this.#req, res, rejection);
    else if (stalled) writeResponse(res, rejection, true);
    else if (this.#hasRest() && typeof this.#req.socket?.destroy === "function")
      this.#connections.linger(this.#req, res, rejection);
    else writeResponse(res, rejection, this.#closes());
  }

  /** Whether more of the body is to come than is worth reading to reuse the connection. */
  #hasRest(): boolean {
    const req = this.#req;
    if (req.complete || req.readableEnded || hasNoBody(req, this.#contentLength)) return false;
    const length = this.#contentLength;
    return length === undefined || !(length <= SHORT_REST_BYTES);
  }

  #closes(): boolean {
    const { closing, leaving } = this.#core.admission;
    return (closing || leaving) && this.#req.httpVersionMajor === 1;
  }

  #remoteAddress(): string | undefined {
    const req = this.#req;
    const { trustProxy } = this.#core.options;
    const peer = peerAddress(req);
    return trustProxy ? senderAddress(peer, req.headers?.["x-forwarded-for"], trustProxy) : peer;
  }
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function ignore(): void {}

function readOnce(exchange: NodeExchange): void {
  exchange.readOnce();
}
