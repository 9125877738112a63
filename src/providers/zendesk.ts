import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import type { EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

export const zendeskScheme: Scheme = {
  provider: "zendesk",
  signature: {
    form: "plain",
    header: "x-zendesk-webhook-signature",
    algorithm: "hmac-sha256",
    encoding: "base64",
  },
  signed: "{time}{body}",
  time: { header: "x-zendesk-webhook-signature-timestamp", unit: "iso" },
  id: "x-zendesk-webhook-invocation-id",
};

export const zendeskEvents: EventFormat = {
  // The body has an id where the webhook subscribes to events; a trigger's body is whatever its author wrote.
  read: (body) => ({ name: textField(body.type), at: dateOf(body.time) }),
};

/**
 * Zendesk: the webhook's signing secret. Zendesk names no tolerance; five minutes are allowed.
 */
export const zendesk = sender({
  title: "Zendesk",
  docs: "https://developer.zendesk.com/documentation/webhooks/verifying/",
  checked: "the vendor's page",
  setup: "Admin Center › Webhooks: the URL; the signing secret is on the webhook's page.",
  identity: "invocation id and digest",
  scheme: zendeskScheme,
  events: zendeskEvents,
});
