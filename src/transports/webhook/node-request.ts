import type { IncomingMessage, ServerResponse } from "node:http";

/** The properties that frameworks add to a request, as far as they are read here. */
export interface MountedRequest extends IncomingMessage {
  /** The target before a mount path was cut off (Express, Connect and their like). */
  readonly originalUrl?: unknown;
  /** Set if Express runs a route, not if it runs middleware. */
  readonly route?: unknown;
  /** The result of a body parser. */
  readonly body?: unknown;
  /** The exact bytes, or their text, left by Nest's `rawBody`, by cloud functions, by a parser's `verify`. */
  readonly rawBody?: unknown;
  /** The HTTP/2 compatibility API has one. */
  readonly stream?: {
    readonly closed: boolean;
    readonly destroyed: boolean;
    readonly sentInfoHeaders?: readonly object[];
    close(code: number): void;
  };
}

/** The exact bytes of a body that a framework has read. */
export function rawBodyOf(req: MountedRequest): Uint8Array | undefined {
  const { rawBody } = req;
  if (rawBody instanceof Uint8Array) return rawBody;
  // As text is common: `req.rawBody = bytes.toString()`. If it is another text, its signature does not match.
  if (typeof rawBody === "string" && rawBody !== "") return new TextEncoder().encode(rawBody);
  try {
    if (req.body instanceof Uint8Array) return req.body;
  } catch {
    // Some platforms parse when `body` is first read, and throw at a body that is no JSON.
  }
  return undefined;
}

/**
 * Whether the sender waits for `100 Continue`, and has not got it: a server sends none for a handler of its
 * `checkContinue`.
 */
export function awaitsContinue(req: MountedRequest, res: ServerResponse): boolean {
  const { expect } = req.headers;
  if (typeof expect !== "string" || expect.toLowerCase() !== "100-continue") return false;
  if (req.httpVersionMajor >= 2) return req.stream !== undefined && !req.stream.sentInfoHeaders?.length;
  // Node has no public member for it in HTTP/1. An adapter's response may lack it.
  return (res as { readonly _sent100?: boolean })._sent100 === false;
}

/**
 * Whether something has read the body and puts its bytes back under the stream's own methods, as `vercel dev` does. The
 * state of the stream then says nothing.
 */
export function isPutBack(req: IncomingMessage): boolean {
  return Object.hasOwn(req, "read") && Object.hasOwn(req, "on");
}

/** Whether the body has been read or decoded, so that its exact bytes are lost. */
export function isConsumed(req: IncomingMessage, contentLength: number | undefined): boolean {
  if (req.readableDidRead || (req.readableEncoding ?? null) !== null) return true;
  // An adapter without a stream has already set the body, or emits it by events.
  if (typeof req.read !== "function" && hasParsedBody(req)) return true;
  // An empty body ends without a read.
  return req.readableEnded && contentLength !== 0 && !hasNoBody(req, contentLength);
}

/**
 * Whether the body is read by its events from the start: something listens to it already, and would take the first
 * part; or it was paused; or an adapter has no `read`, and may emit as soon as the handler returns.
 */
export function emitsOnly(req: IncomingMessage): boolean {
  return typeof req.read !== "function" || typeof req.readableFlowing === "boolean";
}

/** Whether no body follows the head of an HTTP/1 request (RFC 9112, 6.3). */
export function hasNoBody(req: IncomingMessage, contentLength: number | undefined): boolean {
  if (contentLength !== undefined) return contentLength === 0;
  return req.httpVersionMajor === 1 && req.headers["transfer-encoding"] === undefined;
}

/** Whether a body has ended early: the client hung up, or reset the stream. */
export function isTruncated(
  req: MountedRequest,
  received: number,
  contentLength: number | undefined,
): boolean {
  if (contentLength !== undefined && received !== contentLength) return true;
  if (req.httpVersionMajor >= 2) {
    // Here `complete` is always true. A stream that waits for its response is open, unless it was reset.
    return req.aborted || req.stream === undefined || req.stream.closed || req.stream.destroyed;
  }
  // Some adapters have no `complete`.
  return req.complete === false;
}

/** Whether the sender has hung up. An adapter may have no connection at all. */
export function isGone(req: MountedRequest): boolean {
  try {
    const { stream } = req;
    if (req.httpVersionMajor >= 2 && (stream === undefined || stream.closed || stream.destroyed)) return true;
    return req.aborted === true || req.socket?.destroyed === true;
  } catch {
    return true;
  }
}

/** Whether a framework has set a body that is not its exact bytes. */
export function hasParsedBody(req: MountedRequest): boolean {
  try {
    const { body } = req;
    if (typeof body === "string") return body !== "";
    if (typeof body !== "object" || body === null || body instanceof Uint8Array) return false;
    return Object.keys(body).length > 0;
  } catch {
    return true;
  }
}

/** The address at the other end of the connection. */
export function peerAddress(req: IncomingMessage): string | undefined {
  try {
    return req.socket?.remoteAddress;
  } catch {
    // The socket of HTTP/2 throws once its session is gone.
    return undefined;
  }
}
