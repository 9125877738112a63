/**
 * REST generation 3 (`/api/v3.1`; the same trigger shapes under `/api/v3`): paths, and what goes back and forth.
 *
 * Lists in a query repeat the name (`user_ids=a&user_ids=b`); the platform accepts comma-joined ones too.
 * Pages are found by cursor. Fields marked optional are missing in some answers.
 */
import { route } from "./routes.js";
import type { WebhookVersion } from "./shapes.js";

export const v3 = {
  /** → {@link SessionV3} */
  session: route("GET", "/api/v3.1/auth/session/info"),
  /** Query {@link TriggersQueryV3} → {@link PageV3} of {@link TriggerTypeV3} */
  triggers: route("GET", "/api/v3.1/triggers_types"),
  /** → array of names */
  triggerNames: route("GET", "/api/v3.1/triggers_types/list/enum"),
  /** → {@link TriggerTypeV3}; an unknown slug answers 400 or 404 */
  trigger: route("GET", "/api/v3.1/triggers_types/{slug}"),
  /**
   * Body {@link UpsertBodyV3} → {@link UpsertedV3}. Creates, updates, or switches on again.
   * Repeatable: it is an upsert, the second call finds what the first one made. 204 has no body.
   */
  upsert: route("POST", "/api/v3.1/trigger_instances/{slug}/upsert", true),
  /** Query {@link ActiveQueryV3} → {@link PageV3} of {@link ActiveTriggerV3} */
  active: route("GET", "/api/v3.1/trigger_instances/active"),
  /** Body {@link SwitchBodyV3} → `{status: "success"}`; 409 where it stands so already, 410 where it is gone */
  setStatus: route("PATCH", "/api/v3.1/trigger_instances/manage/{triggerId}"),
  /** → `{trigger_id}`; 409 or 410 where it was deleted already */
  deleteInstance: route("DELETE", "/api/v3.1/trigger_instances/manage/{triggerId}"),
  /** Query {@link AccountsQueryV3} → {@link PageV3} of {@link AccountV3} */
  accounts: route("GET", "/api/v3.1/connected_accounts"),
  /** → {@link AccountV3} */
  account: route("GET", "/api/v3.1/connected_accounts/{nanoid}"),
  /** Body `{auth_config: {id}, connection: {user_id, callback_url?, state?}}` → {@link AccountV3}, without a page to visit */
  createAccount: route("POST", "/api/v3.1/connected_accounts"),
  /** Body {@link LinkBodyV3} → {@link LinkV3} */
  linkAccount: route("POST", "/api/v3.1/connected_accounts/link"),
  deleteAccount: route("DELETE", "/api/v3.1/connected_accounts/{nanoid}"),
  /** Body `{enabled}` */
  setAccountStatus: route("PATCH", "/api/v3.1/connected_accounts/{nanoid}/status"),
  /** Query `toolkit_slug` → {@link PageV3} of {@link AuthConfigV3} */
  authConfigs: route("GET", "/api/v3.1/auth_configs"),
  /** Body `{toolkit: {slug}, auth_config: {type, authScheme?, credentials?}}` → `{auth_config: {id}}` */
  createAuthConfig: route("POST", "/api/v3.1/auth_configs"),
  /** → {@link PageV3} of `{slug}` */
  toolkits: route("GET", "/api/v3.1/toolkits"),
  /** → `{slug, auth_config_details: [{mode, fields: {connected_account_initiation: {required: [{name}]}}}]}` */
  toolkit: route("GET", "/api/v3.1/toolkits/{slug}"),
  /** Query {@link ToolsQueryV3} → {@link PageV3} of {@link ToolV3} */
  tools: route("GET", "/api/v3.1/tools"),
  /** → names; a list, or a text with commas */
  toolNames: route("GET", "/api/v3.1/tools/enum"),
  /** → {@link ToolV3} */
  tool: route("GET", "/api/v3.1/tools/{tool_slug}"),
  /** Body {@link ExecuteBodyV3} → {@link ExecutedV3}. A tool that fails is a 200 with `successful: false`. */
  execute: route("POST", "/api/v3.1/tools/execute/{tool_slug}"),
  /** → {@link PageV3} of {@link WebhookSubscriptionV3}; one a project */
  webhooks: route("GET", "/api/v3.1/webhook_subscriptions"),
  /** → `{items: [{event_type, description, supported_versions}]}` */
  webhookEventTypes: route("GET", "/api/v3.1/webhook_subscriptions/event_types"),
  /** Body {@link WebhookBodyV3} → {@link WebhookSubscriptionV3}. Not repeatable: a second one is rejected. */
  createWebhook: route("POST", "/api/v3.1/webhook_subscriptions"),
  /** Body: any part of {@link WebhookBodyV3} → {@link WebhookSubscriptionV3} */
  updateWebhook: route("PATCH", "/api/v3.1/webhook_subscriptions/{id}"),
  /** → {@link WebhookSubscriptionV3} */
  webhook: route("GET", "/api/v3.1/webhook_subscriptions/{id}"),
  deleteWebhook: route("DELETE", "/api/v3.1/webhook_subscriptions/{id}"),
  /** → {@link WebhookSubscriptionV3} with the new secret. Not repeatable: every call makes another one. */
  rotateWebhookSecret: route("POST", "/api/v3.1/webhook_subscriptions/{id}/rotate_secret"),
  /** Query `toolkit_slug` → `{items: [{id, toolkit_slug, client_id}]}`, without pages */
  webhookEndpoints: route("GET", "/api/v3.1/webhook_endpoints"),
  /** Query `toolkit_slug` → {@link WebhookEndpointSchemaV3} */
  webhookEndpointSchema: route("GET", "/api/v3.1/webhook_endpoints/schema"),
  /** Body {@link WebhookEndpointBodyV3} → {@link WebhookEndpointV3}. Repeatable: the same app and client id find it. */
  createWebhookEndpoint: route("POST", "/api/v3.1/webhook_endpoints", true),
  /** → {@link WebhookEndpointV3} */
  webhookEndpoint: route("GET", "/api/v3.1/webhook_endpoints/{id}"),
  /** Body `{data}`, all fields → {@link WebhookEndpointV3}. Sets a value, so repeatable. */
  replaceWebhookEndpoint: route("POST", "/api/v3.1/webhook_endpoints/{id}", true),
  /** Body `{data}`, the fields that change → {@link WebhookEndpointV3} */
  updateWebhookEndpoint: route("PATCH", "/api/v3.1/webhook_endpoints/{id}"),
  /** Body {@link LogsBodyV3} → {@link LogsPageV3}, newest first. A POST that reads, so repeatable. */
  logs: route("POST", "/api/v3.1/internal/trigger/logs", true),
  /** → `{log}` with a {@link TriggerLogV3} */
  log: route("GET", "/api/v3.1/internal/trigger/log/{id}"),
  /** → {@link RealtimeCredentialsV3} */
  realtimeCredentials: route("GET", "/api/v3/internal/sdk/realtime/credentials"),
  /** Form-encoded (JSON is understood too) `socket_id`, `channel_name` → `{auth}`; computes a signature */
  channelAuth: route("POST", "/api/v3/internal/sdk/realtime/auth", true),
} as const;

