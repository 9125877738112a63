import type { JsonObject, JsonSchema } from "../model/json.js";
import type { ToolName } from "../model/tools.js";
import type { ConfigOf } from "../model/triggers.js";

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call, the pauses between its tries included, with ERR_ABORTED. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** One value, or any of several. */
export type OneOrMany<Value = string> = Value | readonly Value[];

/** A trigger type: a kind of event that an app can send, and that can be enabled for an account. */
export interface Trigger {
  /** `GITHUB_STAR_ADDED_EVENT`. On the wire: `slug` in generation 3, `name` in generation 1. */
  readonly name: string;
  /** The app in lower case: `github`. On the wire: `toolkit.slug`, or `appKey` (else `appName`). */
  readonly appName: string;
  /** The name for people: `Star added`. On the wire: `name`, or `displayName` (`display_name`). */
  readonly displayName: string;
  /** A sentence about the event; empty where the platform has none. */
  readonly description: string;
  /** How to set the trigger up; `undefined` where the platform has no `instructions`. */
  readonly instructions: string | undefined;
  /** `webhook`: the app notifies the platform. `poll`: the platform polls the app. */
  readonly type: string | undefined;
  /** JSON Schema of the `config` that `enableTrigger` accepts. */
  readonly config: JsonSchema;
  /** JSON Schema of the payload of the trigger's events. */
  readonly payload: JsonSchema;
  /** Version of the app's toolkit, such as `20250909_00`. Generation 1 has none: `undefined`. */
  readonly version: string | undefined;
  /**
   * Whether it needs a webhook endpoint of your own OAuth app first: {@link Toolset.webhookEndpoints}. False with
   * generation 1, which does not say.
   */
  readonly requiresWebhookEndpoint: boolean;
}

/** A trigger instance: a trigger that was enabled for one connected account. */
export interface ActiveTrigger {
  /** The id for `disableTrigger` and `deleteTrigger`: `ti_…`, or a UUID in generation 1. */
  readonly id: string;
  /** The UUID beside a `ti_…` id. Generation 1 has none: `undefined`. */
  readonly uuid: string | undefined;
  /** The trigger type: `GITHUB_STAR_ADDED_EVENT`. On the wire: `trigger_name`, or `triggerName`. */
  readonly triggerName: string;
  /** The account it fires for. On the wire: `connected_account_id`, or `connectionId`. */
  readonly connectedAccountId: string;
  /** The entity of the account (`user_id`). Generation 1 returns it only where the list is filtered by entity. */
  readonly entityId: string | undefined;
  /** The config it was enabled with. On the wire: `trigger_config`, or `triggerConfig`. */
  readonly config: JsonObject;
  /** False once it was disabled. Disabled ones are listed only with `showDisabled`. */
  readonly enabled: boolean;
  /** When it was disabled; `undefined` while it is enabled. */
  readonly disabledAt: Date | undefined;
  /** Why the platform disabled it, such as `connection_expired`; `undefined` where it does not say. */
  readonly disabledReason: string | undefined;
  /** When it was first enabled; `undefined` where the platform returns no time. */
  readonly createdAt: Date | undefined;
  /** When it was last changed; `undefined` where the platform returns no time. */
  readonly updatedAt: Date | undefined;
}

/** The result of `enableTrigger`. */
export interface EnabledTrigger {
  /** The id for `disableTrigger` and `deleteTrigger`: `ti_…`, or a UUID in generation 1. */
  readonly triggerId: string;
  /** The UUID beside a `ti_…` id. Generation 1 has none: `undefined`. */
  readonly uuid: string | undefined;
  /** The trigger type, in upper case. */
  readonly triggerName: string;
  /**
   * The account it was enabled for: the given one, or the one that was found for the entity. Empty where the platform
   * chose it and does not say which.
   */
  readonly connectedAccountId: string;
  /** Whether this call created it. Generation 3 creates or updates without saying which: `undefined`. */
  readonly isNew: boolean | undefined;
}

