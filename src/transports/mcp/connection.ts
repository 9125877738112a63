import type { Clock } from "../../base/clock.js";
import { messageOf } from "../../base/message-of.js";
import { VERSION } from "../../base/version.js";
import { isJsonObject, type JsonObject } from "../../model/json.js";
import { MCP_EVENTS, MCP_REVISION } from "../../protocol/mcp-events.js";
import type { McpSettings } from "../../settings/mcp.js";
import { McpFailure, rpcFailure } from "./failure.js";
import { eventStreamMessages } from "./server-sent.js";

/** What {@link McpConnection} takes. */
export interface McpConnectionOptions {
  readonly server: Pick<McpSettings, "url" | "auth" | "headers" | "silentAfterMs">;
  readonly clock: Clock;
}

/** When an open response counts as dead. */
export interface StreamLimit {
  readonly silentAfterMs: number;
  /** Whether comments are a sign of life. Default: only messages are. */
  readonly commentsCount?: boolean;
}

/** From a request to its whole response, milliseconds. A server verifies a webhook's endpoint meanwhile. */
const TIMEOUT_MS = 30_000;
/** Bytes of one message of a stream. */
const MOST_BYTES = 8 * 1024 * 1024;

/** JSON-RPC over Streamable HTTP in revision 2026-07-28, which has no sessions: each request stands by itself. */
export class McpConnection {
  readonly #options: McpConnectionOptions;
  #lastId = 0;

  constructor(options: McpConnectionOptions) {
    this.#options = options;
  }

  /** @throws McpFailure; the signal's reason */
  async request(method: string, params: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    const limit = this.#limit(signal, TIMEOUT_MS, `${method} had no response within ${TIMEOUT_MS} ms`);
    try {
      const response = await this.#post(method, params, limit.signal);
      for await (const message of messagesOf(response)) {
        if (isResponse(message)) return resultOf(method, message);
      }
      throw new McpFailure(`${method}: the response has no result.`);
    } catch (thrown) {
      throw limit.reasonOf(method, thrown);
    } finally {
      limit.end();
    }
  }

  /**
   * The notifications of an open response, until the server ends it. Silence beyond the limit ends it with an error.
   *
   * @throws McpFailure; the signal's reason
   */
  async *stream(
    method: string,
    params: JsonObject,
    signal: AbortSignal,
    { silentAfterMs, commentsCount }: StreamLimit = this.#options.server,
  ): AsyncGenerator<JsonObject> {
    const limit = this.#limit(signal, silentAfterMs, `${method} was silent for ${silentAfterMs} ms`);
    try {
      const response = await this.#post(method, params, limit.signal);
      const onBytes = commentsCount === true ? () => limit.again() : undefined;
      for await (const message of messagesOf(response, onBytes)) {
        limit.again();
        if (isResponse(message)) {
          resultOf(method, message);
          return;
        }
        yield message;
        // What the pipeline took its time for is not the server's silence.
        limit.again();
      }
    } catch (thrown) {
      throw limit.reasonOf(method, thrown);
    } finally {
      limit.end();
    }
  }

  async #post(method: string, params: JsonObject, signal: AbortSignal): Promise<Response> {
    const { url, headers } = this.#options.server;
    const token = await this.#token();
    this.#lastId += 1;
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": MCP_REVISION,
      "io.modelcontextprotocol/clientCapabilities": { extensions: { [MCP_EVENTS]: {} } },
      "io.modelcontextprotocol/clientInfo": { name: "earshot", version: VERSION },
    };
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "user-agent": `earshot/${VERSION}`,
        ...headers,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": MCP_REVISION,
        "mcp-method": method,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: this.#lastId, method, params: { ...params, _meta } }),
      // The token is for one host.
      redirect: "manual",
      signal,
    });
    if (response.ok) return response;
    throw await httpFailure(method, response);
  }

  async #token(): Promise<string | undefined> {
    const { auth } = this.#options.server;
    if (typeof auth !== "function") return auth;
    let made: unknown;
    try {
      made = await auth();
    } catch (cause) {
      throw new McpFailure(`\`auth\` threw: ${messageOf(cause)}`, { cause });
    }
    if (typeof made === "string" && made !== "") return made;
    throw new McpFailure("`auth` returned no token.", { isFinal: true });
  }

  /** Not by `AbortSignal.any`, which the garbage collector may take: https://github.com/nodejs/node/issues/57736. */
  #limit(signal: AbortSignal, limitMs: number, message: string) {
    const { clock } = this.#options;
    const abort = new AbortController();
    const onAbort = () => abort.abort(signal.reason);
    const onLate = () => abort.abort(new McpFailure(`${message}.`));
    let timer = clock.after(limitMs, onLate);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    return {
      signal: abort.signal,
      again() {
        timer.clear();
        timer = clock.after(limitMs, onLate);
      },
      end() {
        timer.clear();
        signal.removeEventListener("abort", onAbort);
        // An open response that is no longer read keeps its socket.
        abort.abort();
      },
      reasonOf(method: string, thrown: unknown): unknown {
        if (abort.signal.aborted) return abort.signal.reason;
        if (thrown instanceof McpFailure) return thrown;
        const { cause } = thrown as { cause?: unknown };
        const why = cause === undefined ? messageOf(thrown) : messageOf(cause);
        return new McpFailure(`${method}: the server cannot be reached: ${why}`, { cause: thrown });
      },
    };
  }
}

function messagesOf(response: Response, onBytes?: () => void): AsyncIterable<JsonObject> {
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  return isStream ? eventStreamMessages(response, MOST_BYTES, onBytes) : single(response);
}

async function* single(response: Response): AsyncGenerator<JsonObject> {
  const text = await response.text();
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (cause) {
    throw new McpFailure("The response is not JSON: is the URL an MCP endpoint?", { cause });
  }
  if (!isJsonObject(message)) throw new McpFailure("The response is no JSON-RPC message.");
  yield message;
}

function isResponse(message: JsonObject): boolean {
  return "result" in message || "error" in message;
}

/** @throws McpFailure */
function resultOf(method: string, { result, error }: JsonObject): JsonObject {
  if (error !== undefined) throw rpcFailure(method, error);
  if (isJsonObject(result)) return result;
  throw new McpFailure(`${method}: the result is no object.`);
}

/** Statuses that may pass without our doing. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

async function httpFailure(method: string, response: Response): Promise<McpFailure> {
  const { status } = response;
  const text = await response.text().catch(() => "");
  try {
    const { error } = JSON.parse(text) as JsonObject;
    if (isJsonObject(error) && typeof error.code === "number") return rpcFailure(method, error);
  } catch {
    // Not of the protocol: the status says enough.
  }
  const hint = status === 401 || status === 403 ? ": check `auth`" : "";
  return new McpFailure(`${method}: the server responded ${status}${hint}.`, {
    isFinal: status < 500 && !passing.has(status),
  });
}
