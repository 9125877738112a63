import type { EventSource } from "./delivery.js";
import type { JsonObject } from "./json.js";

/**
 * Something that happened elsewhere, verified and decoded: one form for every shape it may have come in.
 *
 * A field that the sender did not give is `undefined`, never an invented value.
 */
export interface TriggerEvent<Payload = JsonObject, Name extends string = string> {
  /**
   * The same for all copies of the event on every transport: the platform's log id, else the message id,
   * else `sha256:` and the digest of its canonical content.
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
  readonly payload: Payload;
  /** What the app itself sent, before the platform shaped it, where the platform passes it on. */
  readonly originalPayload: JsonObject | undefined;
  /** What came beside the payload, as it came. */
  readonly metadata: JsonObject;
  /** When it happened by the sender's clock; where the sender does not say, `receivedAt`. */
  readonly timestamp: Date;
  readonly receivedAt: Date;
  readonly source: EventSource;
  /** The body as it came, as text; `JSON.parse(raw)` is what was decoded. */
  readonly raw: string;
}