/** A connected account: the authorization of an entity with an app. */
export interface ConnectedAccount {
  /** `ca_…`, or a UUID in generation 1. */
  readonly id: string;
  /** The UUID beside a `ca_…` id. Generation 1 has none: `undefined`. */
  readonly uuid: string | undefined;
  /** The app in lower case: `github`. On the wire: `toolkit.slug`, or `appName`. */
  readonly appName: string;
  /** The integration it was connected with. On the wire: `auth_config.id` (`ac_…`), or `integrationId`. */
  readonly integrationId: string;
  /** Your user. On the wire: `user_id`, or `entityId` (else `clientUniqueUserId`). */
  readonly entityId: string | undefined;
  /** The platform's own word: `ACTIVE`, `INITIATED`, `EXPIRED`, `FAILED`, `REVOKED`, … */
  readonly status: string;
  /** Why it is not active (`status_reason`). Generation 1 has none: `undefined`. */
  readonly statusReason: string | undefined;
  /** Whether other entities of the project can use it (`account_type: "SHARED"`). Generation 1 has none. */
  readonly isShared: boolean;
  /** Whether it was connected with the platform's own OAuth app; `undefined` where the platform does not say. */
  readonly isManaged: boolean | undefined;
  /** Whether triggers can use it: `ACTIVE`, and not disabled. */
  readonly usable: boolean;
  /** When it was created; `undefined` where the platform returns no time. */
  readonly createdAt: Date | undefined;
  /** When it was last changed; `undefined` where the platform returns no time. */
  readonly updatedAt: Date | undefined;
}

/** An API key of the project. Generation 1 only. */
export interface ApiKey {
  /** The id of the key, not the key itself. */
  readonly id: string;
  /** The name that a person gave it; empty where it has none. */
  readonly name: string;
  /** The key. It can be read by name, but does not show in print, nor in JSON. */
  readonly key: string | undefined;
  /** When it was created; `undefined` where the platform returns no time. */
  readonly createdAt: Date | undefined;
  /** When it was last used (`lastUsed`); `undefined` where it never was. */
  readonly lastUsedAt: Date | undefined;
}

/** Where the platform sends webhooks. */
export interface Webhook {
  /** The endpoint. On the wire: `webhook_url`, or `callbackURL`. */
  readonly url: string;
  /**
   * The signing secret; `undefined` where the platform does not return it. It can be read by name, but does not show
   * in print, nor in JSON.
   */
  readonly secret: string | undefined;
  /** The format of the bodies; `undefined` where the platform does not return it. */
  readonly version: "V1" | "V2" | "V3" | undefined;
  /** The event types that are sent. Generation 1 has no choice: `undefined`. */
  readonly events: readonly string[] | undefined;
  /** The previous URL; `undefined` where there was none. */
  readonly replaced: string | undefined;
}

/** An endpoint at the platform, as lists show it. */
export interface AppEndpointEntry {
  /** `we_…`. */
  readonly id: string;
  /** The app in lower case: `slack`. On the wire: `toolkit_slug`. */
  readonly appName: string;
  /** The client id of your OAuth app; `undefined` where the platform does not return it. */
  readonly clientId: string | undefined;
}

/** An endpoint at the platform that receives the events of your own OAuth app. */
export interface AppEndpoint extends AppEndpointEntry {
  /** The URL to enter in the settings of your OAuth app. It does not change. */
  readonly url: string;
  /** The stored fields, secrets masked; empty before `update` or `replace`. */
  readonly fields: Readonly<Record<string, string>>;
  /** When the app verified the URL; `undefined` before, and where the platform does not say. */
  readonly verifiedAt: Date | undefined;
  /** When it was created; `undefined` where the platform returns no time. */
  readonly createdAt: Date | undefined;
}

