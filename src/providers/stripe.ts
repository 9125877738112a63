import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import type { EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

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

export const stripeFormat: EventFormat = {
  read: (body) => ({ name: textField(body.type), id: textField(body.id), at: dateOf(body.created) }),
};

/**
 * Stripe: the endpoint's signing secret, `whsec_…`, is the key as it is written.
 */
export const stripe = sender({
  title: "Stripe",
  docs: "https://docs.stripe.com/webhooks#verify-manually",
  checked: "stripe",
  setup: "Developers › Webhooks: an endpoint with the URL; its signing secret, `whsec_…`.",
  identity: "body's `id`",
  scheme: stripeScheme,
  events: stripeFormat,
});
