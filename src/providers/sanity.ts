import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Sanity. The body is what the webhook's projection says; the operation is the event's name. */
export const sanity = sender({
  title: "Sanity",
  docs: "https://www.sanity.io/docs/content-lake/webhook-best-practices",
  checked: "@sanity/webhook",
  setup: "Manage › API › Webhooks: the URL, and a secret that you make up.",
  scheme: {
    provider: "sanity",
    // Documents of 32 MB.
    maxBodyBytes: 32 * 1024 * 1024,
    signature: {
      form: "fields",
      header: "sanity-webhook-signature",
      separator: ",",
      signature: "v1",
      time: "t",
      algorithm: "hmac-sha256",
      encoding: "base64url",
    },
    signed: "{time}.{body}",
    time: { field: true, unit: "ms" },
    id: "idempotency-key",
    eventName: "sanity-operation",
  },
  events: placed({ at: "_updatedAt" }),
});