export interface ErrorV3 {
  readonly error: {
    readonly message: string;
    readonly code: number | string;
    readonly status: number;
    readonly request_id?: string;
    readonly suggested_fix?: string;
    readonly errors?: readonly string[];
  };
}

export interface PageV3<Item> {
  readonly items: readonly Item[];
  readonly next_cursor?: string | null;
  readonly total_pages: number;
  /** From 1. */
  readonly current_page: number;
  readonly total_items: number;
}

export interface SessionV3 {
  /** Null for a key of the organisation. */
  readonly project: {
    readonly id: string;
    /** `pr_…` or `proj_…`; names the realtime channel. */
    readonly nano_id: string;
    readonly name?: string;
    readonly webhook_url?: string | null;
    readonly webhook_secret?: string | null;
    readonly webhook_version?: WebhookVersion;
  } | null;
}

export interface TriggersQueryV3 {
  readonly toolkit_slugs?: readonly string[];
  /** `latest`, or bracket notation for each toolkit. */
  readonly toolkit_versions?: string;
  /** At most 50. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface TriggerTypeV3 {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly instructions?: string;
  /** `webhook` or `poll`. */
  readonly type: string;
  readonly toolkit: { readonly slug: string; readonly name?: string; readonly logo?: string };
  /** JSON Schema. */
  readonly config: Record<string, unknown>;
  /** JSON Schema. */
  readonly payload: Record<string, unknown>;
  readonly version?: string;
  /** Whether an endpoint of one's own OAuth app is needed first. */
  readonly requires_webhook_endpoint_setup?: boolean;
}

