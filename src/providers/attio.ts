import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Attio. One event for each element of `events`. */
export const attio = sender({
  title: "Attio",
  docs: "https://docs.attio.com/rest-api/guides/webhooks",
  checked: "the vendor's page",
  setup: "The `secret` of the response that made the webhook, or of the dashboard.",
  scheme: {
    provider: "attio",
    signature: {
      form: "plain",
      header: "attio-signature",
      alsoIn: ["x-attio-signature"],
      algorithm: "hmac-sha256",
      encoding: "hex",
    },
    id: "idempotency-key",
  },
  // `webhook_id` beside the list. https://docs.attio.com/rest-api/webhook-reference
  events: placed({ name: "event_type", list: "events" }),
});
