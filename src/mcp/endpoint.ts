import { getRequestListener } from "@hono/node-server";
import type { McpHttpHandler, Server } from "@modelcontextprotocol/server";
import { EarshotError } from "../base/errors.js";
import { messageOf } from "../base/message-of.js";
import type { JsonObject } from "../model/json.js";
import type { NodeHandler } from "../transports/webhook/node-handler.js";
import { guardRequest, type RequestGuard } from "./guard.js";
import { listenRequest, renamed } from "./listen-request.js";
import { Pace, paced } from "./pace.js";
import type { McpPrincipal } from "./principal.js";

/** Serves a request of the Fetch standard. */
export type McpFetchHandler = (request: Request) => Promise<Response>;

/** Who is at the other end of a connection, and how fast it reads. */
export interface McpSession {
  readonly principal: McpPrincipal | undefined;
  /** Absent on stdio. */
  readonly pace: Pace | undefined;
}

/** What an endpoint serves: events, tools. */
export interface McpPart {
  /** Merged into what the server announces. */
  readonly capabilities: JsonObject;
  /** Adds its methods to a server; there is a new one for each request. */
  readonly register: (server: Server, session: McpSession) => void;
}

/** What {@link McpEndpoint} takes. */
export interface McpEndpointOptions {
  readonly name: string;
  readonly version: string;
  readonly instructions: string | undefined;
  readonly parts: readonly McpPart[];
  readonly guard: RequestGuard;
  /** Called before each request. Where it rejects, the request is answered with 503. */
  readonly ready: () => Promise<void>;
  readonly warn: (message: string) => void;
}

/** The principal of stdio: the user who started the process. */
const LOCAL: McpPrincipal = { id: "stdio" };

/**
 * An MCP endpoint over HTTP and stdio, carried by the official SDK: revision 2026-07-28, and the ones before with
 * `initialize`, without sessions.
 */
export class McpEndpoint {
  readonly #options: McpEndpointOptions;
  #loading: Promise<McpHttpHandler> | undefined;

  constructor(options: McpEndpointOptions) {
    this.#options = options;
  }

  readonly fetch: McpFetchHandler = async (request) => {
    const guarded = await guardRequest(this.#options.guard, request);
    if (guarded instanceof Response) return guarded;
    return await this.#serve(request, guarded.principal, undefined);
  };

  /** For `node:http` and the frameworks on it; a body that they have parsed is taken as it is. */
  node(): NodeHandler {
    const listener = getRequestListener(
      async (request, { incoming }) => {
        const guarded = await guardRequest(this.#options.guard, request);
        if (guarded instanceof Response) return guarded;
        const { body } = incoming as { readonly body?: unknown };
        return await this.#serve(request, guarded.principal, incoming.readableDidRead ? body : undefined);
      },
      { overrideGlobalObjects: false, errorHandler: (error) => this.#failed(error) },
    );
    return (req, res) => void listener(req, res);
  }

  /**
   * Serves the process's stdin and stdout. Nothing else may be written to stdout.
   *
   * @throws EarshotError ERR_PEER_MISSING
   */
  async stdio(): Promise<{ close(): Promise<void> }> {
    await this.#options.ready();
    const { Server: ServerClass } = await sdk();
    const { serveStdio, StdioServerTransport } = await import("@modelcontextprotocol/server/stdio");
    const transport = new StdioServerTransport();
    const serving = serveStdio(() => this.#server(ServerClass, { principal: LOCAL, pace: undefined }), {
      transport,
      onerror: (error) => this.#options.warn(messageOf(error)),
    });
    const take = transport.onmessage;
    transport.onmessage = (message) => take?.(renamed(message));
    return serving;
  }

  async close(): Promise<void> {
    const handler = await this.#loading?.catch(() => undefined);
    await handler?.close();
  }

  async #serve(
    request: Request,
    principal: McpPrincipal | undefined,
    parsedBody: unknown,
  ): Promise<Response> {
    const { ready, warn } = this.#options;
    let handler: McpHttpHandler;
    try {
      await ready();
      handler = await this.#handler();
    } catch (error) {
      warn(`The MCP server cannot serve: ${messageOf(error)}`);
      return new Response(null, { status: 503, headers: { "retry-after": "5" } });
    }
    const asked = await listenRequest(request, parsedBody);
    if (asked instanceof Response) return asked;
    const pace = new Pace();
    // The SDK hands this to the methods unread; the token stays out of it.
    const session: McpSession = { principal, pace };
    const authInfo = { token: "", clientId: principal?.id ?? "", scopes: [], extra: { session } };
    const response = await handler.fetch(asked.request, {
      authInfo,
      ...(asked.parsedBody === undefined ? {} : { parsedBody: asked.parsedBody }),
    });
    return paced(response, pace);
  }

  #failed(error: unknown): Response {
    this.#options.warn(`A request to the MCP server failed: ${messageOf(error)}`);
    return new Response(null, { status: 500 });
  }

  #handler(): Promise<McpHttpHandler> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<McpHttpHandler> {
    const { createMcpHandler, Server: ServerClass } = await sdk();
    return createMcpHandler(
      ({ authInfo }) => this.#server(ServerClass, authInfo?.extra?.session as McpSession),
      // What a client did wrong is in its response.
      { onerror: () => undefined },
    );
  }

  #server(ServerClass: typeof Server, session: McpSession): Server {
    const { name, version, instructions, parts } = this.#options;
    const capabilities = Object.assign({}, ...parts.map((part) => part.capabilities)) as object;
    const server = new ServerClass(
      { name, version },
      { capabilities, ...(instructions === undefined ? {} : { instructions }) },
    );
    for (const part of parts) part.register(server, session);
    return server;
  }
}

/** @throws EarshotError ERR_PEER_MISSING */
async function sdk(): Promise<typeof import("@modelcontextprotocol/server")> {
  try {
    return await import("@modelcontextprotocol/server");
  } catch (cause) {
    const message =
      "earshot/mcp needs the package @modelcontextprotocol/server: npm install @modelcontextprotocol/server";
    throw new EarshotError("ERR_PEER_MISSING", message, { cause });
  }
}
