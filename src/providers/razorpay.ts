import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Razorpay. */
export const razorpay = sender({
  title: "Razorpay",
  docs: "https://razorpay.com/docs/webhooks/validate-test/",
  checked: "razorpay",
  setup: "Account & Settings › Webhooks: the URL, and a secret that you make up.",
  scheme: {
    provider: "razorpay",
    signature: { form: "plain", header: "x-razorpay-signature", algorithm: "hmac-sha256", encoding: "hex" },
    id: "x-razorpay-event-id",
  },
  events: placed({ name: "event", at: "created_at" }),
});
