import {
  ACCOUNT_EXPIRED,
  type AdminShape,
  type RealtimeLegacyShape,
  TRIGGER_DISABLED,
  type V1Shape,
  type V2Shape,
  V3_TRIGGER_MESSAGE,
  type V3OtherShape,
  type V3Shape,
  type WebhookVersion,
} from "../protocol/shapes.js";
import type { FiredAccount, FiredEvent } from "./fired.js";

/**
 * What the realtime channel carries: generation 1's shape, without an id for the event itself.
 * `metadata.id` is the trigger instance.
 */
export function realtimeShape(event: FiredEvent): RealtimeLegacyShape {
  const { account, instance } = event;
  return {
    appName: event.appName,
    clientId: event.project.clientNumber,
    payload: event.payload,
    originalPayload: event.originalPayload,
    metadata: {
      id: instance.uuid,
      nanoId: instance.nanoId,
      connectionId: account.uuid,
      triggerName: event.triggerName,
      // What the platform registered with the app, as JSON text; a local trigger registers nothing.
      triggerData: "{}",
      triggerConfig: instance.config,
      connection: {
        id: account.uuid,
        connectedAccountNanoId: account.nanoId,
        integrationId: account.integrationUuid,
        authConfigNanoId: account.authConfigNanoId,
        clientUniqueUserId: account.userId,
        status: account.status,
      },
    },
  };
}

/** Ids of generation 1: UUIDs throughout. */
export function v1Shape(event: FiredEvent): V1Shape {
  return {
    trigger_name: event.triggerName,
    connection_id: event.account.uuid,
    trigger_id: event.instance.uuid,
    payload: event.payload,
    log_id: event.logId,
  };
}

/** The payload's fields stand beside the ids; where both have a name, the id has it. */
export function v2Shape(event: FiredEvent): V2Shape {
  return {
    type: event.triggerName.toLowerCase(),
    timestamp: event.timestamp,
    log_id: event.logId,
    data: {
      ...event.payload,
      connection_id: event.account.uuid,
      connection_nano_id: event.account.nanoId,
      trigger_nano_id: event.instance.nanoId,
      trigger_id: event.instance.uuid,
      user_id: event.account.userId,
    },
  };
}

/** Ids of generation 3: `ti_…`, `ca_…`, `ac_…`. */
export function v3Shape(event: FiredEvent): V3Shape {
  return {
    id: event.messageId,
    timestamp: event.timestamp,
    type: V3_TRIGGER_MESSAGE,
    metadata: {
      log_id: event.logId,
      trigger_slug: event.triggerName,
      trigger_id: event.instance.nanoId,
      connected_account_id: event.account.nanoId,
      auth_config_id: event.account.authConfigNanoId,
      user_id: event.account.userId,
    },
    data: event.payload,
  };
}

/** The shape that a webhook subscription of this version receives. */
export function webhookShape(event: FiredEvent, version: WebhookVersion): V1Shape | V2Shape | V3Shape {
  switch (version) {
    case "V1":
      return v1Shape(event);
    case "V2":
      return v2Shape(event);
    case "V3":
      return v3Shape(event);
  }
}

/** What the event about a connected account is made of; a {@link FiredEvent} has all of it. */
export type AccountEvent = Pick<FiredEvent, "messageId" | "timestamp" | "appName" | "account"> & {
  readonly project: Partial<FiredEvent["project"]> & SetupProject;
};

/** The V3 envelope with an event that no trigger fired: the account stands in `data`, as the REST API shows it. */
export function accountExpiredShape(event: AccountEvent): V3OtherShape {
  return {
    id: event.messageId,
    timestamp: event.timestamp,
    type: ACCOUNT_EXPIRED,
    metadata: { project_id: event.project.projectId, org_id: event.project.orgId },
    data: accountData(event.account, event),
  };
}

/** The project in events about the setup. */
type SetupProject = Pick<FiredEvent["project"], "projectId" | "orgId">;

/** What the event about a disabled trigger is made of. */
export type TriggerDisabledEvent = Pick<FiredEvent, "messageId" | "timestamp" | "account"> & {
  readonly project: SetupProject;
  readonly instance: {
    readonly nanoId: string;
    readonly triggerName: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly disabledAt: string | null;
  };
  readonly reason: string;
};

/** The V3 envelope for a trigger instance that the platform disabled by itself. */
export function triggerDisabledShape(event: TriggerDisabledEvent): V3OtherShape {
  const { account, instance, project } = event;
  return {
    id: event.messageId,
    timestamp: event.timestamp,
    type: TRIGGER_DISABLED,
    metadata: { project_id: project.projectId, org_id: project.orgId },
    data: {
      id: instance.nanoId,
      connected_account_id: account.nanoId,
      trigger_name: instance.triggerName,
      user_id: account.userId,
      trigger_config: instance.config,
      disabled_at: instance.disabledAt,
      disabled_reason: event.reason,
    },
  };
}

function accountData(account: FiredAccount, event: AccountEvent): Record<string, unknown> {
  return {
    id: account.nanoId,
    user_id: account.userId,
    toolkit: { slug: event.appName },
    auth_config: { id: account.authConfigNanoId, is_disabled: false },
    status: "EXPIRED",
    status_reason: "The authorization ran out and could not be renewed.",
    is_disabled: false,
    updated_at: event.timestamp,
    deprecated: { uuid: account.uuid, labels: [] },
  };
}

/** Generation 1's webhook about an account that is being connected. */
export function adminShape(event: AccountEvent, step: "start" | "completed"): AdminShape {
  return {
    type: `connected_account.add.${step}`,
    timestamp: event.timestamp,
    data: {
      app_name: event.appName,
      integration_name: event.appName,
      integration_id: event.account.integrationUuid,
      connected_account_id: event.account.uuid,
      body: { entityId: event.account.userId, status: step === "start" ? "INITIATED" : event.account.status },
    },
  };
}

/** The admin webhook as some relays hand it on: the request that they got, described. */
export interface RelayedAdminShape {
  readonly event: {
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly client_ip: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: AdminShape;
  };
}

/**
 * Wraps an admin webhook as a relay does.
 *
 * @param url where the relay is said to have taken it
 */
export function relayedAdminShape(body: AdminShape, url = "http://127.0.0.1/webhook"): RelayedAdminShape {
  const { pathname, searchParams } = new URL(url);
  return {
    event: {
      method: "POST",
      path: pathname,
      query: Object.fromEntries(searchParams),
      client_ip: "127.0.0.1",
      url,
      headers: { "content-type": "application/json" },
      body,
    },
  };
}
