import type { JsonObject } from "./json.js";

/** One line of the platform's trigger log: an event that a trigger fired, and its delivery. */
export interface TriggerLog {
  /** The log id, which all copies of one event share (`log_id`). */
  readonly id: string;
  /** The trigger type in upper case; empty where the line has none. */
  readonly triggerName: string;
  /** The app in lower case: `github`. */
  readonly appName: string | undefined;
  /** The trigger instance: `ti_…`. Generation 1 does not log it. */
  readonly triggerId: string | undefined;
  /** The connected account. */
  readonly connectionId: string | undefined;
  /** The integration of the account, where the line has it. */
  readonly integrationId: string | undefined;
  /** The entity of the account, where the line has it. */
  readonly entityId: string | undefined;
  /** The platform's own word: `success`, `error`, … */
  readonly status: string | undefined;
  /** The payload for the client; `undefined` where the line has none that can be read (`triggerClientPayload`). */
  readonly payload: JsonObject | undefined;
  /** The payload from the app; `undefined` where the line has none that can be read (`triggerProviderPayload`). */
  readonly originalPayload: JsonObject | undefined;
  /** The platform's error in the delivery; `undefined` where it succeeded. */
  readonly error: string | undefined;
  /** When the event was logged, by the platform's clock. */
  readonly createdAt: Date;
  /** The line as the platform returned it. */
  readonly raw: JsonObject;
}