export interface UpsertBodyV3 {
  readonly connected_account_id?: string;
  /** The owner of the account; without an account, the platform uses the owner's first active one. */
  readonly user_id?: string;
  readonly trigger_config?: Record<string, unknown>;
  readonly toolkit_versions?: string | Record<string, string>;
}

export interface UpsertedV3 {
  readonly trigger_id: string;
  readonly deprecated?: { readonly uuid: string };
}

export interface ActiveQueryV3 {
  readonly connected_account_ids?: readonly string[];
  readonly auth_config_ids?: readonly string[];
  readonly trigger_ids?: readonly string[];
  readonly trigger_names?: readonly string[];
  /** Users. */
  readonly user_ids?: readonly string[];
  readonly show_disabled?: boolean;
  /** At most 50. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface ActiveTriggerV3 {
  /** `ti_…` */
  readonly id: string;
  readonly uuid?: string;
  readonly connected_account_id: string;
  readonly connected_account_uuid?: string;
  readonly trigger_name: string;
  readonly user_id: string;
  /** JSON as text. */
  readonly trigger_data?: string;
  readonly trigger_config: Record<string, unknown>;
  readonly state?: Record<string, unknown>;
  /** ISO 8601. */
  readonly updated_at: string;
  readonly disabled_at: string | null;
  readonly deprecated?: { readonly createdAt: string };
}

export interface SwitchBodyV3 {
  readonly status: "enable" | "disable";
}

export interface AccountsQueryV3 {
  readonly toolkit_slugs?: readonly string[];
  /** `INITIALIZING`, `INITIATED`, `ACTIVE`, `FAILED`, `EXPIRED`, `INACTIVE`. */
  readonly statuses?: readonly string[];
  readonly user_ids?: readonly string[];
  readonly auth_config_ids?: readonly string[];
  readonly connected_account_ids?: readonly string[];
  readonly limit?: number;
  readonly cursor?: string;
}

export interface AccountV3 {
  /** `ca_…` */
  readonly id: string;
  readonly toolkit: { readonly slug: string };
  /** `ac_…` */
  readonly auth_config: { readonly id: string; readonly is_composio_managed?: boolean };
  /** Announced to go: a reader must live without it. */
  readonly user_id?: string;
  readonly status: string;
  readonly status_reason?: string | null;
  readonly is_disabled: boolean;
  readonly created_at: string;
  readonly updated_at: string;
  readonly deprecated?: { readonly uuid?: string };
}

export interface WebhookBodyV3 {
  readonly webhook_url: string;
  /** Usually `["composio.trigger.message"]`. */
  readonly enabled_events: readonly string[];
  readonly version: WebhookVersion;
}

export interface WebhookSubscriptionV3 extends WebhookBodyV3 {
  readonly id: string;
  readonly secret?: string;
  readonly created_at?: string;
  readonly updated_at?: string;
}

export interface WebhookEndpointBodyV3 {
  readonly toolkit_slug: string;
  /** Of one's own OAuth app. */
  readonly client_id: string;
}

