import type { Dispatcher } from "undici";
import { DEV_HEADER } from "../protocol/dev.js";
import { proxyFor } from "../settings/proxy.js";
import type { ToolsetSettings } from "../settings/toolset.js";
import { shown } from "./api-error.js";

/** Connections that may be open to the platform at one time. */
const CONNECTIONS = 16;

/**
 * Opens the connections of one client. They are kept alive between calls; idle ones are unreferenced by undici,
 * so they do not keep the process alive.
 *
 * @throws EarshotError ERR_OPTION where the base URL is reached through a proxy that is not an HTTP proxy
 */
export async function openDispatcher(settings: ToolsetSettings): Promise<Dispatcher> {
  // Loaded at the first call, not at import: undici is the heaviest dependency.
  const { Agent, ProxyAgent } = await import("undici");
  const options = {
    connections: CONNECTIONS,
    // The deadlines are ours, by our clock. Only a connect that never ends needs undici's own limit: an aborted
    // call leaves its socket connecting.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: settings.tryTimeoutMs },
  };
  const proxy = proxyFor(new URL(settings.baseUrl), settings.environment);
  return proxy === undefined ? new Agent(options) : new ProxyAgent({ ...options, uri: proxy.href });
}

/** A request to send. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A response with its whole body. */
export interface HttpResponse {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The header by which the local platform identifies itself. */
  readonly dev: string | undefined;
  /** The target of a redirect. */
  readonly location: string | undefined;
  /** The `Date` header: when the platform wrote it, by its own clock. */
  readonly date: string | undefined;
  readonly body: string;
}

/** A larger response is not read to its end, bytes. The largest real one is the list of trigger types. */
const RESPONSE_LIMIT_BYTES = 32 * 1024 * 1024;

/** A response whose body cannot be read. Its message continues "The response to … ". */
export class UnreadableBody extends Error {
  override readonly name = "UnreadableBody";
  constructor(
    readonly status: number,
    message = `is larger than ${RESPONSE_LIMIT_BYTES / 1024 / 1024} MiB`,
  ) {
    super(message);
  }
}

/**
 * Sends one request and reads its response. Redirects are not followed: the key must not travel elsewhere.
 *
 * @throws what undici throws, the signal's reason, or {@link UnreadableBody}
 */
export async function sendRequest(
  via: Dispatcher,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { origin, pathname, search } = new URL(request.url);
  const response = await via.request({
    origin,
    path: pathname + search,
    method: request.method,
    headers: { ...request.headers },
    body: request.body ?? null,
    signal,
  });
  const header = (name: string): string | undefined => {
    const value = response.headers[name];
    return typeof value === "string" ? value : value?.[0];
  };
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > RESPONSE_LIMIT_BYTES) {
      // Leaving the loop destroys the stream and its connection.
      throw new UnreadableBody(response.statusCode);
    }
    chunks.push(chunk);
  }
  return {
    status: response.statusCode,
    retryAfter: header("retry-after"),
    dev: header(DEV_HEADER),
    location: header("location"),
    date: header("date"),
    body: await bodyText(Buffer.concat(chunks, size), header("content-encoding"), response.statusCode),
  };
}

/** Decodes a body that a proxy has compressed without a request for it. */
async function bodyText(bytes: Buffer, encoding: string | undefined, status: number): Promise<string> {
  let plain = bytes;
  const said = (encoding ?? "").toLowerCase().split(",");
  // Applied in the order in which they are named (RFC 9110, 8.4).
  const names = said.map((name) => name.trim()).filter((name) => name !== "" && name !== "identity");
  // Some proxies omit the header; no text begins with these bytes.
  if (names.length === 0 && bytes[0] === 0x1f && bytes[1] === 0x8b) names.push("gzip");
  if (bytes.byteLength > 0) {
    for (const name of names.reverse()) plain = await decompressed(plain, name, status);
  }
  return new TextDecoder().decode(plain);
}

/** @throws UnreadableBody where it is of another encoding, broken, or too large */
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
    throw new UnreadableBody(
      status,
      `is encoded as ${shown(name)}, which was not asked for and cannot be read`,
    );
  }
  return new Promise((resolve, reject) => {
    decompress(bytes, { maxOutputLength: RESPONSE_LIMIT_BYTES }, (error, plain) => {
      if (error === null) resolve(plain);
      else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
        reject(new UnreadableBody(status));
      else
        reject(
          new UnreadableBody(status, `says that it is encoded as ${name}, and is not: ${error.message}`),
        );
    });
  });
}

/** The failure of one try, as the next one needs it. */
export interface NetworkFailure {
  /** Whether the request may have reached the platform. */
  readonly sent: boolean;
  /** Whether another try can succeed. */
  readonly transient: boolean;
  /** For the message: `ECONNRESET: read ECONNRESET`. */
  readonly detail: string;
}

/** Reads an error of undici. */
export function networkFailureOf(thrown: unknown): NetworkFailure {
  const detail = detailOf(thrown);
  if (isCertificateError(thrown)) return { sent: false, transient: false, detail };
  return { sent: !isBeforeSending(thrown), transient: true, detail };
}

/** Failures while connecting: by the system call, by undici's code, or by a proxy's rejection. */
function isBeforeSending(thrown: unknown): boolean {
  // Node tries a host's addresses one after the other and then throws them all at once.
  if (thrown instanceof AggregateError) return thrown.errors.every(isBeforeSending);
  const { code, syscall, message } = partsOf(thrown);
  if (syscall === "connect" || syscall === "getaddrinfo" || code === "UND_ERR_CONNECT_TIMEOUT") return true;
  // Without a tunnel nothing was sent. Our own aborts are handled before.
  return code === "UND_ERR_ABORTED" && /^Proxy response/.test(message);
}

function isCertificateError(thrown: unknown): boolean {
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
