/** What a request for events can fail with, by the names of the extension. */
export type McpErrorKind =
  | "InvalidParams"
  | "NotFound"
  | "Forbidden"
  | "ResourceExhausted"
  | "Unsupported"
  | "CallbackEndpointError";

/** `sketch`: the numbers of the first design, which hosts read today. `sep-3415`: those of the later text. */
export type McpErrorCodes = "sketch" | "sep-3415";

const numbers: Readonly<Record<McpErrorCodes, Readonly<Record<McpErrorKind, number>>>> = {
  sketch: {
    InvalidParams: -32602,
    NotFound: -32011,
    Forbidden: -32012,
    ResourceExhausted: -32013,
    Unsupported: -32014,
    CallbackEndpointError: -32015,
  },
  "sep-3415": {
    InvalidParams: -32602,
    NotFound: -32023,
    Forbidden: -32024,
    ResourceExhausted: -32025,
    Unsupported: -32026,
    CallbackEndpointError: -32027,
  },
};

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
  return { code: numbers[codes][kind], message, ...(data === undefined ? {} : { data }) };
}
