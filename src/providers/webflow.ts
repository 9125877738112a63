import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Webflow. */
export const webflow = sender({
  title: "Webflow",
  docs: "https://developers.webflow.com/data/docs/working-with-webhooks",
  checked: "hookdeck/webhook-skills",
  setup: "For webhooks of an app, its client secret; for one made in the dashboard, the secret shown once.",
  scheme: {
    provider: "webflow",
    signature: { form: "plain", header: "x-webflow-signature", algorithm: "hmac-sha256", encoding: "hex" },
    signed: "{time}:{body}",
    time: { header: "x-webflow-timestamp", unit: "ms" },
  },
  events: placed({ name: "triggerType" }),
});
