export type { McpFetchHandler } from "./endpoint.js";
export type { McpErrorCodes } from "./events/errors.js";
export type { TriggerDescriptions } from "./events/event-list.js";
export type { McpDeliveryMode, McpEventOptions } from "./events/event-type.js";
export { bearerTokens, type McpAuthenticate, type McpPrincipal } from "./principal.js";
export { type McpServer, type McpServerOptions, mcpServer } from "./server.js";
