export type { McpDeliveryMode, McpErrorCodes } from "../protocol/mcp-events.js";
export type { McpFetchHandler } from "./endpoint.js";
export type { TriggerDescriptions } from "./events/event-list.js";
export type { McpEventOptions } from "./events/event-type.js";
export { bearerTokens, type McpAuthenticate, type McpPrincipal } from "./principal.js";
export { type McpServer, type McpServerOptions, mcpServer } from "./server.js";
