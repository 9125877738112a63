import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import type { Connections } from "./connections.js";
import type { ServerHandler } from "./node-handler.js";
import { senderAddress } from "./request-head.js";
import { type RejectionResponse, rejections } from "./responses.js";
import type { ServerCore } from "./server-core.js";

const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** How often Node looks for requests that take too long. */
const CHECK_EVERY_MS = 1000;

/** An open server. */
export interface OpenServer {
  readonly url: string;
  readonly port: number;
  /** Closes the port and idle connections. @returns resolves when the last connection is gone */
  stop(): Promise<void>;
  /** Ends every connection. */
  destroy(): void;
}

/** @throws EarshotError ERR_PORT_IN_USE, ERR_OPTION */
export async function openServer(
  core: ServerCore,
  connections: Connections,
  handle: ServerHandler,
  port: number,
  host: string | undefined,
): Promise<OpenServer> {
  const { tls } = core.options;
  const server = await createServer(core);
  // Node drops headers after the first 1000, be it the body's length. `maxHeaderBytes` is the limit.
  server.maxHeadersCount = 0;
  server.on("request", (req, res) => handle(req, res, false));
  // Without this Node would send `100 Continue` before the head is checked.
  server.on("checkContinue", (req, res) => handle(req, res, true));
  server.on("checkExpectation", (_req, res) => {
    const { status, headers, body } = rejections.expectation;
    res.writeHead(status, { ...headers, connection: "close" }).end(body);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) =>
    rejectMalformed(core, connections, error, socket as Socket),
  );
  await bind(server, port, host);
  server.on("error", (cause) =>
    core.options.send({
      type: "warning",
      error: new EarshotError("ERR_SERVER", `The HTTP server failed: ${messageOf(cause)}`, { cause }),
    }),
  );
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `${tls === undefined ? "http" : "https"}://${reachableHost(host)}:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
    destroy: () => server.closeAllConnections(),
  };
}

async function createServer(core: ServerCore): Promise<Server> {
  const { limits, tls } = core.options;
  // Node accepts only whole numbers.
  const headersTimeout = Math.ceil(limits.headersTimeoutMs ?? HEADERS_TIMEOUT_MS);
  const options = {
    // Two lengths, or a length beside chunks: the parser rejects them.
    insecureHTTPParser: false,
    maxHeaderSize: Math.ceil(limits.maxHeaderBytes ?? MAX_HEADER_BYTES),
    headersTimeout,
    // Admission control ends slow bodies. This is for rejected bodies, which Node still reads.
    requestTimeout: headersTimeout + Math.ceil(limits.bodyTimeoutMs) + 2 * CHECK_EVERY_MS,
    connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, Math.ceil(headersTimeout / 4)),
    keepAliveTimeout: Math.ceil(limits.keepAliveTimeoutMs ?? KEEP_ALIVE_TIMEOUT_MS),
  };
  if (tls === undefined) return (await import("node:http")).createServer(options);
  const https = await import("node:https");
  try {
    const key = typeof tls.key === "string" ? tls.key : Buffer.from(tls.key);
    const cert = typeof tls.cert === "string" ? tls.cert : Buffer.from(tls.cert);
    return https.createServer({ ...options, handshakeTimeout: headersTimeout, key, cert });
  } catch (cause) {
    throw new EarshotError("ERR_OPTION", `\`tls\` has no valid key and certificate: ${messageOf(cause)}.`, {
      cause,
    });
  }
}

function bind(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      const where = host === undefined ? `port ${port}` : `port ${port} of ${host}`;
      reject(
        cause.code === "EADDRINUSE"
          ? new EarshotError("ERR_PORT_IN_USE", `Another process uses ${where}.`, { cause })
          : new EarshotError("ERR_OPTION", `Cannot listen on ${where}: ${cause.message}.`, { cause }),
      );
    };
    server.once("error", fail);
    server.listen(host === undefined ? { port } : { port, host }, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

/** The host at which a process of this machine reaches the server. */
function reachableHost(host: string | undefined): string {
  if (host === undefined || host === "" || host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

/** Responds to bytes that are no request, or an incomplete one, and closes the connection. */
function rejectMalformed(
  core: ServerCore,
  connections: Connections,
  error: NodeJS.ErrnoException,
  socket: Socket,
): void {
  // A response was sent; further bytes are dropped until the connection closes.
  if (socket.writableEnded && connections.isAwaiting(socket)) return;
  const gone = !socket.writable || error.code === "ECONNRESET";
  // Without a byte there is no request to respond to. If an earlier request is pending, the sender would read this
  // response as its own.
  if (gone || socket.bytesRead === 0 || connections.isAwaiting(socket)) {
    socket.destroy();
    return;
  }
  const rejection = rejectionOf(error);
  core.reportRejected(
    rejection,
    `The bytes are no valid HTTP/1.1 request: ${error.message}`,
    "",
    senderAddress(socket.remoteAddress, undefined, false),
  );
  connections.lingerRaw(socket, rawResponse(rejection));
}

function rejectionOf(error: NodeJS.ErrnoException): RejectionResponse {
  switch (error.code) {
    case "HPE_HEADER_OVERFLOW":
      return rejections.headTooLarge;
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return rejections.tooLarge;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return rejections.headTimeout;
    default:
      return rejections.malformed;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Content Too Large",
  431: "Request Header Fields Too Large",
};

/** A response as bytes: without a request there is no response object. */
function rawResponse({ status, headers, body }: RejectionResponse): string {
  const lines = Object.entries({
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n${head}\r\n${body}`;
}
