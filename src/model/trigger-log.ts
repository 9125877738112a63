import type { JsonObject } from "./json.js";

/** One line of the platform's event log: an event that a trigger fired, and what became of it there. */
export interface TriggerLog {
  /** The log id: what all copies of one event have in common. */
  readonly id: string;
  readonly triggerName: string;
  readonly appName: string | undefined;
  readonly triggerId: string | undefined;
  readonly connectionId: string | undefined;
  readonly integrationId: string | undefined;
  readonly entityId: string | undefined;
  /** `success`, `error`, … in the platform's words. */
  readonly status: string | undefined;
  /** What it sent to the client; `undefined` where the log has none or it could not be read. */
  readonly payload: JsonObject | undefined;
  /** What the app had sent to the platform. */
  readonly originalPayload: JsonObject | undefined;
  /** The platform's error in delivering it. */
  readonly error: string | undefined;
  readonly createdAt: Date;
  /** The line as the platform gave it. */
  readonly raw: JsonObject;
}
