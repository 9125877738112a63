import { type McpErrorCodes, type McpErrorKind, mcpErrorNumbers } from "../../protocol/mcp-events.js";

/** An error of a request for events, before it has its number. */
export class McpRequestError extends Error {
  readonly kind: McpErrorKind;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(kind: McpErrorKind, message: string, data?: Readonly<Record<string, unknown>>) {
    super(message);
    this.kind = kind;
    this.data = data;
  }
}

/** A JSON-RPC error, as the official SDK takes it from a handler, and as `terminated` carries it. */
export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The error with the number of a profile. */
export function numbered({ kind, message, data }: McpRequestError, codes: McpErrorCodes): JsonRpcError {
  return { code: mcpErrorNumbers[codes][kind], message, ...(data === undefined ? {} : { data }) };
}
