/**
 * REST generation 1 (`/api/v1`, a few calls under `/api/v2`): paths, and what goes back and forth.
 *
 * Lists in a query are comma-joined. Pages count from 1. Everything here is what the platform says it sends;
 * fields marked optional are missing in some answers, and a reader must not rely on more than that.
 */
import { route } from "./routes.js";

export const v1 = {
  /** → {@link ClientInfoV1} */
  clientInfo: route("GET", "/api/v1/client/auth/client_info"),
  /** Query {@link TriggersQueryV1} → bare array of {@link TriggerTypeV1} */
  triggers: route("GET", "/api/v1/triggers"),
  /** → text, one name a line */
  triggerNames: route("GET", "/api/v1/triggers/list/enums"),
  /** → {@link TriggerTypeV1}, alone or as the one member of an array */
  trigger: route("GET", "/api/v2/triggers/{triggerName}"),
  /**
   * Body {@link EnableBodyV1} → {@link TriggerAnswerV1}.
   * Repeatable: the answer's `isNew` tells whether an instance was created or an existing one was modified, so
   * a second call finds what the first one made; at worst `isNew` is then false for an instance just made.
   */
  enable: route("POST", "/api/v1/triggers/enable/{connectedAccountId}/{triggerName}", true),
  /** Query {@link ActiveQueryV1} → {@link ActivePageV1} */
  active: route("GET", "/api/v1/triggers/active_triggers"),
  /** Body {@link SwitchBodyV1} → {@link TriggerAnswerV1} */
  setStatus: route("PATCH", "/api/v1/triggers/instance/{triggerId}/status"),
  /** The older form of switching off; → {@link TriggerAnswerV1} */
  disable: route("POST", "/api/v1/triggers/disable/{triggerInstanceId}", true),
  /** → {@link DeletedV1} */
  deleteInstance: route("DELETE", "/api/v1/triggers/instance/{triggerInstanceId}"),
  /** Body {@link CallbackUrlBodyV1} → {@link TriggerAnswerV1}; sets a value, so repeatable */
  setCallbackUrl: route("POST", "/api/v1/triggers/set_callback_url", true),
  /** → {@link CallbackUrlV1} */
  callbackUrl: route("GET", "/api/v1/triggers/callback_url"),
  /** Body {@link WebhookFormatBodyV1}; sets a value, so repeatable */
  setWebhookFormat: route("POST", "/api/v1/triggers/update_webhook_format", true),
  /** Query {@link LogsQueryV1} → {@link LogsPageV1}, newest first */
  logs: route("GET", "/api/v1/triggers/logs"),
  /** Query {@link AccountsQueryV1} → {@link AccountsPageV1} */
  accounts: route("GET", "/api/v1/connectedAccounts"),
  /** → {@link AccountV1} */
  account: route("GET", "/api/v1/connectedAccounts/{connectedAccountId}"),
  /** Body `{integrationId, entityId, redirectUri?, data}` → `{connectionStatus, connectedAccountId, redirectUrl?}` */
  createAccount: route("POST", "/api/v1/connectedAccounts"),
  /** → {@link DeletedV1} */
  deleteAccount: route("DELETE", "/api/v1/connectedAccounts/{connectedAccountId}"),
  enableAccount: route("POST", "/api/v1/connectedAccounts/{connectedAccountId}/enable", true),
  disableAccount: route("POST", "/api/v1/connectedAccounts/{connectedAccountId}/disable", true),
  /** Query `appName` → `{items: [{id, appName, authScheme, enabled}], totalPages, page}` */
  integrations: route("GET", "/api/v1/integrations"),
  /** Body `{name, appName, authScheme?, authConfig?, useComposioAuth?}` → `{id, appName, authScheme}` */
  createIntegration: route("POST", "/api/v1/integrations"),
  /** → `{items: [{key, name, auth_schemes: [{mode, fields: [{name, required}]}]}]}` */
  apps: route("GET", "/api/v1/apps"),
  /** Query {@link ActionsQueryV1} → `{items, page, totalPages}` of {@link ActionV1} */
  actions: route("GET", "/api/v2/actions"),
  /** → text, one name a line */
  actionNames: route("GET", "/api/v1/actions/list/enums"),
  /** → {@link ActionV1} */
  action: route("GET", "/api/v2/actions/{actionId}"),
  /** Body {@link ExecuteBodyV1} → {@link ExecutedV1} */
  execute: route("POST", "/api/v2/actions/{actionId}/execute"),
  /** → bare array of {@link ApiKeyV1} */
  apiKeys: route("GET", "/api/v1/api_keys"),
  /** Form-encoded `socket_id`, `channel_name` → `{auth}`; computes a signature, so repeatable */
  channelAuth: route("POST", "/api/v1/client/auth/pusher_auth", true),
} as const;

