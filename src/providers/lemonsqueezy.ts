import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Lemon Squeezy. */
export const lemonsqueezy = sender({
  title: "LemonSqueezy",
  docs: "https://docs.lemonsqueezy.com/help/webhooks/signing-requests",
  checked: "lmsqueezy/nextjs-billing",
  setup: "Settings › Webhooks: the URL, and a signing secret that you make up.",
  scheme: {
    provider: "lemonsqueezy",
    signature: { form: "plain", header: "x-signature", algorithm: "hmac-sha256", encoding: "hex" },
    eventName: "x-event-name",
  },
  events: placed({ name: "meta.event_name", at: "data.attributes.updated_at" }),
});