/** A value from the settings of your OAuth app that a webhook endpoint needs. */
export interface SetupField {
  /** The key for `update` and `replace`: `webhook_signing_secret`. */
  readonly name: string;
  /** The name for people: `Signing Secret`. */
  readonly displayName: string;
  /** Where to find it; empty where the platform has no description. */
  readonly description: string;
  readonly required: boolean;
  readonly secret: boolean;
}

/** An event type that webhooks can carry. */
export interface WebhookEventType {
  /** `composio.trigger.message`. */
  readonly type: string;
  /** A sentence about it; empty where the platform has none. */
  readonly description: string;
  /** The formats of bodies that can carry it; empty where the platform does not say. */
  readonly versions: readonly string[];
}

/** Which triggers to list. All given conditions must match; of several values, any. */
export interface TriggerFilter extends CallOptions {
  /** Apps, in any case. Default: all. */
  readonly appNames?: OneOrMany | undefined;
  /** Trigger names, in any case. Default: all. */
  readonly triggerNames?: OneOrMany | undefined;
  /** An older key for `triggerNames`. Default: all. */
  readonly triggerIds?: OneOrMany | undefined;
  /** Triggers of the apps of these accounts. Default: all. */
  readonly connectedAccountIds?: OneOrMany | undefined;
  /** Triggers of the apps of these integrations. Generation 3 finds one once it has an account. Default: all. */
  readonly integrationIds?: OneOrMany | undefined;
  /** Only triggers that are enabled for some account. Default: false. */
  readonly showEnabledOnly?: boolean | undefined;
  /** A string in the name, the display name or the description, in any case. Default: any. */
  readonly search?: string | undefined;
}

/** Which active triggers to list. All given conditions must match; of several values, any. */
export interface ActiveTriggerFilter extends CallOptions {
  /** Ids of trigger instances: `ti_…`. Default: all. */
  readonly triggerIds?: OneOrMany | undefined;
  /** Trigger names, in any case. Default: all. */
  readonly triggerNames?: OneOrMany | undefined;
  /** Ids of connected accounts. Default: all. */
  readonly connectedAccountIds?: OneOrMany | undefined;
  /** Ids of integrations. Default: all. */
  readonly integrationIds?: OneOrMany | undefined;
  /** Your users. Default: all. */
  readonly entityIds?: OneOrMany | undefined;
  /** Whether to list disabled ones too. Default: false. */
  readonly showDisabled?: boolean | undefined;
}

/** Which connected accounts to list. All given conditions must match; of several values, any. */
export interface AccountFilter extends CallOptions {
  /** Your users. Default: all. */
  readonly entityIds?: OneOrMany | undefined;
  /** Apps, in any case. Default: all. */
  readonly appNames?: OneOrMany | undefined;
  /** Ids of integrations. Default: all. */
  readonly integrationIds?: OneOrMany | undefined;
  /** Ids of connected accounts. Default: all. */
  readonly connectedAccountIds?: OneOrMany | undefined;
  /** `ACTIVE`, … in any case. Default: all. */
  readonly statuses?: OneOrMany | undefined;
}

/** Which tools to get. All given conditions must match; of several values, any. */
export interface ToolFilter<Name extends ToolName = ToolName> extends CallOptions {
  /** Apps, in any case: `"github"`. Default: all. */
  readonly apps?: OneOrMany | undefined;
  /** Names of tools, in any case. A name that does not exist throws ERR_TOOL_UNKNOWN. Default: all. */
  readonly actions?: OneOrMany<Name> | undefined;
  /** Tags: `"important"` for the tools of an app that are used most. Default: all. */
  readonly tags?: OneOrMany | undefined;
  /** What the tool is to do, in words. Default: any. */
  readonly search?: string | undefined;
  /** The most tools to get. Model clients take 128 at most. Default: 100 in `getTools`; with `actions`, and in `listTools`, no limit. */
  readonly limit?: number | undefined;
}

