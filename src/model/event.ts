import type { EventSource } from "./delivery.js";
import type { EventRequest } from "./event-request.js";
import type { JsonObject } from "./json.js";

/** The sender of an event, as far as the listener verified it. */
export interface EventOrigin {
  /** `composio` for the platform's own, however they came; else the provider of the route: `github`, `stripe`. */
  readonly provider: string;
  /** The listener's route that received it. Absent for events that came over the WebSocket or from the platform's log. */
  readonly route: string | undefined;
  /** False where the route was told to accept unsigned requests. */
  readonly signed: boolean;
}

/**
 * An event, verified and decoded: one type for all shapes of the platform and of other senders.
 *
 * A field that the sender did not send is `undefined`, never an invented value.
 */
export interface TriggerEvent<Payload = JsonObject, Name extends string = string> {
  /**
   * Unique to the event, and the same in every attempt: the platform's log id, else its message id; for a direct
   * sender `provider:id@route`. Where the sender gives no id, it is made when the event is received.
   */
  readonly id: string;
  /** In upper case for the platform's triggers (`GITHUB_STAR_ADDED_EVENT`); else as the sender writes it. */
  readonly triggerName: Name;
  /** In lower case: `github`. */
  readonly appName: string;
  /** The trigger instance. */
  readonly triggerId: string | undefined;
  /** The connected account. */
  readonly connectionId: string | undefined;
  /** The auth config. */
  readonly integrationId: string | undefined;
  /** The user. */
  readonly entityId: string | undefined;
  /**
   * A JSON body's object; a form's fields. A body that is neither is its text, or its bytes (`Uint8Array`) where it is
   * not UTF-8; an empty body is an empty object. A sender's secret or signature in it is `[redacted]`.
   */
  readonly payload: Payload;
  /** What the app itself sent, before the platform shaped it, where the platform passes it on. */
  readonly originalPayload: JsonObject | undefined;
  /** What came beside the payload, as it came. */
  readonly metadata: JsonObject;
  /** When it happened by the sender's clock; where the sender does not say, `receivedAt`. */
  readonly timestamp: Date;
  readonly receivedAt: Date;
  readonly source: EventSource;
  /** Who sent it, and by which route. */
  readonly origin: EventOrigin;
  /** The HTTP request, without credentials. Absent for what did not come as a webhook. */
  readonly request: EventRequest | undefined;
  /**
   * What was decoded, as text. The body as it came, without credentials; of a delivery that lists several events, this event's element.
   * A body that is not UTF-8 stands here byte by byte (Latin-1).
   */
  readonly raw: string;
}
