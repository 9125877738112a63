import { dateOf } from "../base/date-of.js";
import { allOf, dotted, listOf } from "./event-format.js";
import { sender } from "./sender.js";

/** Xero. Answers the "intent to receive" once its signature is verified. */
export const xero = sender({
  title: "Xero",
  docs: "https://developer.xero.com/documentation/guides/webhooks/overview/",
  checked: "XeroAPI/xero-php-webhook",
  setup: "My Apps › the app › Webhooks: the delivery URL; its webhooks key.",
  scheme: {
    provider: "xero",
    signature: { form: "plain", header: "x-xero-signature", algorithm: "hmac-sha256", encoding: "base64" },
    acknowledgement: { status: 200 },
    handshake: [{ method: "POST", signed: true, member: ["lastEventSequence", "0"] }],
  },
  events: {
    read: (event) => ({
      name: dotted(event.eventCategory, event.eventType),
      id: allOf(":", event.tenantId, event.resourceId, event.eventType, event.eventDateUtc),
      at: dateOf(event.eventDateUtc),
    }),
    split: ({ events }) => listOf(events),
  },
});
