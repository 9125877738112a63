import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** ClickUp. */
export const clickup = sender({
  title: "ClickUp",
  docs: "https://developer.clickup.com/docs/webhooksignature",
  checked: "the vendor's page",
  setup: "The `webhook.secret` of the response that made the webhook with the API.",
  scheme: {
    provider: "clickup",
    signature: { form: "plain", header: "x-signature", algorithm: "hmac-sha256", encoding: "hex" },
  },
  events: placed({ name: "event" }),
});
