import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebhookResponse } from "../../model/source.js";
import type { MountedRequest } from "./node-request.js";

const EMPTY_HEADERS = Object.freeze({ "content-length": "0" });
const NO_HEADERS = Object.freeze({});

/** Whether a response can still be written. */
export function isOpen(res: ServerResponse): boolean {
  return !res.headersSent && !res.writableEnded && !res.destroyed;
}

/**
 * Calls back once: true when the complete response was handed to the operating system, false when the connection ended
 * before.
 *
 * @param open whether a response can still be written
 */
export function whenSent(res: ServerResponse, open: boolean, onSent: (sent: boolean) => void): void {
  if (!open) {
    onSent(false);
    return;
  }
  // Some adapters emit no end.
  if (typeof res.once !== "function") {
    onSent(true);
    return;
  }
  let isSettled = false;
  const settle = (sent: boolean) => {
    if (isSettled) return;
    isSettled = true;
    onSent(sent);
  };
  // HTTP/2 emits `finish` also for a stream that was reset.
  res.once("finish", () => settle(resetCodeOf(res) === 0));
  res.once("close", () => settle(false));
}

function resetCodeOf(res: ServerResponse): number {
  return (res as { readonly stream?: { readonly rstCode?: number } }).stream?.rstCode ?? 0;
}

/**
 * Writes a complete response.
 *
 * @param close whether the connection ends with it (HTTP/1 only; HTTP/2 has no such header)
 */
export function writeResponse(res: ServerResponse, response: WebhookResponse, close: boolean): void {
  res.writeHead(response.status, headersOf(response, close));
  res.end(response.body);
}

/**
 * Responds to a request whose body is still arriving. Closing the connection at once would discard the response with
 * the unread bytes: the sender would see a reset, and try again. So the rest is read and dropped, and only its end, or
 * the returned function, closes the connection.
 *
 * @returns a function that closes the connection
 */
export function writeAndLinger(
  req: IncomingMessage,
  res: ServerResponse,
  response: WebhookResponse,
): () => void {
  res.writeHead(response.status, headersOf(response, true));
  res.write(response.body ?? "");
  req.resume();
  return () => {
    if (!res.writableEnded) res.end();
  };
}

/** Responds on an HTTP/2 stream and closes it, so that the rest of the body is not sent. */
export function writeAndReset(req: MountedRequest, res: ServerResponse, response: WebhookResponse): void {
  writeResponse(res, response, false);
  req.stream?.close(0);
}

/**
 * Headers of frozen responses, made once. To make them for each response costs 15 % of a bare server's time for a
 * request: the copy, and Node's slower path for an object of a new shape.
 */
const readyHeaders = new WeakMap<WebhookResponse, Record<string, string>>();

function headersOf(response: WebhookResponse, close: boolean): Record<string, string> {
  if (close) return newHeadersOf(response, true);
  const ready = readyHeaders.get(response);
  if (ready !== undefined) return ready;
  const made = newHeadersOf(response, false);
  if (Object.isFrozen(response)) readyHeaders.set(response, made);
  return made;
}

function newHeadersOf(response: WebhookResponse, close: boolean): Record<string, string> {
  const { body, headers, status } = response;
  // RFC 9110, 8.6: these have no length.
  const bodiless = status === 204 || status === 304;
  if (headers === undefined && body === undefined && !close) return bodiless ? NO_HEADERS : EMPTY_HEADERS;
  const all: Record<string, string> = { ...headers };
  if (!bodiless) all["content-length"] = body === undefined ? "0" : String(Buffer.byteLength(body));
  if (close) all.connection = "close";
  return all;
}
