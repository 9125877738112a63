export {
  builtInCatalog,
  builtInTools,
  type CatalogTool,
  type CatalogTrigger,
  loadCatalog,
  type PrintableTrigger,
  printTriggerTypes,
} from "../catalog/index.js";
export type { InboxView, InboxViewRecord } from "./dashboard/inbox-view.js";
export type { PlatformEvent } from "./event-bus.js";
export type { PlatformFaults } from "./faults.js";
export type { Fired, FireOptions } from "./fire.js";
export type { FiredAccount, FiredEvent, FiredInstance } from "./fired.js";
export type { CallFault } from "./http/call-faults.js";
export type {
  ModelApi,
  ModelMessage,
  ModelReply,
  ModelRequest,
  ModelTool,
  ModelToolCall,
} from "./model/conversation.js";
export type { ModelRule, ModelRules } from "./model/rules.js";
export type { ModelExchange, ModelFaults } from "./model/scripted-model.js";
export type { CatalogEntry, PlatformOptions } from "./options.js";
export { type Platform, startPlatform } from "./platform.js";
export type { RealtimeFaults } from "./realtime/faults.js";
export type { ConnectionInfo } from "./realtime/server.js";
export type { AccountSeed, AccountStatus } from "./state/accounts.js";
export type { LogEntry } from "./state/event-log.js";
export type { ToolFault } from "./tools/tool-faults.js";
export type { ToolRun } from "./tools/tool-runs.js";
export type { DeliveryAttempt } from "./webhooks/attempts.js";
export type { WebhookFaults } from "./webhooks/faults.js";
export type { World } from "./world/world.js";
