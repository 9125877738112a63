import { textField, timeField } from "../model/json.js";
import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import type { EventFormat } from "./event-format.js";

export const stripeScheme: Scheme = {
  provider: "stripe",
  signature: {
    form: "fields",
    header: "stripe-signature",
    separator: ",",
    signature: "v1",
    time: "t",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
  signed: "{time}.{body}",
  time: { field: true, unit: "s" },
  bodyId: true,
};

export const stripeEvents: EventFormat = {
  read: (body) => ({ name: textField(body.type), id: textField(body.id), at: timeField(body.created) }),
};

/**
 * Stripe: the endpoint's signing secret, `whsec_…`, is the key as it is written.
 * https://docs.stripe.com/webhooks#verify-manually
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function stripe(options: SourceOptions): Source {
  sourceOptions("stripe", options);
  return sourceOf(stripeScheme, options);
}