/** Realtime in generation 1 has no endpoint that names key and cluster: clients carry them. */
export const V1_REALTIME_KEY = "8e1b8c92b7f8b2151c15";
export const V1_REALTIME_CLUSTER = "mt1";

export interface ErrorV1 {
  readonly status: number;
  readonly message: string;
  readonly requestId: string;
  readonly type: string;
  readonly name?: string;
  readonly details?: unknown;
}

export interface ClientInfoV1 {
  readonly client: {
    readonly id: string;
    readonly name?: string;
    readonly email?: string;
    readonly webhookURL?: string | null;
    readonly webhookSecret?: string | null;
    /** Whether webhooks come in the V2 shape; V1 where false. */
    readonly isNewWebhook?: boolean;
  };
}

/** All comma-joined. */
export interface TriggersQueryV1 {
  readonly appNames?: string;
  readonly connectedAccountIds?: string;
  /** Trigger names too, under an older key. */
  readonly triggerIds?: string;
  readonly triggerNames?: string;
  readonly integrationIds?: string;
  readonly showEnabledOnly?: boolean;
}

export interface TriggerTypeV1 {
  readonly name: string;
  /** In lists. */
  readonly display_name?: string;
  /** In the answer for one trigger. */
  readonly displayName?: string;
  readonly description?: string;
  readonly instructions?: string;
  readonly type?: string;
  /** In lists. */
  readonly appKey?: string;
  readonly appId?: string;
  readonly appName: string;
  readonly enabled?: boolean;
  /** Active instances. */
  readonly count?: number;
  readonly logo?: string;
  /** JSON Schema. */
  readonly config?: Record<string, unknown>;
  /** JSON Schema. */
  readonly payload?: Record<string, unknown>;
}

export interface EnableBodyV1 {
  readonly triggerConfig: Record<string, unknown>;
}

export interface TriggerAnswerV1 {
  /** `success` or `error`. */
  readonly status: string;
  readonly message?: string;
  readonly triggerId?: string;
  readonly isNew?: boolean;
}

/** Lists comma-joined. */
export interface ActiveQueryV1 {
  readonly connectedAccountIds?: string;
  readonly integrationIds?: string;
  readonly triggerIds?: string;
  readonly triggerNames?: string;
  /** From 1. */
  readonly page?: number;
  readonly limit?: number;
  readonly showDisabled?: boolean;
}

export interface ActiveTriggerV1 {
  readonly id: string;
  readonly connectionId: string;
  readonly triggerName: string;
  /** JSON as text. */
  readonly triggerData?: string;
  readonly triggerConfig: Record<string, unknown>;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly disabledAt?: string | null;
}

export interface PageInfoV1 {
  /** From 1. */
  readonly currentPage: number;
  readonly perPage: number;
  readonly totalPages: number;
}

export interface ActivePageV1 {
  readonly triggers: readonly ActiveTriggerV1[];
  /** The API description says a list of one; a plain object is accepted too. */
  readonly pageInfo: readonly PageInfoV1[] | PageInfoV1;
}

