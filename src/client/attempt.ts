import type { Dispatcher } from "undici";
import { DEV_HEADER } from "../wire/dev.js";
import { shown } from "./api-error.js";

/** One request as it goes out. */
export interface Outgoing {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** One answer, read to its end. */
export interface Incoming {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** What a local platform announces itself with. */
  readonly dev: string | undefined;
  readonly body: string;
}

/** An answer larger than this is not read to its end, bytes. The largest real one is the list of trigger types. */
const ANSWER_LIMIT_BYTES = 32 * 1024 * 1024;

/** An answer was larger than anything the platform has to say. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
  constructor(readonly status: number) {
    super(`is larger than ${ANSWER_LIMIT_BYTES / 1024 / 1024} MiB`);
  }
}

/**
 * Sends one request and reads its answer. Redirects are not followed: the key must not travel elsewhere.
 *
 * @throws what undici throws, the signal's reason, or {@link TooLarge}
 */
export async function attempt(via: Dispatcher, request: Outgoing, signal: AbortSignal): Promise<Incoming> {
  const { origin, pathname, search } = new URL(request.url);
  const answer = await via.request({
    origin,
    path: pathname + search,
    method: request.method,
    headers: { ...request.headers },
    body: request.body ?? null,
    signal,
  });
  const retryAfter = answer.headers["retry-after"];
  const dev = answer.headers[DEV_HEADER];
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > ANSWER_LIMIT_BYTES) {
      // Leaving the loop destroys the stream, and with it the connection.
      throw new TooLarge(answer.statusCode);
    }
    chunks.push(chunk);
  }
  return {
    status: answer.statusCode,
    retryAfter: typeof retryAfter === "string" ? retryAfter : undefined,
    dev: typeof dev === "string" ? dev : undefined,
    body: new TextDecoder().decode(Buffer.concat(chunks, size)),
  };
}

/** What a broken try means for the next one. */
export interface Breakage {
  /** Whether the request may have reached the platform. */
  readonly sent: boolean;
  /** Whether another try can go better. */
  readonly passing: boolean;
  /** What broke, in a few words: `ECONNRESET: read ECONNRESET`. */
  readonly detail: string;
}

/** Reads what undici threw. */
export function breakageOf(thrown: unknown): Breakage {
  const detail = detailOf(thrown);
  if (isCertificateTrouble(thrown)) return { sent: false, passing: false, detail };
  return { sent: !isBeforeSending(thrown), passing: true, detail };
}

/** Failures while connecting: by Node's name of the system call, by undici's code, or a proxy's refusal. */
function isBeforeSending(thrown: unknown): boolean {
  // Node tries a host's addresses one after the other and then throws them all at once.
  if (thrown instanceof AggregateError) return thrown.errors.every(isBeforeSending);
  const { code, syscall, message } = partsOf(thrown);
  if (syscall === "connect" || syscall === "getaddrinfo" || code === "UND_ERR_CONNECT_TIMEOUT") return true;
  // No tunnel, so nothing went through it. We know of our own aborts before we come here.
  return code === "UND_ERR_ABORTED" && /^Proxy response/.test(message);
}

function isCertificateTrouble(thrown: unknown): boolean {
  const { code } = partsOf(thrown);
  return /^(?:ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code);
}

function detailOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return detailOf(thrown.errors[0]);
  const { code, message } = partsOf(thrown);
  return shown(code === "" || message.includes(code) ? message : `${code}: ${message}`);
}

function partsOf(thrown: unknown): { code: string; syscall: string; message: string } {
  if (!(thrown instanceof Error)) return { code: "", syscall: "", message: String(thrown) };
  const { code, syscall } = thrown as { code?: unknown; syscall?: unknown };
  return {
    code: typeof code === "string" ? code : "",
    syscall: typeof syscall === "string" ? syscall : "",
    message: thrown.message,
  };
}
