import type { TriggerEvent } from "./event.js";
import type { Respond } from "./respond.js";
import type { SenderLog } from "./sender-log.js";
import type { Source } from "./source.js";
import type { StandardSchema } from "./standard-schema.js";

/**
 * What makes two deliveries of a route one event.
 *
 * - `"none"`: nothing. Each delivery is an event, also where the sender repeats it.
 * - `"body"`: an equal body, for as long as the inbox remembers.
 * - a function: an equal key, likewise. `undefined` leaves the event to the default.
 */
export type RouteDedupe = "none" | "body" | ((event: TriggerEvent) => string | undefined);

/** How the deliveries of one path are received. */
export interface Route {
  readonly source: Source;
  /** What every payload must match. */
  readonly schema: StandardSchema | undefined;
  /**
   * A payload that does not match is acknowledged and dead-lettered with the issues (the sender's
   * retries would not help), or rejected with 400.
   */
  readonly onInvalid: "dead-letter" | "reject";
  /** Default: the sender's id; without one, an equal body while the response to the first is pending. */
  readonly dedupe: RouteDedupe | undefined;
  /** Default: the response that the source's sender wants. */
  readonly respond: Respond | undefined;
  /** Parses bodies that are neither JSON nor a form. Default: such a body is its text. */
  readonly parse: ((text: string, contentType: string | undefined) => unknown) | undefined;
  /** The sender's own list of events. Default: what the route misses is not read. */
  readonly backfill: SenderLog | undefined;
  /** Default: that of the webhook server. */
  readonly maxBodyBytes: number | undefined;
  /** Deliveries of this path in work at one time. Default: that of the webhook server, for all paths together. */
  readonly maxInFlight: number | undefined;
}
