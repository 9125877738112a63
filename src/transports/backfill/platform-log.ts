import type { Clock } from "../../base/clock.js";
import type { MaybePromise } from "../../base/maybe-promise.js";
import type { Delivery } from "../../model/delivery.js";
import { isJsonObject, type JsonObject, objectField } from "../../model/json.js";
import type { PlatformAccess } from "../../model/platform.js";
import type { TriggerLog } from "../../model/trigger-log.js";
import type { V1Shape } from "../../protocol/shapes.js";
import type { GapLog, LogLine } from "./gap-log.js";

/** What {@link platformLog} takes. */
export interface PlatformLogOptions extends Pick<PlatformAccess, "logs" | "clockAhead"> {
  /** The pipeline: resolves when the delivery is stored, with true if it was new. */
  readonly onDelivery: (delivery: Delivery) => MaybePromise<boolean>;
  readonly clock: Clock;
}

/** The platform's log of trigger events. */
export function platformLog({ logs, clockAhead, onDelivery, clock }: PlatformLogOptions): GapLog {
  const lineOf = (line: TriggerLog): LogLine => {
    const { id, triggerName, error } = line;
    const at = line.createdAt.getTime();
    const delivery = logDelivery(line, clock.now());
    if (delivery === undefined) {
      // A line with an error has no event: the platform itself failed.
      const doubt = error === undefined ? `the line ${id} has no payload that can be read` : undefined;
      return { at, isUnusable: triggerName !== "" || doubt !== undefined, doubt };
    }
    const doubt = triggerName === "" ? `the line ${id} has no trigger name` : undefined;
    return { at, deliver: () => onDelivery(delivery), doubt };
  };
  return {
    name: "The platform's log",
    clockAhead,
    async *read(range) {
      for await (const line of logs(range)) yield lineOf(line);
    },
  };
}

/** A line of the log in the V1 shape, without its payloads, and with the log's further members. */
interface LogShape extends Omit<V1Shape, "payload"> {
  readonly app_name: string | undefined;
  readonly integration_id: string | undefined;
  readonly user_id: string | undefined;
  readonly timestamp: string;
}

/**
 * Makes a delivery of a line of the platform's log, so that it goes through the same pipeline as a live event.
 *
 * @returns `undefined` if the line has no payload to run a callback with
 */
function logDelivery(line: TriggerLog, receivedAt: number): Delivery | undefined {
  const { payload, originalPayload, raw } = line;
  if (payload === undefined) return undefined;
  const shape: LogShape = {
    trigger_name: line.triggerName,
    connection_id: line.connectionId ?? "",
    trigger_id: line.triggerId ?? "",
    log_id: line.id,
    app_name: line.appName,
    integration_id: line.integrationId,
    user_id: line.entityId,
    timestamp: line.createdAt.toISOString(),
  };
  const original =
    originalPayload === undefined
      ? ""
      : `,"original_payload":${jsonOf(raw, "triggerProviderPayload", originalPayload)}`;
  const payloads = `"payload":${jsonOf(raw, "triggerClientPayload", payload)}${original}`;
  return { source: "backfill", body: `${JSON.stringify(shape).slice(0, -1)},${payloads}}`, receivedAt };
}

/** A payload's own text: a number beyond 2^53 is rounded once it is read, and no copy of the live event then. */
function jsonOf(line: JsonObject, member: string, read: JsonObject): string {
  return [line[member], objectField(line.meta)?.[member]].find(isObjectText) ?? JSON.stringify(read);
}

function isObjectText(value: unknown): value is string {
  if (typeof value !== "string") return false;
  try {
    return isJsonObject(JSON.parse(value));
  } catch {
    return false;
  }
}
