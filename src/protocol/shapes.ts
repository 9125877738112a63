/** The shapes an event comes in, as the platform sends them. Nothing here is verified: decoders check. */

/** Realtime, legacy. It has no event id; `metadata.id` is the trigger instance. */
export interface RealtimeLegacyShape {
  readonly appName: string;
  readonly clientId: number | string;
  readonly payload: Record<string, unknown>;
  readonly originalPayload: Record<string, unknown>;
  readonly metadata: {
    readonly id: string;
    readonly nanoId?: string;
    readonly connectionId?: string;
    readonly triggerName: string;
    readonly triggerData: string;
    readonly triggerConfig: Record<string, unknown>;
    readonly connection: {
      readonly id: string;
      readonly connectedAccountNanoId?: string;
      readonly integrationId: string;
      readonly authConfigNanoId?: string;
      readonly clientUniqueUserId: string;
      readonly status: string;
    };
  };
}

export interface V1Shape {
  readonly trigger_name: string;
  readonly connection_id: string;
  readonly trigger_id: string;
  readonly payload: Record<string, unknown>;
  readonly log_id: string;
}

/** `type` is the trigger name in lower case; payload fields stand in `data` beside the ids. */
export interface V2Shape {
  readonly type: string;
  readonly timestamp: string;
  readonly log_id: string;
  readonly data: {
    readonly connection_id: string;
    readonly connection_nano_id: string;
    readonly trigger_nano_id: string;
    readonly trigger_id: string;
    readonly user_id: string;
    readonly [payloadField: string]: unknown;
  };
}

/** `type` of a V3 trigger event; other V3 events have another. */
export const V3_TRIGGER_MESSAGE = "composio.trigger.message";

/** `type` of the V3 event for an account whose authorization expired. Sent if the subscription has it. */
export const ACCOUNT_EXPIRED = "composio.connected_account.expired";

/** `type` of the V3 event for a trigger instance that the platform disabled. Sent if the subscription has it. */
export const TRIGGER_DISABLED = "composio.trigger.disabled";

export interface V3Shape {
  /** `msg_…` */
  readonly id: string;
  readonly timestamp: string;
  readonly type: string;
  readonly metadata: {
    readonly log_id: string;
    readonly trigger_slug: string;
    readonly trigger_id: string;
    readonly connected_account_id: string;
    readonly auth_config_id: string;
    readonly user_id: string;
  };
  readonly data: Record<string, unknown>;
}

/** Any other V3 event: `composio.connected_account.expired`, … */
export interface V3OtherShape {
  readonly id: string;
  readonly timestamp: string;
  readonly type: string;
  readonly metadata: { readonly project_id: string; readonly org_id: string };
  readonly data: Record<string, unknown>;
}

/** Generation 1's webhook about connected accounts. Some relays wrap it as `{event: {…, body}}`. */
export interface AdminShape {
  readonly type: "connected_account.add.start" | "connected_account.add.completed";
  readonly timestamp: string;
  readonly data: {
    readonly app_name: string;
    readonly integration_name: string;
    readonly integration_id: string;
    readonly connected_account_id: string;
    readonly body: unknown;
  };
}

/** Webhook body versions that a subscription can ask for. */
export type WebhookVersion = "V1" | "V2" | "V3";
