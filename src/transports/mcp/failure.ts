import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import { isJsonObject } from "../../model/json.js";
import { type McpErrorKind, mcpErrorKind } from "../../protocol/mcp-events.js";

/** Why a request to an MCP server failed, or a subscription ended. */
export class McpFailure extends Error {
  /** Whether the same request fails again, whatever time passes. */
  readonly isFinal: boolean;
  /** Absent where no error of the extension came. */
  readonly kind: McpErrorKind | undefined;
  /** Whether the server ended a subscription that was active. */
  readonly isEnd: boolean;

  constructor(
    message: string,
    options: {
      readonly isFinal?: boolean;
      readonly kind?: McpErrorKind | undefined;
      readonly isEnd?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.isFinal = options.isFinal ?? false;
    this.kind = options.kind;
    this.isEnd = options.isEnd ?? false;
  }
}

/** Errors that no later try changes. A callback endpoint that is down, or a full server, may pass. */
const finalKinds: ReadonlySet<McpErrorKind> = new Set([
  "InvalidParams",
  "NotFound",
  "Forbidden",
  "Unsupported",
]);
/** Method not found, invalid request, and what the base protocol rejects: version, header, capability. */
const finalNumbers: ReadonlySet<number> = new Set([-32601, -32600, -32020, -32021, -32022]);

/** The server's words are shown in a message at most so far, in characters. */
const LONGEST = 200;

/** A JSON-RPC error. @param what the subject of the message: `events/subscribe` */
export function rpcFailure(what: string, error: unknown, isEnd = false): McpFailure {
  const { code, message, data } = isJsonObject(error) ? error : {};
  const kind = mcpErrorKind(code);
  const reason =
    isJsonObject(data) && typeof data.reason === "string" ? ` (${data.reason.slice(0, 60)})` : "";
  const said = typeof message === "string" ? message.slice(0, LONGEST) : "no message";
  const name = kind ?? `error ${typeof code === "number" ? code : "without a number"}`;
  const isFinal = kind === undefined ? finalNumbers.has(code as number) : finalKinds.has(kind);
  return new McpFailure(`${what}: ${name}${reason}: ${said}`, { isFinal, kind, isEnd });
}

export function asMcpFailure(thrown: unknown): McpFailure {
  return thrown instanceof McpFailure ? thrown : new McpFailure(messageOf(thrown), { cause: thrown });
}

export function mcpError(where: string, { message, cause }: McpFailure): EarshotError {
  return new EarshotError("ERR_MCP", `${where}: ${message}`, { cause });
}
