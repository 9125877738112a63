import { dateOf } from "../base/date-of.js";
import { objectField, textField } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import type { EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

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
    at: dateOf(objectField(body.form_response)?.submitted_at),
  }),
};

/**
 * Typeform: the secret that was set on the form's webhook.
 */
export const typeform = sender({
  title: "Typeform",
  docs: "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
  checked: "the vendor's page",
  setup: "Connect › Webhooks of the form: the URL, and a secret that you make up.",
  identity: "body's `event_id`",
  scheme: typeformScheme,
  events: typeformEvents,
});
