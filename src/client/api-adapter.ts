import type { JsonObject } from "../model/json.js";
import type { LogDoubt } from "../model/platform.js";
import type { ToolDefinition, ToolResult } from "../model/tools.js";
import type { TriggerLog } from "../model/trigger-log.js";
import type { ApiVersion } from "../settings/toolset.js";
import type {
  ActiveTrigger,
  ApiKey,
  AppEndpoint,
  AppEndpointEntry,
  ConnectedAccount,
  EnabledTrigger,
  SetupField,
  Trigger,
  Webhook,
  WebhookEventType,
} from "./types.js";

/** Values that a query matches, any of them; empty for all. */
type Values = readonly string[];

/** Which trigger types to list. */
export interface TriggerQuery {
  readonly appNames: Values;
  readonly triggerNames: Values;
  readonly connectedAccountIds: Values;
  readonly integrationIds: Values;
  readonly showEnabledOnly: boolean;
}

/** Which trigger instances to list. */
export interface ActiveTriggerQuery {
  readonly triggerIds: Values;
  readonly triggerNames: Values;
  readonly connectedAccountIds: Values;
  readonly integrationIds: Values;
  readonly entityIds: Values;
  readonly showDisabled: boolean;
}

/** Which connected accounts to list. */
export interface AccountQuery {
  readonly entityIds: Values;
  readonly appNames: Values;
  readonly integrationIds: Values;
  readonly connectedAccountIds: Values;
  readonly statuses: Values;
}

/** Matches every trigger instance, disabled ones included. */
export const everyInstance: ActiveTriggerQuery = {
  triggerIds: [],
  triggerNames: [],
  connectedAccountIds: [],
  integrationIds: [],
  entityIds: [],
  showDisabled: true,
};

/** Matches every connected account. */
export const everyAccount: AccountQuery = {
  entityIds: [],
  appNames: [],
  integrationIds: [],
  connectedAccountIds: [],
  statuses: [],
};

/** Which tools to list. */
export interface ToolQuery {
  readonly appNames: Values;
  readonly names: Values;
  readonly tags: Values;
  readonly search: string | undefined;
  /** The most tools to list: a hint for the size of a page. */
  readonly limit: number;
}

/** Which lines of the trigger log to list. Times are epoch milliseconds; `since` inclusive, `until` exclusive. */
export interface LogQuery {
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly status: "success" | "error" | undefined;
  readonly search: string | undefined;
  /** The platform can filter by a single one; several are filtered afterwards. */
  readonly connectedAccountIds: Values;
  readonly integrationIds: Values;
  readonly entityIds: Values;
  /** The most lines to list: a hint for the size of a page. */
  readonly limit: number;
}

type Signal = AbortSignal | undefined;
type PagesOf<Item> = AsyncIterable<readonly Item[]>;

/** Trigger types. */
export interface TriggerCalls {
  list(query: TriggerQuery, signal: Signal): PagesOf<Trigger>;
  /** @returns `undefined` where the platform does not know the name */
  get(name: string, signal: Signal): Promise<Trigger | undefined>;
  names(signal: Signal): Promise<readonly string[]>;
}

/** The account to enable a trigger for. */
export interface EnableTarget {
  /** `undefined`: the platform uses the entity's first active account. Only where `platformChoosesAccount`. */
  readonly connectedAccountId: string | undefined;
  /** The owner of the account. Some projects reject an account without its owner. */
  readonly entityId: string | undefined;
}

/** Trigger instances: triggers that were enabled for an account. */
export interface InstanceCalls {
  /** Whether the platform finds the entity's account by itself. */
  readonly platformChoosesAccount: boolean;
  enable(
    triggerName: string,
    target: EnableTarget,
    config: Readonly<Record<string, unknown>>,
    signal: Signal,
  ): Promise<EnabledTrigger>;
  setEnabled(triggerId: string, enabled: boolean, signal: Signal): Promise<void>;
  delete(triggerId: string, signal: Signal): Promise<void>;
  active(query: ActiveTriggerQuery, signal: Signal): PagesOf<ActiveTrigger>;
}

/** The trigger log. */
export interface LogCalls {
  /** Newest first. Conditions that the platform cannot filter by are ignored, except the times. */
  newestFirst(query: LogQuery, signal: Signal): PagesOf<TriggerLog>;
  /**
   * Without holding more than a few pages of lines in memory.
   *
   * @param onDoubt called for each reason why a line of the range may not have been read
   */
  oldestFirst(
    range: { readonly since: number; readonly until: number },
    signal: Signal,
    onDoubt: (doubt: LogDoubt) => void,
  ): AsyncIterable<TriggerLog>;
}

/** What to set beside a webhook's URL. */
export interface SubscriptionRequest {
  readonly version: "V1" | "V2" | "V3" | undefined;
  /** Exactly these event types. `undefined`: as they are, and those of triggers. */
  readonly events: Values | undefined;
  /** In addition to the present ones. */
  readonly alsoEvents: Values;
}