export interface WebhookEndpointV3 {
  /** `we_…` */
  readonly id: string;
  readonly toolkit_slug: string;
  readonly client_id: string | null;
  /** Where the app is to send its events. It never changes. */
  readonly webhook_url: string;
  /** Secret values are masked. Null before the first fields are stored. */
  readonly data: Readonly<Record<string, string>> | null;
  readonly created_at: string;
  /** ISO 8601; null or missing until the app has verified the URL. */
  readonly verified_at?: string | null;
}

export interface WebhookEndpointSchemaV3 {
  readonly toolkit_slug: string;
  readonly setup_fields: Readonly<
    Record<
      string,
      {
        readonly display_name?: string;
        readonly description?: string;
        readonly is_required?: boolean;
        readonly is_secret?: boolean;
      }
    >
  >;
}

export interface LogsBodyV3 {
  /** Epoch milliseconds, inclusive. */
  readonly from?: number;
  /** Epoch milliseconds. */
  readonly to?: number;
  readonly cursor?: string;
  readonly limit?: number;
  /** `5m`, `30m`, `6h`, `1d`, `1w`, `1month`, `1y`: instead of `from`. */
  readonly time?: string;
  /** `all`, `success`, `error`. */
  readonly status?: string;
  readonly search?: string;
  readonly userId?: string;
  readonly include_payload?: boolean;
}

export interface TriggerLogV3 {
  /** The log id: `log_id` of the webhook shapes. */
  readonly id: string;
  readonly connectionId?: string;
  readonly entityId?: string;
  readonly appName?: string;
  readonly status?: string;
  /** ISO 8601, or epoch milliseconds. */
  readonly createdAt: string | number;
  readonly type?: string;
  readonly meta: {
    readonly triggerName: string;
    readonly triggerId?: string;
    readonly triggerNanoId?: string;
    /** JSON as text; absent without `include_payload`. */
    readonly triggerClientPayload?: string | null;
    /** JSON as text. */
    readonly triggerProviderPayload?: string | null;
    readonly triggerClientError?: string | null;
  };
}

export interface LogsPageV3 {
  readonly nextCursor?: string | null;
  readonly data: readonly TriggerLogV3[];
}

export interface RealtimeCredentialsV3 {
  readonly pusher_key: string;
  readonly project_id: string;
  readonly pusher_cluster: string;
}

export interface LinkBodyV3 {
  readonly auth_config_id: string;
  readonly user_id: string;
  readonly callback_url?: string;
}

export interface LinkV3 {
  readonly link_token: string;
  /** The page on which a person connects the account. */
  readonly redirect_url: string;
  readonly expires_at: string;
  readonly connected_account_id: string;
}

export interface AuthConfigV3 {
  readonly id: string;
  readonly toolkit: { readonly slug: string };
  readonly auth_scheme?: string;
  readonly is_composio_managed?: boolean;
  /** `ENABLED` or `DISABLED`. */
  readonly status?: string;
}

export interface ToolsQueryV3 {
  /** Several are joined with commas. */
  readonly toolkit_slug?: string;
  /** Joined with commas. Overrides the other filters. */
  readonly tool_slugs?: string;
  readonly tags?: readonly string[];
  readonly search?: string;
  readonly toolkit_versions?: string;
  /** At most 1,000. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface ToolV3 {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly toolkit: { readonly slug: string; readonly name: string; readonly logo: string };
  /** JSON Schema. */
  readonly input_parameters: Record<string, unknown>;
  /** JSON Schema. */
  readonly output_parameters: Record<string, unknown>;
  readonly tags?: readonly string[];
  readonly version?: string;
  /** Whether it needs no connected account. */
  readonly no_auth?: boolean;
}

export interface ExecuteBodyV3 {
  readonly connected_account_id?: string;
  readonly user_id?: string;
  /** Either these, or `text`. */
  readonly arguments?: Record<string, unknown>;
  readonly text?: string;
  /** Without it, the platform's oldest version. */
  readonly version?: string;
}

export interface ExecutedV3 {
  readonly data: Record<string, unknown>;
  readonly error: string | null;
  readonly successful: boolean;
  readonly log_id?: string;
}
