import { placed } from "./event-format.js";
import { type PublicKeySourceOptions, sender } from "./sender.js";

/** SendGrid: the event webhook with ECDSA. One delivery is a list of events. */
export const sendgrid = sender<PublicKeySourceOptions>({
  title: "SendGrid",
  docs: "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
  checked: "@sendgrid/eventwebhook",
  setup: "Settings › Mail Settings › Event Webhook: the URL; the verification key of the signed webhook.",
  scheme: {
    provider: "sendgrid",
    // Inbound Parse: messages of 30 MB with their attachments, signed like events.
    maxBodyBytes: 32 * 1024 * 1024,
    signature: {
      form: "plain",
      header: "x-twilio-email-event-webhook-signature",
      algorithm: "ecdsa-p256",
      encoding: "base64",
    },
    signed: "{time}{body}",
    time: { header: "x-twilio-email-event-webhook-timestamp", unit: "s" },
  },
  events: placed({ name: "event", id: "sg_event_id", at: "timestamp" }),
});
