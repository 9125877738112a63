import { placed } from "./event-format.js";
import { type PublicKeySourceOptions, sender } from "./sender.js";

/** Telnyx: Ed25519. */
export const telnyx = sender<PublicKeySourceOptions>({
  title: "Telnyx",
  docs: "https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks",
  checked: "the vendor's page",
  setup: "Mission Control › Keys & Credentials › Public Key.",
  scheme: {
    provider: "telnyx",
    signature: {
      form: "plain",
      header: "telnyx-signature-ed25519",
      algorithm: "ed25519",
      encoding: "base64",
    },
    signed: "{time}|{body}",
    time: { header: "telnyx-timestamp", unit: "s" },
    bodyId: true,
  },
  events: placed({ name: "data.event_type", id: "data.id", at: "data.occurred_at" }),
});
