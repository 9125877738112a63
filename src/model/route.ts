import type { Respond } from "./respond.js";
import type { Source } from "./source.js";
import type { StandardSchema } from "./standard-schema.js";

/** One path of the door, complete: whose deliveries it takes, and how. */
export interface Route {
  readonly source: Source;
  /** What every payload must match. */
  readonly schema: StandardSchema | undefined;
  /**
   * What becomes of a payload that does not match: acknowledged and kept as dead with the issues (the sender's
   * retries would not help), or refused with 400.
   */
  readonly onInvalid: "keep-dead" | "refuse";
  /** Default: the response that the source's sender wants. */
  readonly respond: Respond | undefined;
  /** Default: the door's own. */
  readonly maxBodyBytes: number | undefined;
  /** Deliveries of this path in work at one time. Default: the door's own, with all other paths together. */
  readonly maxInFlight: number | undefined;
}
