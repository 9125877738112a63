import { objectField, textField, timeField } from "../model/json.js";
import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import type { EventFormat } from "./event-format.js";

export const typeformScheme: Scheme = {
  provider: "typeform",
  signature: {
    form: "plain",
    header: "typeform-signature",
    prefix: "sha256=",
    algorithm: "hmac-sha256",
    encoding: "base64",
  },
  bodyId: true,
};

export const typeformEvents: EventFormat = {
  read: (body) => ({
    name: textField(body.event_type),
    id: textField(body.event_id),
    at: timeField(objectField(body.form_response)?.submitted_at),
  }),
};

/**
 * Typeform: the secret that was set on the form's webhook.
 * https://www.typeform.com/developers/webhooks/secure-your-webhooks/
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function typeform(options: SourceOptions): Source {
  sourceOptions("typeform", options);
  return sourceOf(typeformScheme, options);
}
