import type { LogDoubt } from "../model/platform.js";
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
  readonly realtime: RealtimeCalls;
  apiKeys(signal: Signal): Promise<readonly ApiKey[]>;
  /** Whether the project fires triggers at all; `undefined` where the platform does not say. */
  triggersEnabled(signal: Signal): Promise<boolean | undefined>;
}
