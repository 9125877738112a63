import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { EarshotError, messageOf } from "../../base/errors.js";
import { senderAddress } from "./address.js";
import { type Refusal, refusals } from "./responses.js";
import type { Connections } from "./connections.js";
import type { Core } from "./server-core.js";
import type { OwnHandler } from "./node-handler.js";

const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** How often Node looks for requests that take too long. */
const CHECK_EVERY_MS = 1000;

/** An open server. */
export interface OpenServer {
  readonly url: string;
  readonly port: number;
  /** Closes the port and resting connections. @returns resolves when the last connection is gone */
  stop(): Promise<void>;
  /** Cuts every connection off. */
  destroy(): void;
}

/** @throws EarshotError ERR_PORT_IN_USE, ERR_OPTION */
export async function openServer(
  core: Core,
  connections: Connections,
  handle: OwnHandler,
  port: number,
  host: string | undefined,
): Promise<OpenServer> {
  const { tls } = core.options;
  const server = await createServer(core);
  server.on("request", (req, res) => handle(req, res, false));
  // Without this Node would ask for every body before we have seen the head.
  server.on("checkContinue", (req, res) => handle(req, res, true));
  server.on("checkExpectation", (_req, res) => {
    const { status, headers, body } = refusals.expectation;
    res.writeHead(status, { ...headers, connection: "close" }).end(body);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) =>
    answerMalformed(core, connections, error, socket as Socket),
  );
  await bind(server, port, host);
  server.on("error", (cause) =>
    core.options.send({
      type: "warning",
      error: new EarshotError("ERR_SERVER", `The HTTP server has trouble: ${messageOf(cause)}`, { cause }),
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

async function createServer(core: Core): Promise<Server> {
  const { limits, tls } = core.options;
  // Node takes whole numbers alone.
  const headersTimeout = Math.ceil(limits.headersTimeoutMs ?? HEADERS_TIMEOUT_MS);
  const options = {
    // Two lengths, a length beside chunks and the like: refused by the parser, never guessed at.
    insecureHTTPParser: false,
    maxHeaderSize: Math.ceil(limits.maxHeaderBytes ?? MAX_HEADER_BYTES),
    headersTimeout,
    // The door ends slow bodies itself. This is for what it has answered and Node still reads.
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
    throw new EarshotError("ERR_OPTION", `\`tls\` has no sound key and certificate: ${messageOf(cause)}.`, {
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
          ? new EarshotError("ERR_PORT_IN_USE", `Another process has ${where}.`, { cause })
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

/** Where a process of this machine reaches the server. */
function reachableHost(host: string | undefined): string {
  if (host === undefined || host === "" || host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

/** Answers bytes that are no request, or never became one, and closes the connection. */
function answerMalformed(
  core: Core,
  connections: Connections,
  error: NodeJS.ErrnoException,
  socket: Socket,
): void {
  // It has been answered, and what it goes on to send is dropped until it closes.
  if (socket.writableEnded && connections.isTaken(socket)) return;
  const gone = !socket.writable || error.code === "ECONNRESET";
  // A connection that asked nothing is told nothing; where an earlier request waits for its answer, our words
  // would be taken for that.
  if (gone || socket.bytesRead === 0 || connections.isTaken(socket)) {
    socket.destroy();
    return;
  }
  const refusal = refusalOf(error);
  core.refused(
    refusal,
    `What came is not HTTP/1.1 as the door takes it: ${error.message}`,
    "",
    senderAddress(socket.remoteAddress, undefined, false),
  );
  connections.lingerRaw(socket, rawAnswer(refusal));
}

function refusalOf(error: NodeJS.ErrnoException): Refusal {
  switch (error.code) {
    case "HPE_HEADER_OVERFLOW":
      return refusals.headTooLarge;
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return refusals.tooLarge;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return refusals.headTimeout;
    default:
      return refusals.malformed;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Content Too Large",
  431: "Request Header Fields Too Large",
};

/** An answer as it goes over the wire: there is no response object where there was no request. */
function rawAnswer({ status, headers, body }: Refusal): string {
  const lines = Object.entries({
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n${head}\r\n${body}`;
}
