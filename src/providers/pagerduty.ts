import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** PagerDuty, webhooks of version 3. One of several signatures has to be right. */
export const pagerduty = sender({
  title: "PagerDuty",
  docs: "https://developer.pagerduty.com/docs/verifying-webhook-signatures",
  checked: "the vendor's page",
  setup: "Integrations › Generic Webhooks (v3): the URL; the signing secret is shown once.",
  scheme: {
    provider: "pagerduty",
    signature: {
      form: "list",
      header: "x-pagerduty-signature",
      separator: ",",
      prefixes: new Map([["v1=", "hmac-sha256"]]),
      encoding: "hex",
    },
    bodyId: true,
  },
  events: placed({ name: "event.event_type", id: "event.id", at: "event.occurred_at" }),
});
