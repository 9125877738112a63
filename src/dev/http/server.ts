import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { EarshotError } from "../../base/errors.js";

/** The only address the platform ever listens on. */
export const LOOPBACK = "127.0.0.1";

/** Called with every request; they never throw. */
interface ServerHandlers {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** How long a request may take to come, milliseconds. */
export interface ServerTimeouts {
  readonly headersMs: number;
  readonly requestMs: number;
}

/**
 * Listens on loopback.
 *
 * @param port 0 takes any free one
 * @throws EarshotError ERR_PORT_IN_USE
 */
export async function listen(
  port: number,
  deadlines: ServerTimeouts,
  handlers: ServerHandlers,
): Promise<Server> {
  const server = createServer({
    headersTimeout: deadlines.headersMs,
    requestTimeout: deadlines.requestMs,
    // ServerTimeouts are looked at this often; Node's own 30 s would make them far longer than they say.
    connectionsCheckingInterval: Math.min(1_000, deadlines.headersMs),
    keepAliveTimeout: 5_000,
    noDelay: true,
  });
  server.on("request", (request, response) => {
    // A client that disconnects is not an error.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    handlers.request(request, response);
  });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    handlers.upgrade(request, socket, head);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    rejectUpgrade(socket, statusOf(error.code));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen(port, LOOPBACK, resolve);
  });
  return server;
}

/** The port that a server got. */
export function portOf(server: Server): number {
  const address = server.address() as AddressInfo | null;
  return address?.port ?? 0;
}

/** Answers on a bare socket, and closes it. */
export function rejectUpgrade(socket: Duplex, status: number): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const text = STATUS_CODES[status] ?? "";
  socket.end(`HTTP/1.1 ${status} ${text}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}

/** Ends every connection, whether it is in the middle of something or not. */

/** How long a streamed response has to end, milliseconds; then its connection is cut. */
const STREAM_END_MS = 100;

export async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), STREAM_END_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function statusOf(code: string | undefined): number {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return 408;
  return code === "HPE_HEADER_OVERFLOW" ? 431 : 400;
}

function listenError(error: NodeJS.ErrnoException, port: number): EarshotError {
  if (error.code === "EADDRINUSE") {
    return new EarshotError("ERR_PORT_IN_USE", `Port ${port} on ${LOOPBACK} is taken.`, { cause: error });
  }
  return new EarshotError("ERR_OPTION", `Port ${port} on ${LOOPBACK} cannot be used: ${error.message}.`, {
    cause: error,
  });
}
