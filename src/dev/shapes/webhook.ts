import {
  type V1Shape,
  type V2Shape,
  V3_TRIGGER_MESSAGE,
  type V3Shape,
  type WebhookVersion,
} from "../../protocol/shapes.js";
import type { FiredEvent } from "../fired.js";

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
