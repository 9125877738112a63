import type { IncomingMessage } from "node:http";

/** What frameworks add to a request, as far as the door looks at it. */
export interface MountedRequest extends IncomingMessage {
  /** The target before a mount path was cut off (Express, Connect and their like). */
  readonly originalUrl?: unknown;
  /** Set where Express runs a route of the user's, not where it runs middleware. */
  readonly route?: unknown;
  /** What a body parser made of the body. */
  readonly body?: unknown;
  /** The exact bytes, kept by Nest's `rawBody`, by cloud functions, by a parser's `verify`. */
  readonly rawBody?: unknown;
  /** The HTTP/2 compatibility API has one. */
  readonly stream?: { readonly closed: boolean; readonly destroyed: boolean; close(code: number): void };
}

/** The exact bytes of a body that a framework has read and kept as they were. */
export function keptBytes(req: MountedRequest): Uint8Array | undefined {
  if (req.rawBody instanceof Uint8Array) return req.rawBody;
  try {
    if (req.body instanceof Uint8Array) return req.body;
  } catch {
    // Some platforms parse when `body` is first looked at, and throw at what is not JSON. It is not bytes then.
  }
  return undefined;
}

/** Whether somebody has read the body, or had it decoded, so that its bytes cannot be had any more. */
export function isConsumed(req: IncomingMessage, contentLength: number | undefined): boolean {
  if (req.readableDidRead || (req.readableEncoding ?? null) !== null) return true;
  // An adapter without a stream has given the body already, or gives it by events.
  if (typeof req.read !== "function" && hasParsedBody(req)) return true;
  // An empty body ends without anything having been read.
  return req.readableEnded && contentLength !== 0 && !hasNoBody(req, contentLength);
}

/** Whether the head of an HTTP/1 request says that no body follows (RFC 9112, 6.3). */
export function hasNoBody(req: IncomingMessage, contentLength: number | undefined): boolean {
  if (contentLength !== undefined) return contentLength === 0;
  return req.httpVersionMajor === 1 && req.headers["transfer-encoding"] === undefined;
}

/** Whether a body has ended before its end: the client hung up, or reset the stream. */
export function isTruncated(
  req: MountedRequest,
  received: number,
  contentLength: number | undefined,
): boolean {
  if (contentLength !== undefined && received !== contentLength) return true;
  if (req.httpVersionMajor >= 2) {
    // Here `complete` is true whatever happened. A stream that waits for its answer is open, unless it was reset.
    return req.aborted || req.stream === undefined || req.stream.closed || req.stream.destroyed;
  }
  // Adapters that only resemble a server leave it out.
  return req.complete === false;
}

/** Whether the sender can still be answered. An adapter may have nothing that stands for a connection. */
export function isGone(req: MountedRequest): boolean {
  try {
    const { stream } = req;
    if (req.httpVersionMajor >= 2 && (stream === undefined || stream.closed || stream.destroyed)) return true;
    return req.aborted === true || req.socket?.destroyed === true;
  } catch {
    return true;
  }
}

/** Whether a framework has left a body that is not its bytes. */
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
    // What stands for the socket in HTTP/2 throws once its session is gone.
    return undefined;
  }
}
