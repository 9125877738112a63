import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import type { EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

export const calendlyScheme: Scheme = {
  provider: "calendly",
  signature: {
    form: "fields",
    header: "calendly-webhook-signature",
    separator: ",",
    signature: "v1",
    time: "t",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
  signed: "{time}.{body}",
  time: { field: true, unit: "s" },
  toleranceMs: 180_000,
};

export const calendlyEvents: EventFormat = {
  read: (body) => ({ name: textField(body.event), at: dateOf(body.created_at) }),
};

/**
 * Calendly: the webhook subscription's signing key. Three minutes are allowed. Events have no id.
 */
export const calendly = sender({
  title: "Calendly",
  docs: "https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures",
  checked: "the vendor's community",
  setup: "The `signing_key` that you give, or get, when the webhook subscription is made with the API.",
  identity: "digest",
  scheme: calendlyScheme,
  events: calendlyEvents,
});
