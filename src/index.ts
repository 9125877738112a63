// biome-ignore-all assist/source/organizeImports: common things first, by what they are for

// What everybody uses.
export { Toolset } from "./toolset.js";
export type { ListenerHealth, ListenerState } from "./listener-health.js";
export { TriggerListener } from "./listener.js";
export type {
  AccountEvents,
  AccountProgress,
  DisabledTrigger,
  ExpiredAccount,
} from "./model/account-events.js";
export type { EventOrigin, TriggerEvent } from "./model/event.js";
export type { SenderEventName, SenderEventOf, SenderEvents, SenderPayloadOf } from "./model/sender-events.js";
export type {
  ConfigOf,
  EventOf,
  PayloadOf,
  PlatformTriggers,
  TriggerMap,
  TriggerName,
  TriggerTypes,
} from "./model/triggers.js";

// Tools for models.
export { defineTool, hideArguments, type LocalToolOptions } from "./tools/local-tool.js";
export type { ToolList } from "./tools/tool-list.js";
export type { Entity } from "./tools/entity.js";
export type * from "./tools/types.js";
export type { CallResultOf, ModelResponse } from "./tools/clients/index.js";
export type {
  ArgumentsOf,
  DataOf,
  PlatformTools,
  ToolDefinition,
  ToolMap,
  ToolName,
  ToolResult,
  ToolTypes,
} from "./model/tools.js";

// Filters and callbacks.
export type { EventFilter, EventFor, EventWith, FilterInput } from "./callbacks/filter.js";
export type { PayloadFilter, PayloadOperators } from "./callbacks/payload-filter.js";
export { filterFromText } from "./callbacks/filter-text.js";
export { filterToText } from "./callbacks/filter-to-text.js";
export { type CallbackExplanation, explainPayload, type UnmetClause } from "./callbacks/explain.js";
export { asPrompt, type PromptOptions } from "./tools/as-prompt.js";
export type {
  CallbackContext,
  CallbackOptions,
  CoalescingOptions,
  Handler,
  OnceKey,
} from "./callbacks/callback.js";
export type { BatchHandler, CoalesceOptions, EventBatch } from "./callbacks/callback.js";
export { type BatchMember, batchMembers, listBatches, type WaitingBatch } from "./inbox/batch.js";
export { type CurrentStep, currentStep } from "./base/step-context.js";
export type { CallbackDecorator } from "./callbacks/decorate.js";
export { Drop, RetryAfter } from "./base/errors.js";

// Expected events.
export type { ExpectationHandlerOptions, ExpectOptions, ListenerExpectations } from "./pipeline/expect.js";
export type { ExpectationContext } from "./pipeline/expectations.js";
export { cancelExpectation, type Expectation, listExpectations } from "./inbox/expectation.js";

// Options.
export type { ListenerOptions } from "./settings/listener.js";
export type { McpSourceOptions, McpSubscriptionOptions } from "./settings/mcp.js";
export type { RouteOptions, WebhookOptions } from "./settings/webhook.js";
export type { ApiVersion, ToolsetOptions } from "./settings/toolset.js";
export type { BreakerOptions } from "./settings/listener.js";
export type { LimitOptions } from "./callbacks/rate-limit.js";
export type { CallbackRetry, CallbackRetryOptions, RetryPolicy, RetryProfile } from "./base/retry.js";
export type { Clock, Timer } from "./base/clock.js";
export type { SchemaIssue, SchemaResult, StandardSchema } from "./model/standard-schema.js";

// Monitoring: `earshot/prometheus` and `earshot/otel` make monitors.
export type {
  Alert,
  AlertFilter,
  AlertKind,
  AlertOptions,
  AlertSchedule,
  CountRule,
  ErrorRateRule,
  GapRule,
  LatencyRule,
  SilenceRule,
} from "./settings/alerts.js";
export type { Logger } from "./model/logger.js";
export type { ListenerMonitor } from "./model/monitor.js";

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
} from "./base/errors.js";
export type {
  DisconnectReason,
  ListenerEvent,
  ListenerEventOf,
  ListenerEventType,
  WakeReason,
} from "./base/listener-events.js";
export { sentenceOf } from "./base/listener-event-emitter.js";
export type { WebSocketDisconnect, WebSocketHealth, WebSocketState } from "./transports/websocket/health.js";
export type { FetchHandler } from "./transports/webhook/fetch-handler.js";
export type { NodeHandler } from "./transports/webhook/node-handler.js";

// The inbox.
export { type MemoryInboxOptions, memoryInbox } from "./inbox/memory/index.js";
export { type OpenInboxOptions, openInbox } from "./inbox/open-inbox.js";
export type {
  DoneKey,
  Entry,
  Failure,
  Inbox,
  InboxContext,
  InboxCounts,
  InboxQuery,
  InboxRecord,
  KeyClaim,
  StepResult,
  StoredPage,
  StoredRecord,
  StoreResult,
  Outcome,
  RecordState,
  Claimed,
} from "./inbox/contract.js";
export type { InboxMetadata, MetadataList } from "./inbox/metadata.js";

// Senders of webhooks; `earshot/verify` has them alone.
export * from "./verify/index.js";
export type { ListedEvent, PolledPage, PolledSource, SenderLog } from "./model/sender-log.js";
export { type GithubDeliveriesOptions, githubDeliveries } from "./transports/senders/github-deliveries.js";
export { type StripeEventsOptions, stripeEvents } from "./transports/senders/stripe-events.js";
export { type SvixMessagesOptions, svixMessages } from "./transports/senders/svix-messages.js";
export { type SvixPollerOptions, svixPoller } from "./transports/senders/svix-poller.js";
export type { EventSource } from "./model/delivery.js";
export type { Respond } from "./model/respond.js";
export type { EventRequest } from "./model/event-request.js";

// What the platform's calls take and give.
export * from "./client/types.js";
export { Pages } from "./client/pages.js";
export type {
  CreateEndpointOptions,
  EndpointFields,
  ListEndpointsOptions,
  WaitVerifiedOptions,
  WebhookEndpoints,
} from "./client/webhook-endpoints.js";
export type { TriggerLog } from "./model/trigger-log.js";
export type { JsonObject, JsonSchema } from "./model/json.js";
