import { bodyBytes } from "../verify/content.js";
import type { Handshake } from "../verify/scheme.js";
import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** A new webhook sends `webhook_id=…`, which says nothing. */
const ping: Handshake = ({ delivery: { body } }) => {
  if (body.length > 32) return undefined;
  return /^webhook_id=\d+$/.test(new TextDecoder().decode(bodyBytes(body))) ? { status: 200 } : undefined;
};

/** WooCommerce. Answers the unsigned ping of a new webhook. */
export const woocommerce = sender({
  title: "WooCommerce",
  docs: "https://woocommerce.com/document/webhooks/",
  checked: "hookdeck/webhook-skills",
  setup: "WooCommerce › Settings › Advanced › Webhooks: the delivery URL, and a secret that you make up.",
  scheme: {
    provider: "woocommerce",
    // An order or a product with all its metadata. No limit is documented.
    maxBodyBytes: 25 * 1024 * 1024,
    signature: {
      form: "plain",
      header: "x-wc-webhook-signature",
      algorithm: "hmac-sha256",
      encoding: "base64",
    },
    id: "x-wc-webhook-delivery-id",
    eventName: "x-wc-webhook-topic",
    handshake: ping,
  },
  events: placed({ at: "date_modified_gmt" }),
});
