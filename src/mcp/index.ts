export type { McpDeliveryMode, McpErrorCodes } from "../protocol/mcp-events.js";
export type { McpFetchHandler } from "./endpoint.js";
export type { TriggerDescriptions } from "./events/event-list.js";
export type { McpEventOptions } from "./events/event-type.js";
export { bearerTokens, type McpAuthenticate, type McpPrincipal } from "./principal.js";
export { type McpServer, type McpServerOptions, mcpServer } from "./server.js";
export { inboxTools } from "./tools/inbox-tools.js";
export type { InboxToolsOptions } from "./tools/options.js";
export { callTool, type HostCall, type InboxTool, type ToolAnswer } from "./tools/tool.js";
