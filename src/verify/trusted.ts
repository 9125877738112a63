import type { Delivery } from "../model/delivery.js";
import type { Origin, Verified } from "../model/verified.js";

/**
 * Marks a delivery as proved without a check of its own. For what came over the platform's authorized private
 * channel or from its trigger log, and for `verify/` itself. Not part of what the package exports.
 */
export function trusted(delivery: Delivery, origin: Origin): Verified {
  return { delivery, origin } as Verified;
}
