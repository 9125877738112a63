import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Contentful: method, path, chosen headers and body are signed. Give the URL without a query. */
export const contentful = sender({
  title: "Contentful",
  docs: "https://www.contentful.com/developers/docs/webhooks/request-verification/",
  checked: "@contentful/node-apps-toolkit",
  setup: "Settings › Webhooks › Settings › Enable request verification: the secret is shown once.",
  scheme: {
    provider: "contentful",
    signature: { form: "plain", header: "x-contentful-signature", algorithm: "hmac-sha256", encoding: "hex" },
    signed: "{method}\n{target}\n{signedHeaders}\n{body}",
    signedHeaders: "x-contentful-signed-headers",
    time: { header: "x-contentful-timestamp", unit: "ms" },
    // Contentful may fire twice for one action, with one key.
    // https://www.contentful.com/developers/changelog/idempotency-key-headers-for-webhook-requests/
    id: "x-contentful-idempotency-key",
    eventName: "x-contentful-topic",
  },
  events: placed({ at: "sys.updatedAt" }),
});
