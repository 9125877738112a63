import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Coinbase Commerce. */
export const coinbaseCommerce = sender({
  title: "Coinbase Commerce",
  docs: "https://docs.cdp.coinbase.com/commerce/webhooks",
  checked: "coinbase-commerce-node",
  setup: "Settings › Notifications: the URL; the webhook shared secret.",
  scheme: {
    provider: "coinbase-commerce",
    signature: { form: "plain", header: "x-cc-webhook-signature", algorithm: "hmac-sha256", encoding: "hex" },
    bodyId: true,
  },
  events: placed({ name: "event.type", id: "event.id", at: "event.created_at" }),
});
