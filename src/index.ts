// biome-ignore-all assist/source/organizeImports: common things first, by what they are for

// What everybody uses.
export { Toolset } from "./toolset.js";
export type { ListenerHealth, ListenerState } from "./lifecycle/listener-health.js";
export { TriggerListener } from "./listener.js";
export type { AccountEvents, AccountProgress, ExpiredAccount } from "./model/account-events.js";
export type { EventOrigin, TriggerEvent } from "./model/event.js";
export type {
  ConfigOf,
  EventOf,
  PayloadOf,
  PlatformTriggers,
  TriggerMap,
  TriggerName,
  TriggerTypes,
} from "./model/triggers.js";

// Filters and callbacks.
export type { EventFilter } from "./dispatch/filter.js";
export type { EventFor, EventWith, Wanted } from "./dispatch/wanted.js";
export type { CallbackContext, CallbackOptions, Handler } from "./dispatch/callback.js";
export type { CallbackDecorator } from "./dispatch/decorate.js";
export { Drop, RetryAfter } from "./errors.js";

// Options.
export type { ListenerOptions } from "./settings/listener.js";
export type { RouteOptions, WebhookOptions } from "./settings/webhook.js";
export type { ApiVersion, ToolsetOptions } from "./settings/toolset.js";
export type { RetryPolicy } from "./retry.js";
export type { Clock, Timer } from "./clock.js";
export type { SchemaIssue, SchemaResult, StandardSchema } from "./model/standard-schema.js";

// Errors and reports.
export {
  ApiError,
  DecodeError,
  EarshotError,
  type ErrorCode,
  errorCodes,
  InvalidError,
  type Problem,
  RejectedError,
  solutionOf,
} from "./errors.js";
export {
  type DisconnectReason,
  type ListenerEvent,
  type ListenerEventOf,
  type ListenerEventType,
  sentenceOf,
  type WakeReason,
} from "./listener-events.js";
export type { WebSocketHealth, SocketState, SocketTrouble } from "./intake/socket/index.js";
export type { FetchHandler, NodeHandler } from "./intake/http/index.js";

// The inbox.
export { type MemoryInboxOptions, memoryInbox } from "./inbox/memory/index.js";
export { type OpenInboxOptions, openInbox } from "./inbox/open-inbox.js";
export type {
  Entry,
  Failure,
  Inbox,
  InboxContext,
  InboxCounts,
  InboxQuery,
  InboxRecord,
  Kept,
  Outcome,
  RecordState,
  Taken,
} from "./inbox/contract.js";

// Senders of webhooks; `earshot/verify` has them alone.
export * from "./verify/index.js";
export type { EventSource } from "./model/delivery.js";
export type { Respond, RouteResponse, StoredDelivery } from "./model/respond.js";
export type { EventRequest } from "./model/event-request.js";

// What the platform's calls take and give.
export * from "./client/types.js";
export type { EnableOptions, Entity } from "./client/entity.js";
export { Pages } from "./client/pages.js";
export type { TriggerLog } from "./model/trigger-log.js";
export type { JsonObject, JsonSchema } from "./model/json.js";
