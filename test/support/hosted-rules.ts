/** What the hosted platform accepts in a call, written down apart from the sources that it is to check. */
export interface CallRule {
  /** Query names. A name with `[]` also comes in brackets: `toolkit_versions[github]`. */
  readonly query?: string;
  /** Members of a JSON body, or of a form. */
  readonly body?: string;
  /** Members without which a body is rejected. */
  readonly needs?: string;
  /** The longest page. */
  readonly cap?: number;
}

const page = "limit cursor";

const v3: Readonly<Record<string, CallRule>> = {
  "GET /auth/session/info": {},
  "GET /triggers_types": { query: `toolkit_slugs toolkit_versions[] ${page}`, cap: 50 },
  "GET /triggers_types/list/enum": {},
  "GET /triggers_types/{}": { query: "toolkit_versions[]" },
  "POST /trigger_instances/{}/upsert": {
    body: "connected_account_id user_id trigger_config toolkit_versions version",
  },
  "GET /trigger_instances/active": {
    query: `connected_account_ids auth_config_ids trigger_ids trigger_names user_ids show_disabled ${page}`,
    cap: 50,
  },
  "PATCH /trigger_instances/manage/{}": { body: "status", needs: "status" },
  "DELETE /trigger_instances/manage/{}": {},
  "GET /connected_accounts": {
    query: `toolkit_slugs statuses user_ids auth_config_ids connected_account_ids account_type order_by order_direction ${page}`,
    cap: 1000,
  },
  "GET /connected_accounts/{}": {},
  "POST /connected_accounts": { body: "auth_config connection validate_credentials", needs: "auth_config" },
  "POST /connected_accounts/link": {
    body: "auth_config_id user_id callback_url alias connection_data",
    needs: "auth_config_id user_id",
  },
  "DELETE /connected_accounts/{}": {},
  "PATCH /connected_accounts/{}/status": { body: "enabled", needs: "enabled" },
  "GET /auth_configs": { query: `toolkit_slug is_composio_managed search show_disabled ${page}`, cap: 50 },
  "POST /auth_configs": { body: "toolkit auth_config", needs: "toolkit" },
  "GET /toolkits": { query: `category managed_by search sort_by ${page}`, cap: 1000 },
  "GET /toolkits/{}": { query: "version" },
  "GET /tools": {
    query: `toolkit_slug tool_slugs auth_config_ids important tags scopes search include_deprecated toolkit_versions[] ${page}`,
    cap: 1000,
  },
  "GET /tools/enum": {},
  "GET /tools/{}": { query: "version toolkit_versions[]" },
  "POST /tools/execute/{}": {
    body: "connected_account_id entity_id user_id version custom_auth_params custom_connection_data arguments text allow_tracing",
  },
  "GET /webhook_subscriptions": { query: page, cap: 50 },
  "POST /webhook_subscriptions": {
    body: "webhook_url enabled_events version",
    needs: "webhook_url enabled_events",
  },
  "GET /webhook_subscriptions/event_types": {},
  "GET /webhook_subscriptions/{}": {},
  "PATCH /webhook_subscriptions/{}": { body: "webhook_url enabled_events version" },
  "DELETE /webhook_subscriptions/{}": {},
  "POST /webhook_subscriptions/{}/rotate_secret": {},
  "GET /webhook_endpoints": { query: "toolkit_slug" },
  "POST /webhook_endpoints": { body: "toolkit_slug client_id", needs: "toolkit_slug client_id" },
  "GET /webhook_endpoints/schema": { query: "toolkit_slug" },
  "GET /webhook_endpoints/{}": {},
  "PATCH /webhook_endpoints/{}": { body: "data", needs: "data" },
  "POST /webhook_endpoints/{}": { body: "data", needs: "data" },
  "POST /internal/trigger/logs": {
    body: "from to cursor limit time status search search_params userId entityId integrationId include_payload",
    cap: 1000,
  },
  "GET /internal/sdk/realtime/credentials": {},
  "POST /internal/sdk/realtime/auth": { body: "socket_id channel_name", needs: "socket_id channel_name" },
};

const v1: Readonly<Record<string, CallRule>> = {
  "GET /v1/client/auth/client_info": {},
  "POST /v1/client/auth/pusher_auth": { body: "socket_id channel_name", needs: "socket_id channel_name" },
  "GET /v1/triggers": {
    query: "appNames connectedAccountIds triggerIds triggerNames integrationIds showEnabledOnly",
  },
  "GET /v1/triggers/list/enums": {},
  "GET /v2/triggers/{}": {},
  "POST /v1/triggers/enable/{}/{}": { body: "triggerConfig", needs: "triggerConfig" },
  "GET /v1/triggers/active_triggers": {
    query: "connectedAccountIds integrationIds triggerIds triggerNames page limit showDisabled",
    cap: 1000,
  },
  "PATCH /v1/triggers/instance/{}/status": { body: "enabled", needs: "enabled" },
  "DELETE /v1/triggers/instance/{}": {},
  "POST /v1/triggers/disable/{}": {},
  "POST /v1/triggers/set_callback_url": { body: "callbackURL", needs: "callbackURL" },
  "GET /v1/triggers/callback_url": {},
  "POST /v1/triggers/update_webhook_format": { body: "id isNewWebhook", needs: "id isNewWebhook" },
  "GET /v1/triggers/logs": { query: "connectionId integrationId page limit", cap: 1000 },
  "GET /v1/connectedAccounts": {
    query:
      "page pageSize appNames labels showActiveOnly status integrationId connectionId user_uuid entityId showDisabled",
  },
  "GET /v1/connectedAccounts/{}": {},
  "POST /v1/connectedAccounts": {
    body: "data integrationId redirectUri userUuid entityId labels",
    needs: "data integrationId",
  },
  "DELETE /v1/connectedAccounts/{}": {},
  "POST /v1/connectedAccounts/{}/enable": {},
  "POST /v1/connectedAccounts/{}/disable": {},
  "GET /v1/integrations": { query: "page pageSize appName appId showDisabled" },
  "POST /v1/integrations": {
    body: "name authScheme authConfig useComposioAuth appId appName forceNewIntegration limitedActions",
    needs: "name",
  },
  "GET /v1/apps": { query: "additionalFields category includeLocal" },
  "GET /v1/actions/list/enums": {},
  "GET /v1/api_keys": {},
  "GET /v2/actions": {
    query:
      "appNames useCase showEnabledOnly limit apps actions tags usecaseLimit filterImportantActions showAll page",
  },
  "GET /v2/actions/{}": { query: "version" },
  "POST /v2/actions/{}/execute": {
    body: "connectedAccountId appName entityId input sessionInfo authConfig text version traceLogs allowTracing",
  },
};

const rules = [...Object.entries(v3), ...Object.entries(v1)].map(([call, rule]) => {
  const [method = "", path = ""] = call.split(" ");
  const root = path.startsWith("/v") ? "/api" : "/api/v3(?:\\.1)?";
  return { method, rule, path, form: new RegExp(`^${root}${path.replaceAll("{}", "[^/]+")}$`) };
});

/** The rule of a call; that of `…/event_types` comes before that of `…/{}`. */
export function ruleOf(method: string, path: string): CallRule | undefined {
  const fitting = rules.filter((one) => one.method === method && one.form.test(path));
  return fitting.sort((a, b) => a.path.split("{}").length - b.path.split("{}").length)[0]?.rule;
}
