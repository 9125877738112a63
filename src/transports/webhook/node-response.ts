import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "../../model/source.js";
import type { MountedRequest } from "./node-request.js";

const EMPTY_HEADERS = Object.freeze({ "content-length": "0" });
const NO_HEADERS = Object.freeze({});

/** Whether an answer can still be given: nobody else has, and the sender is there. */
export function isOpen(res: ServerResponse): boolean {
  return !res.headersSent && !res.writableEnded && !res.destroyed;
}

/**
 * Calls back once, when a response that is about to be written was handed to the operating system whole (true), or when
 * the connection ended before (false).
 *
 * @param open whether it can be written at all
 */
export function whenSent(res: ServerResponse, open: boolean, onSent: (sent: boolean) => void): void {
  if (!open) {
    onSent(false);
    return;
  }
  // Adapters that only resemble a server may tell of no end.
  if (typeof res.once !== "function") {
    onSent(true);
    return;
  }
  let told = false;
  const tell = (sent: boolean) => {
    if (told) return;
    told = true;
    onSent(sent);
  };
  // HTTP/2 says `finish` of a stream that was reset, too.
  res.once("finish", () => tell(resetCodeOf(res) === 0));
  res.once("close", () => tell(false));
}

function resetCodeOf(res: ServerResponse): number {
  return (res as { readonly stream?: { readonly rstCode?: number } }).stream?.rstCode ?? 0;
}

/**
 * Writes an answer whole.
 *
 * @param close whether the connection ends with it (HTTP/1 only; HTTP/2 has no such header)
 */
export function writeAnswer(res: ServerResponse, answer: Answer, close: boolean): void {
  res.writeHead(answer.status, headersOf(answer, close));
  res.end(answer.body);
}

/**
 * Answers a request whose body is still coming. Ending the connection at once would throw the answer away with
 * the unread bytes (the sender would see a reset, and try again): so the answer is written, the rest is read and
 * dropped, and only its end, or `finish`, closes.
 *
 * @returns what closes the connection
 */
export function writeAndLinger(req: IncomingMessage, res: ServerResponse, answer: Answer): () => void {
  res.writeHead(answer.status, headersOf(answer, true));
  res.write(answer.body ?? "");
  req.resume();
  return () => {
    if (!res.writableEnded) res.end();
  };
}

/** Answers on an HTTP/2 stream and closes it: what is left of the body is not sent any more. */
export function writeAndReset(req: MountedRequest, res: ServerResponse, answer: Answer): void {
  writeAnswer(res, answer, false);
  req.stream?.close(0);
}

/**
 * Headers of answers that never change, made once. To make them for each answer costs 15 % of a bare server's time
 * for a request: the copy, and that Node goes through an object of a new kind.
 */
const readyHeaders = new WeakMap<Answer, Record<string, string>>();

function headersOf(answer: Answer, close: boolean): Record<string, string> {
  if (close || !Object.isFrozen(answer)) return newHeadersOf(answer, close);
  let ready = readyHeaders.get(answer);
  if (ready === undefined) {
    ready = newHeadersOf(answer, close);
    readyHeaders.set(answer, ready);
  }
  return ready;
}

function newHeadersOf(answer: Answer, close: boolean): Record<string, string> {
  const { body, headers, status } = answer;
  // RFC 9110, 8.6: these have no length.
  const bodiless = status === 204 || status === 304;
  if (headers === undefined && body === undefined && !close) return bodiless ? NO_HEADERS : EMPTY_HEADERS;
  const all: Record<string, string> = { ...headers };
  if (!bodiless) all["content-length"] = body === undefined ? "0" : String(Buffer.byteLength(body));
  if (close) all.connection = "close";
  return all;
}
