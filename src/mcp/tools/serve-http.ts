import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { EarshotError } from "../../base/errors.js";
import { isLoopback } from "../../base/loopback.js";
import { messageOf } from "../../base/message-of.js";
import { loadMcpSdk } from "./sdk.js";
import type { InboxTool } from "./tool.js";
import { toolServer } from "./tool-server.js";

/** What {@link serveToolsOverHttp} takes. */
export interface HttpOptions {
  /** 0: any free one. */
  readonly port: number;
  /** What every request must have as `Authorization: Bearer …`. */
  readonly token: string;
  /** Called with problems that no response reports. */
  readonly warn: (message: string) => void;
}

/** A server that runs. */
export interface RunningHttp {
  /** `http://127.0.0.1:4748/mcp` */
  readonly url: string;
  /** Ends calls that run, and closes the server. */
  readonly stop: () => Promise<void>;
}

const PATH = "/mcp";
const HOST = "127.0.0.1";
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Serves tools over Streamable HTTP on this machine only, of the protocol's revision 2026-07-28 and, without sessions, of
 * those before it. Requests without the token get 401; those of a web page on another origin, or for another host, 403.
 *
 * @throws EarshotError ERR_PEER_MISSING, ERR_PORT_IN_USE, ERR_SERVER
 */
export async function serveToolsOverHttp(
  tools: readonly InboxTool[],
  options: HttpOptions,
): Promise<RunningHttp> {
  const { port, token, warn } = options;
  const sdk = await loadMcpSdk();
  const stopping = new AbortController();
  const handler = sdk.createMcpHandler(() => toolServer(sdk, tools, { signal: stopping.signal }), {
    onerror: (error) => warn(messageOf(error)),
    maxRequestBodySize: MAX_BODY_BYTES,
  });
  const serve = async (request: Request) => rejected(request, token) ?? (await handler.fetch(request));
  const server = createServer(getRequestListener(serve, { overrideGlobalObjects: false }));
  server.listen(port, HOST);
  try {
    await once(server, "listening");
  } catch (cause) {
    const isTaken = (cause as NodeJS.ErrnoException).code === "EADDRINUSE";
    const message = isTaken ? `The port ${port} is in use.` : `The server cannot start: ${messageOf(cause)}`;
    throw new EarshotError(isTaken ? "ERR_PORT_IN_USE" : "ERR_SERVER", message, { cause });
  }
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}${PATH}`,
    async stop() {
      const closed = once(server, "close");
      stopping.abort();
      server.close();
      await handler.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The response to a request that must not be served. */
function rejected(request: Request, token: string): Response | undefined {
  // A page whose name was made to resolve to this machine has its own name here.
  const { hostname, pathname } = new URL(request.url);
  if (!isLoopback(hostname)) return rejection(403, "The host of this server is this machine only.");
  const origin = request.headers.get("origin");
  if (origin !== null && !(URL.canParse(origin) && isLoopback(new URL(origin).hostname))) {
    return rejection(403, "Pages on other origins may not call this server.");
  }
  if (!hasToken(request, token)) {
    const text =
      "Send the token that `earshot mcp --http` printed, or that EARSHOT_MCP_TOKEN has: Authorization: Bearer …";
    return rejection(401, text, { "www-authenticate": 'Bearer realm="earshot"' });
  }
  return pathname === PATH ? undefined : rejection(404, `The path is ${PATH}.`);
}

function rejection(status: number, message: string, headers: Record<string, string> = {}): Response {
  const body = { jsonrpc: "2.0", id: null, error: { code: -32_000, message } };
  return Response.json(body, { status, headers });
}

function hasToken(request: Request, token: string): boolean {
  const [, given = ""] = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  // Digests have one length, which the comparison needs.
  return timingSafeEqual(digestOf(given), digestOf(token));
}

const digestOf = (text: string) => createHash("sha256").update(text).digest();
