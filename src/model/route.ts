import type { TriggerEvent } from "./event.js";
import type { Respond } from "./respond.js";
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

/** One path of the door, complete: whose deliveries it takes, and how. */
export interface Route {
  readonly source: Source;
  /** What every payload must match. */
  readonly schema: StandardSchema | undefined;
  /**
   * What becomes of a payload that does not match: acknowledged and kept as dead with the issues (the sender's
   * retries would not help), or refused with 400.
   */
  readonly onInvalid: "dead-letter" | "reject";
  /** Default: the sender's id; without one, an equal body while the response to the first is on its way. */
  readonly dedupe: RouteDedupe | undefined;
  /** Default: the response that the source's sender wants. */
  readonly respond: Respond | undefined;
  /** Default: the door's own. */
  readonly maxBodyBytes: number | undefined;
  /** Deliveries of this path in work at one time. Default: the door's own, with all other paths together. */
  readonly maxInFlight: number | undefined;
}
