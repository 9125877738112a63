import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Vercel: webhooks of an account or integration, and log drains. */
export const vercel = sender({
  title: "Vercel",
  docs: "https://vercel.com/docs/webhooks/webhooks-api",
  checked: "hookdeck/webhook-skills",
  setup: "Settings › Webhooks: the URL; the secret is shown once. For an integration, its client secret.",
  scheme: {
    provider: "vercel",
    signature: { form: "plain", header: "x-vercel-signature", algorithm: "hmac-sha1", encoding: "hex" },
    bodyId: true,
  },
  // A log has the kind of its output, or only where it is from: https://vercel.com/docs/drains/reference/logs
  events: placed({ name: ["type", "source"], id: "id", at: ["createdAt", "timestamp"] }),
});
