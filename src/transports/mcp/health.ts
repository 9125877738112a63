import type { McpDeliveryMode } from "../../protocol/mcp-events.js";

/** One subscription in `listener.health()`. */
export interface McpSubscriptionHealth {
  readonly event: string;
  /** How its events come. Absent before the first connection. */
  readonly mode: McpDeliveryMode | undefined;
  /** `ended`: the server no longer lets this client have the events. */
  readonly state: "connecting" | "active" | "ended";
  /** Why the last try failed. Absent where it did not. */
  readonly failure?: string | undefined;
}

/** One MCP server in `listener.health()`. */
export interface McpServerHealth {
  readonly url: string;
  readonly provider: string;
  readonly subscriptions: readonly McpSubscriptionHealth[];
}

/** The MCP servers in `listener.health()`. */
export interface McpHealth {
  readonly servers: readonly McpServerHealth[];
}
