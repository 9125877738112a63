import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** ElevenLabs. Thirty minutes are allowed. */
export const elevenlabs = sender({
  title: "ElevenLabs",
  docs: "https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks",
  checked: "hookdeck/webhook-skills",
  setup: "Settings › Webhooks: the URL; the secret is shown once.",
  scheme: {
    provider: "elevenlabs",
    signature: {
      form: "fields",
      header: "elevenlabs-signature",
      separator: ",",
      signature: "v0",
      time: "t",
      algorithm: "hmac-sha256",
      encoding: "hex",
    },
    signed: "{time}.{body}",
    time: { field: true, unit: "s" },
    toleranceMs: 1_800_000,
    // A whole call in base64, about 1.3 MB a minute. No limit is documented.
    maxBodyBytes: 50 * 1024 * 1024,
  },
  events: placed({ name: "type", at: "event_timestamp" }),
});
