import type { JsonObject, JsonSchema } from "../model/json.js";

/** What every call takes. */
export interface CallOptions {
  /** Aborting it ends the call, its pauses between tries included, with ERR_ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

/** One value, or any of several. */
export type OneOrMany<Value = string> = Value | readonly Value[];

/** A kind of event that an app can send: what can be enabled. */
export interface Trigger {
  /** `GITHUB_STAR_ADDED_EVENT` */
  readonly name: string;
  /** In lower case: `github`. */
  readonly appName: string;
  readonly displayName: string;
  readonly description: string;
  /** How to set it up, where the platform says so. */
  readonly instructions: string | undefined;
  /** `webhook`: the app tells the platform. `poll`: the platform asks the app from time to time. */
  readonly type: string | undefined;
  /** What `enableTrigger` takes as `config`, as JSON Schema. */
  readonly config: JsonSchema;
  /** What an event's payload looks like, as JSON Schema. */
  readonly payload: JsonSchema;
  /** The version of the app's triggers, where the platform has versions (generation 3). */
  readonly version: string | undefined;
}

/** A trigger that was enabled for one connected account. */
export interface ActiveTrigger {
  /** What `disableTrigger` and `deleteTrigger` take: `ti_…`, or a UUID in generation 1. */
  readonly id: string;
  /** The UUID beside a `ti_…` id (generation 3). */
  readonly uuid: string | undefined;
  readonly triggerName: string;
  readonly connectedAccountId: string;
  /** Generation 1 does not say. */
  readonly entityId: string | undefined;
  readonly config: JsonObject;
  /** False where it was disabled; it then only shows with `showDisabled`. */
  readonly enabled: boolean;
  readonly disabledAt: Date | undefined;
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
}

/** What `enableTrigger` did. */
export interface EnabledTrigger {
  readonly triggerId: string;
  /** The UUID beside a `ti_…` id (generation 3). */
  readonly uuid: string | undefined;
  readonly triggerName: string;
  readonly connectedAccountId: string;
  /** Whether it was created just now. Generation 3 creates or updates without saying which: `undefined`. */
  readonly isNew: boolean | undefined;
}

/** An account of an entity with an app. */
export interface ConnectedAccount {
  /** `ca_…`, or a UUID in generation 1. */
  readonly id: string;
  /** The UUID beside a `ca_…` id (generation 3). */
  readonly uuid: string | undefined;
  /** In lower case: `github`. */
  readonly appName: string;
  readonly integrationId: string;
  readonly entityId: string | undefined;
  /** `ACTIVE`, `INITIATED`, `EXPIRED`, `FAILED`, … */
  readonly status: string;
  /** Why it is not active, where the platform says so. */
  readonly statusReason: string | undefined;
  /** Whether triggers can use it: `ACTIVE`, and not switched off. */
  readonly usable: boolean;
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
}

/** A key of the project. `key` can be read, but shows neither in print nor in JSON. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly key: string | undefined;
  readonly createdAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
}

/** Where the platform sends webhooks. `secret` can be read, but shows neither in print nor in JSON. */
export interface Webhook {
  readonly url: string;
  /** What the platform signs with, where it says so. */
  readonly secret: string | undefined;
  /** The shape of the bodies. */
  readonly version: "V1" | "V2" | "V3" | undefined;
  /** The URL that stood there before. */
  readonly replaced: string | undefined;
}

/** Which triggers to list. All given conditions must hold; of several values, any. */
export interface TriggerFilter extends CallOptions {
  readonly appNames?: OneOrMany | undefined;
  readonly triggerNames?: OneOrMany | undefined;
  /** An older key for `triggerNames`. */
  readonly triggerIds?: OneOrMany | undefined;
  /** Triggers of the apps of these accounts. */
  readonly connectedAccountIds?: OneOrMany | undefined;
  /** Triggers of the apps of these integrations. In generation 3 an integration counts once it has an account. */
  readonly integrationIds?: OneOrMany | undefined;
  /** Only triggers that are enabled for some account. */
  readonly showEnabledOnly?: boolean | undefined;
  /** A text that stands in the name, the display name or the description; case does not count. */
  readonly search?: string | undefined;
}

/** Which active triggers to list. All given conditions must hold; of several values, any. */
export interface ActiveTriggerFilter extends CallOptions {
  readonly triggerIds?: OneOrMany | undefined;
  readonly triggerNames?: OneOrMany | undefined;
  readonly connectedAccountIds?: OneOrMany | undefined;
  readonly integrationIds?: OneOrMany | undefined;
  readonly entityIds?: OneOrMany | undefined;
  /** Whether to list disabled ones too. Default false. */
  readonly showDisabled?: boolean | undefined;
}

/** Which connected accounts to list. All given conditions must hold; of several values, any. */
export interface AccountFilter extends CallOptions {
  readonly entityIds?: OneOrMany | undefined;
  readonly appNames?: OneOrMany | undefined;
  readonly integrationIds?: OneOrMany | undefined;
  readonly connectedAccountIds?: OneOrMany | undefined;
  /** `ACTIVE`, … in any case. Default: all. */
  readonly statuses?: OneOrMany | undefined;
}

/** Which lines of the trigger log to list. All given conditions must hold; of several values, any. */
export interface TriggerLogQuery extends CallOptions {
  /** At or after this time: a date, or epoch milliseconds. */
  readonly since?: Date | number | undefined;
  /** Before this time: a date, or epoch milliseconds. */
  readonly until?: Date | number | undefined;
  /** Default: both. */
  readonly status?: "success" | "error" | undefined;
  /** A text that stands in the line. */
  readonly search?: string | undefined;
  readonly triggerNames?: OneOrMany | undefined;
  /** Generation 1's log does not say which trigger instance fired: nothing matches there. */
  readonly triggerIds?: OneOrMany | undefined;
  readonly connectedAccountIds?: OneOrMany | undefined;
  readonly integrationIds?: OneOrMany | undefined;
  readonly entityIds?: OneOrMany | undefined;
  /** At most so many lines. Default 100; with `since`, no limit. */
  readonly limit?: number | undefined;
}

/** What `setWebhookUrl` may set beside the URL. */
export interface SetWebhookOptions extends CallOptions {
  /** The shape of the bodies. Default: what it is already; for a new one, the newest. */
  readonly version?: "V1" | "V2" | "V3" | undefined;
}
