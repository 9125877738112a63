import type { Delivery } from "../../model/delivery.js";
import type { TriggerLog } from "../../model/trigger-log.js";
import type { V1Shape } from "../../protocol/shapes.js";

/** A line of the log in the V1 shape, with what the log knows beyond it. */
interface LogShape extends V1Shape {
  readonly app_name: string | undefined;
  readonly integration_id: string | undefined;
  readonly user_id: string | undefined;
  readonly original_payload: Readonly<Record<string, unknown>> | undefined;
  readonly timestamp: string;
}

/**
 * A line of the platform's log as a delivery, so that what was missed takes the same path as everything else.
 *
 * @returns `undefined` where the log has no payload to run a callback with
 */
export function logDelivery(line: TriggerLog, receivedAt: number): Delivery | undefined {
  if (line.payload === undefined) return undefined;
  const body: LogShape = {
    trigger_name: line.triggerName,
    connection_id: line.connectionId ?? "",
    trigger_id: line.triggerId ?? "",
    payload: line.payload,
    log_id: line.id,
    app_name: line.appName,
    integration_id: line.integrationId,
    user_id: line.entityId,
    original_payload: line.originalPayload,
    timestamp: line.createdAt.toISOString(),
  };
  return { source: "backfill", body: JSON.stringify(body), receivedAt };
}
