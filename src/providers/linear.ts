import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";

export const linearScheme: Scheme = {
  provider: "linear",
  signature: { form: "plain", header: "linear-signature", algorithm: "hmac-sha256", encoding: "hex" },
  time: { member: "webhookTimestamp", unit: "ms" },
  toleranceMs: 60_000,
  id: "linear-delivery",
  eventName: "linear-event",
};

/**
 * Linear: the webhook's signing secret. The time is in the body, and a minute is allowed.
 * https://linear.app/developers/webhooks#securing-webhooks
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function linear(options: SourceOptions): Source {
  sourceOptions("linear", options);
  return sourceOf(linearScheme, options);
}
