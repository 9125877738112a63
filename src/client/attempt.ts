import type { Dispatcher } from "undici";
import { DEV_HEADER } from "../protocol/dev.js";
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
  /** Where a redirect leads. */
  readonly location: string | undefined;
  /** When the platform wrote it, by its own clock, as text. */
  readonly date: string | undefined;
  readonly body: string;
}

/** An answer larger than this is not read to its end, bytes. The largest real one is the list of trigger types. */
const ANSWER_LIMIT_BYTES = 32 * 1024 * 1024;

/** An answer came whole, or might have, and cannot be read. Its message ends "The answer to … ". */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
  constructor(
    readonly status: number,
    message = `is larger than ${ANSWER_LIMIT_BYTES / 1024 / 1024} MiB`,
  ) {
    super(message);
  }
}

/**
 * Sends one request and reads its answer. Redirects are not followed: the key must not travel elsewhere.
 *
 * @throws what undici throws, the signal's reason, or {@link Unreadable}
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
  const header = (name: string): string | undefined => {
    const value = answer.headers[name];
    return typeof value === "string" ? value : value?.[0];
  };
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > ANSWER_LIMIT_BYTES) {
      // Leaving the loop destroys the stream, and with it the connection.
      throw new Unreadable(answer.statusCode);
    }
    chunks.push(chunk);
  }
  return {
    status: answer.statusCode,
    retryAfter: header("retry-after"),
    dev: header(DEV_HEADER),
    location: header("location"),
    date: header("date"),
    body: await bodyText(Buffer.concat(chunks, size), header("content-encoding"), answer.statusCode),
  };
}

/** Decodes what some proxy has compressed, though nothing was asked for. */
async function bodyText(bytes: Buffer, encoding: string | undefined, status: number): Promise<string> {
  let plain = bytes;
  const said = (encoding ?? "").toLowerCase().split(",");
  // Applied in the order in which they are named (RFC 9110, 8.4).
  const names = said.map((name) => name.trim()).filter((name) => name !== "" && name !== "identity");
  // Some proxies forget to say so; no text begins with these bytes.
  if (names.length === 0 && bytes[0] === 0x1f && bytes[1] === 0x8b) names.push("gzip");
  if (bytes.byteLength > 0) {
    for (const name of names.reverse()) plain = await decompressed(plain, name, status);
  }
  return new TextDecoder().decode(plain);
}

/** @throws Unreadable where it is of another encoding, broken, or too large */
async function decompressed(bytes: Buffer, name: string, status: number): Promise<Buffer> {
  const zlib = await import("node:zlib");
  const by: Readonly<Record<string, ((...of: Parameters<typeof zlib.gunzip>) => void) | undefined>> = {
    gzip: zlib.gunzip,
    "x-gzip": zlib.gunzip,
    deflate: zlib.inflate,
    br: zlib.brotliDecompress,
  };
  const decompress = Object.hasOwn(by, name) ? by[name] : undefined;
  if (decompress === undefined) {
    throw new Unreadable(status, `is encoded as ${shown(name)}, which was not asked for and cannot be read`);
  }
  return new Promise((resolve, reject) => {
    decompress(bytes, { maxOutputLength: ANSWER_LIMIT_BYTES }, (error, plain) => {
      if (error === null) resolve(plain);
      else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
        reject(new Unreadable(status));
      else reject(new Unreadable(status, `says that it is encoded as ${name}, and is not: ${error.message}`));
    });
  });
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
