import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import { dotted } from "./event-format.js";
import { sender } from "./sender.js";

/** Customer.io reporting webhooks. An event is named `email.delivered`. */
export const customerio = sender({
  title: "Customer.io",
  docs: "https://docs.customer.io/journeys/webhooks/",
  checked: "public receivers",
  setup: "Integrations › Reporting Webhooks: the URL; its signing key.",
  scheme: {
    provider: "customerio",
    signature: { form: "plain", header: "x-cio-signature", algorithm: "hmac-sha256", encoding: "hex" },
    signed: "v0:{time}:{body}",
    time: { header: "x-cio-timestamp", unit: "s" },
    bodyId: true,
  },
  events: {
    read: (body) => ({
      name: dotted(body.object_type, body.metric),
      id: textField(body.event_id),
      at: dateOf(body.timestamp),
    }),
  },
});