export interface SwitchBodyV1 {
  readonly enabled: boolean;
}

export interface DeletedV1 {
  /** `success` or `failed`. */
  readonly status: string;
  readonly count: number;
}

export interface CallbackUrlBodyV1 {
  readonly callbackURL: string;
}

export interface CallbackUrlV1 {
  readonly status: string;
  readonly callbackURL?: string | null;
}

export interface WebhookFormatBodyV1 {
  /** The client's id. */
  readonly id: string;
  /** True: the V2 shape. False: V1. */
  readonly isNewWebhook: boolean;
}

export interface LogsQueryV1 {
  readonly connectionId?: string;
  readonly integrationId?: string;
  /** From 1. */
  readonly page?: number;
  readonly limit?: number;
}

export interface TriggerLogV1 {
  /** The log id: `log_id` of the webhook shapes. */
  readonly id: string;
  readonly clientId: string;
  readonly connectionId: string;
  /** `poll` or `webhook`. */
  readonly triggerType?: string;
  readonly triggerName?: string | null;
  readonly appKey: string;
  readonly errorTrigger?: string | null;
  readonly triggerClientError?: string | null;
  /** JSON as text. */
  readonly triggerClientPayload?: string | null;
  readonly triggerClientResponse?: Record<string, unknown> | null;
  /** JSON as text. */
  readonly triggerProviderPayload?: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
}

export interface LogsPageV1 {
  readonly data: readonly TriggerLogV1[];
  readonly pageInfo: PageInfoV1;
}

export interface AccountsQueryV1 {
  /** Entities; the key of older clients, still understood. Comma-joined. */
  readonly user_uuid?: string;
  /** Entities. Comma-joined. */
  readonly entityId?: string;
  readonly appNames?: string;
  readonly integrationId?: string;
  readonly connectionId?: string;
  /** `ACTIVE`, `EXPIRED`, `FAILED`, `INITIATED`. Comma-joined. */
  readonly status?: string;
  readonly showActiveOnly?: boolean;
  readonly showDisabled?: boolean;
  /** From 1. */
  readonly page?: number;
  readonly pageSize?: number;
}

export interface AccountV1 {
  readonly id: string;
  readonly integrationId: string;
  readonly appUniqueId: string;
  readonly appName: string;
  /** In lists. */
  readonly clientUniqueUserId?: string;
  /** In the answer for one account. */
  readonly entityId?: string;
  readonly status: string;
  readonly isDisabled?: boolean;
  readonly enabled?: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface AccountsPageV1 {
  readonly items: readonly AccountV1[];
  readonly totalPages: number;
  readonly page: number;
}

export interface ApiKeyV1 {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly key: string;
  readonly isHidden: boolean;
  readonly lastUsed?: string;
  readonly member?: Record<string, unknown>;
}

/** Lists comma-joined. */
export interface ActionsQueryV1 {
  readonly apps?: string;
  readonly actions?: string;
  readonly tags?: string;
  readonly useCase?: string;
  readonly limit?: number;
  /** From 1. */
  readonly page?: number;
}

export interface ActionV1 {
  readonly name: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly appKey?: string;
  readonly appName: string;
  /** JSON Schema. */
  readonly parameters: Record<string, unknown>;
  /** JSON Schema. */
  readonly response: Record<string, unknown>;
  readonly tags?: readonly string[];
  readonly version?: string;
  /** Whether it needs no connected account. */
  readonly no_auth?: boolean;
}

export interface ExecuteBodyV1 {
  readonly connectedAccountId?: string;
  readonly entityId?: string;
  readonly appName?: string;
  /** Either these arguments, or `text`. */
  readonly input?: Record<string, unknown>;
  readonly text?: string;
  readonly version?: string;
}

export interface ExecutedV1 {
  readonly data: Record<string, unknown>;
  readonly error?: string | null;
  readonly successful: boolean;
  /** The older spelling. */
  readonly successfull?: boolean;
  readonly logId?: string;
}