/** Where the platform sends webhooks, and with which secret. */
export interface WebhookCalls {
  current(signal: Signal): Promise<{ readonly url: string | undefined; readonly secret: string | undefined }>;
  set(url: string, settings: SubscriptionRequest, signal: Signal): Promise<Webhook>;
  eventTypes(signal: Signal): Promise<readonly WebhookEventType[]>;
  /** Ends webhooks. Succeeds where there are none. */
  delete(signal: Signal): Promise<void>;
  /** @returns the new secret */
  rotateSecret(signal: Signal): Promise<string>;
}

/** Endpoints at the platform that receive the events of one's own OAuth apps. Generation 3 only. */
export interface WebhookEndpointCalls {
  list(app: string | undefined, signal: Signal): Promise<readonly AppEndpointEntry[]>;
  setupFields(app: string, signal: Signal): Promise<readonly SetupField[]>;
  create(app: string, clientId: string, signal: Signal): Promise<AppEndpoint>;
  get(id: string, signal: Signal): Promise<AppEndpoint>;
  /** @param act `update` keeps the fields that `fields` leaves out */
  store(
    act: "update" | "replace",
    id: string,
    fields: Readonly<Record<string, string>>,
    signal: Signal,
  ): Promise<AppEndpoint>;
}

/** Connected accounts. */
export interface AccountCalls {
  list(query: AccountQuery, signal: Signal): PagesOf<ConnectedAccount>;
  get(id: string, signal: Signal): Promise<ConnectedAccount>;
  /** Begins a connection that a person completes on a page. */
  link(request: LinkRequest, signal: Signal): Promise<LinkedAccount>;
  /** Connects with credentials, without a page. */
  create(request: CreateAccountRequest, signal: Signal): Promise<LinkedAccount>;
  setEnabled(id: string, enabled: boolean, signal: Signal): Promise<void>;
  delete(id: string, signal: Signal): Promise<void>;
}

/** The integration and the entity of a new account. */
export interface LinkRequest {
  readonly integrationId: string;
  readonly entityId: string;
  readonly callbackUrl: string | undefined;
}

/** A new account that needs no page. */
export interface CreateAccountRequest {
  readonly integrationId: string;
  readonly entityId: string;
  /** `API_KEY` */
  readonly scheme: string;
  readonly credentials: Readonly<Record<string, string>>;
}

/** An account that was begun. */
export interface LinkedAccount {
  readonly connectedAccountId: string;
  /** The page on which a person connects it; `undefined` where none is needed. */
  readonly redirectUrl: string | undefined;
}

/** An integration: how accounts of an app are connected. */
export interface Integration {
  readonly id: string;
  readonly scheme: string | undefined;
  readonly enabled: boolean;
}

/** How an app takes credentials without a page. */
export interface KeyScheme {
  /** `API_KEY` */
  readonly scheme: string;
  /** The names of the required credentials. */
  readonly fields: readonly string[];
}

/** Apps, and how their accounts are connected. */
export interface AppCalls {
  names(signal: Signal): Promise<readonly string[]>;
  /** @returns `undefined` where the app has no such scheme, or does not exist */
  keyScheme(appName: string, signal: Signal): Promise<KeyScheme | undefined>;
  integrations(appName: string, signal: Signal): Promise<readonly Integration[]>;
  /** @param scheme of the app's credentials. Default: the platform's own OAuth application */
  createIntegration(appName: string, scheme: string | undefined, signal: Signal): Promise<string>;
}

/** What an execution needs beside the tool's name. */
export interface ExecuteRequest {
  readonly arguments: JsonObject;
  readonly text: string | undefined;
  readonly entityId: string;
  readonly connectedAccountId: string | undefined;
  readonly version: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/** Tools: actions that an app can carry out. */
export interface ToolCalls {
  list(query: ToolQuery, signal: Signal): PagesOf<ToolDefinition>;
  /** @returns `undefined` where the platform does not know the name */
  get(name: string, signal: Signal): Promise<ToolDefinition | undefined>;
  names(signal: Signal): Promise<readonly string[]>;
  execute(name: string, request: ExecuteRequest, signal: Signal): Promise<ToolResult>;
}

/** The realtime channel. */
export interface RealtimeCalls {
  /** `project` is the id that names the channel. */
  credentials(
    signal: Signal,
  ): Promise<{ readonly key: string; readonly cluster: string; readonly project: string }>;
  authorize(socketId: string, channel: string, signal: Signal): Promise<{ readonly auth: string }>;
}

/** One generation of the REST API, in the SDK's own terms. Its callers do not depend on the generation. */
export interface ApiAdapter {
  readonly generation: ApiVersion;
  readonly triggers: TriggerCalls;
  readonly instances: InstanceCalls;
  readonly logs: LogCalls;
  readonly webhook: WebhookCalls;
  readonly webhookEndpoints: WebhookEndpointCalls;
  readonly accounts: AccountCalls;
  readonly apps: AppCalls;
  readonly tools: ToolCalls;
  readonly realtime: RealtimeCalls;
  apiKeys(signal: Signal): Promise<readonly ApiKey[]>;
  /** Whether the project fires triggers at all; `undefined` where the platform does not say. */
  triggersEnabled(signal: Signal): Promise<boolean | undefined>;
}
