export type { Environment } from "./environment.js";
export type { ListenerOptions, ListenerSettings } from "./listener.js";
export type { ToolsetOptions, ToolsetSettings } from "./toolset.js";
export type { RouteOptions, WebhookOptions, WebhookSettings } from "./webhook.js";
