import { textField, timeField } from "../model/json.js";
import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import type { EventFormat } from "./event-format.js";

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
  read: (body) => ({ name: textField(body.event), at: timeField(body.created_at) }),
};

/**
 * Calendly: the webhook subscription's signing key. Three minutes are allowed. Events have no id.
 * https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function calendly(options: SourceOptions): Source {
  sourceOptions("calendly", options);
  return sourceOf(calendlyScheme, options);
}
