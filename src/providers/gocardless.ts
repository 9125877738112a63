import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import { dotted, listOf, withEnvelope } from "./event-format.js";
import { sender } from "./sender.js";

/** GoCardless. One event for each element of `events`. */
export const gocardless = sender({
  title: "GoCardless",
  docs: "https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks/",
  checked: "gocardless-nodejs",
  setup: "Developers › Webhook endpoints: the URL; its secret.",
  scheme: {
    provider: "gocardless",
    signature: { form: "plain", header: "webhook-signature", algorithm: "hmac-sha256", encoding: "hex" },
    bodyId: true,
  },
  events: {
    read: (event) => ({
      name: dotted(event.resource_type, event.action),
      id: textField(event.id),
      at: dateOf(event.created_at),
    }),
    // `meta.webhook_id` beside the list.
    split: ({ events, ...beside }) => withEnvelope(listOf(events), beside),
  },
});
