/** The ways in which a server hands out its events. */
export type McpDeliveryMode = "webhook" | "push" | "poll";

/** The key of the extension among a server's capabilities. */
export const MCP_EVENTS = "io.modelcontextprotocol/events";
/** The revision of the base protocol. */
export const MCP_REVISION = "2026-07-28";
/** Names the subscription of a webhook, in lower case. */
export const MCP_SUBSCRIPTION_ID = "x-mcp-subscription-id";

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

export const mcpErrorNumbers: Readonly<Record<McpErrorCodes, Readonly<Record<McpErrorKind, number>>>> = {
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

/** The name of an error's number, whichever text the server follows. */
export function mcpErrorKind(code: unknown): McpErrorKind | undefined {
  for (const byKind of Object.values(mcpErrorNumbers)) {
    for (const [kind, number] of Object.entries(byKind)) if (number === code) return kind as McpErrorKind;
  }
  return undefined;
}
