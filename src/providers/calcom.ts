import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Cal.com. */
export const calcom = sender({
  title: "Cal.com",
  docs: "https://cal.com/docs/core-features/webhooks",
  checked: "calcom/cal.com",
  setup: "Settings › Developer › Webhooks: the URL, and a secret that you make up.",
  scheme: {
    provider: "calcom",
    signature: { form: "plain", header: "x-cal-signature-256", algorithm: "hmac-sha256", encoding: "hex" },
  },
  events: placed({ name: "triggerEvent", at: "createdAt" }),
});