/** Which lines of the trigger log to list. All given conditions must match; of several values, any. */
export interface TriggerLogQuery extends CallOptions {
  /** At or after this time: a date, or epoch milliseconds. Default: no limit. */
  readonly since?: Date | number | undefined;
  /** Before this time: a date, or epoch milliseconds. Default: no limit. */
  readonly until?: Date | number | undefined;
  /** Whether the platform delivered the event. Default: both. */
  readonly status?: "success" | "error" | undefined;
  /** A string in the line. Default: any. */
  readonly search?: string | undefined;
  /** Trigger names, in any case. Default: all. */
  readonly triggerNames?: OneOrMany | undefined;
  /** Ids of trigger instances. Generation 1 does not log them: no line matches there. Default: all. */
  readonly triggerIds?: OneOrMany | undefined;
  /** Ids of connected accounts. Default: all. */
  readonly connectedAccountIds?: OneOrMany | undefined;
  /** Ids of integrations. Default: all. */
  readonly integrationIds?: OneOrMany | undefined;
  /** Your users. Default: all. */
  readonly entityIds?: OneOrMany | undefined;
  /** The most lines to list. Default: 100; with `since`, no limit. */
  readonly limit?: number | undefined;
}

/** Options of `setWebhookUrl`, beside the URL. */
export interface SetWebhookOptions extends CallOptions {
  /** The format of the bodies. Default: the current one; for a new webhook, the newest. */
  readonly version?: "V1" | "V2" | "V3" | undefined;
  /**
   * The event types to send, such as `composio.trigger.disabled`. Default: the current ones, and those of triggers
   * (`composio.trigger.message`). Generation 3 only.
   */
  readonly events?: readonly string[] | undefined;
}

/** Options of `enableTrigger`, beside the name. */
export interface EnableOptions<Name extends string = string> extends CallOptions {
  /** The trigger's settings, as its `config` schema describes them. Default: empty. */
  readonly config?: ConfigOf<Name> | undefined;
  /** The entity whose account to use. Default: the toolset's `entityId`. */
  readonly entityId?: string | undefined;
  /**
   * The account to use. Default, generation 3: the entity's first active one for the trigger's app, which the platform
   * finds. Generation 1: its only active one.
   */
  readonly connectedAccountId?: string | undefined;
  /**
   * Whether to reject with ERR_ACCOUNT_AMBIGUOUS if the entity has several active accounts. Default: false. Generation
   * 1 always does.
   */
  readonly requireSingleAccount?: boolean | undefined;
}

/** Options of `toolset.connect`, beside the app. */
export interface ConnectOptions extends CallOptions {
  /** The entity (your user) that the account will belong to. Default: the toolset's `entityId`. */
  readonly entityId?: string | undefined;
  /** Where the page leads the person afterwards. Default: a page of the platform. */
  readonly callbackUrl?: string | undefined;
  /** The integration to connect with. Default: the app's first one; without any, one is created. */
  readonly integrationId?: string | undefined;
}

/** Options of `toolset.connectWithKey`, beside the app and the credentials. */
export interface ConnectWithKeyOptions extends CallOptions {
  /** The entity (your user) that the account will belong to. Default: the toolset's `entityId`. */
  readonly entityId?: string | undefined;
  /** The integration to connect with. Default: the app's first one for credentials; without any, one is created. */
  readonly integrationId?: string | undefined;
}

/** How long to wait for a person. */
export interface ConnectionWaitOptions extends CallOptions {
  /** Limit, milliseconds; ERR_TIMEOUT after it. Default: 300,000. */
  readonly timeoutMs?: number | undefined;
}

/** An account that a person is about to connect. */
export interface ConnectionRequest {
  /** The account's id, valid from now on. */
  readonly connectedAccountId: string;
  /** The page to open for the person; `undefined` where the app needs none. */
  readonly redirectUrl: string | undefined;
  /**
   * Waits until the person has connected the account.
   *
   * @throws EarshotError ERR_ACCOUNT_FAILED where it was denied or has expired, ERR_TIMEOUT, ERR_ABORTED
   */
  waitUntilActive(options?: ConnectionWaitOptions): Promise<ConnectedAccount>;
}
